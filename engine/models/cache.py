"""Files that Accord makes once and keeps in the user's cache folder."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Generator
from pathlib import Path

import platformdirs

from engine.models.errors import CacheError

READ_AT_ONCE = 1 << 20


def cache_folder() -> Path:
    """Where made files are kept: `ACCORD_CACHE`, or the user's cache folder."""
    named = os.environ.get("ACCORD_CACHE")
    return Path(named) if named else Path(platformdirs.user_cache_dir("accord"))


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The cached file `name`, made by `make(path)` if it is not there whole.

    A note beside it holds size and SHA-256, so a half-written or damaged file is made again. It is made under a
    temporary name and renamed, and a lock keeps a second process from making it meanwhile. Raises `CacheError` if the
    folder cannot be written; nothing half-written is left then.
    """
    folder = cache_folder()
    final, note = folder / name, folder / f"{name}.json"
    if _whole(final, note):
        return final  # Without the lock, so that a folder which others filled may be read-only.
    temporary, temporary_note = (folder / f".{path.name}.{os.getpid()}" for path in (final, note))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / f"{name}.lock"):
            if _whole(final, note):
                return final
            try:
                make(temporary)
                known = {"bytes": temporary.stat().st_size, "sha256": sha256_of_file(temporary)}
                temporary_note.write_text(json.dumps(known))
                temporary.replace(final)
                temporary_note.replace(note)
            finally:
                temporary.unlink(missing_ok=True)
                temporary_note.unlink(missing_ok=True)
    except OSError as problem:
        raise CacheError("cache_not_writable", path=str(folder), reason=problem.strerror or str(problem)) from problem
    return final


def sha256(path: Path) -> str:
    """SHA-256 (hex) of a file, remembered in the cache by path, size and time of change."""
    status = path.stat()
    key = hashlib.sha256(f"{path.resolve()}:{status.st_size}:{status.st_mtime_ns}".encode()).hexdigest()
    remembered = cache_folder() / f"sha256-{key[:32]}"
    try:
        known = remembered.read_text()
        if len(known) == 64:
            return known
    except (OSError, ValueError):
        pass
    digest = sha256_of_file(path)
    try:
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.write_text(digest)
    except OSError:
        # Not remembering costs time at the next start, nothing else; but nothing half-written may stay.
        with contextlib.suppress(OSError):
            remembered.unlink(missing_ok=True)
    return digest


def sha256_of_file(path: Path) -> str:
    """SHA-256 (hex) of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _whole(final: Path, note: Path) -> bool:
    """Whether the file is the one that was made; its hash is checked when its time of change is not that of then."""
    try:
        known = json.loads(note.read_text())
        return final.stat().st_size == known["bytes"] and sha256(final) == known["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


@contextlib.contextmanager
def _locked(path: Path) -> Generator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
