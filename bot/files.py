"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Generator
from pathlib import Path

from bot.errors import InputError, OutputError


def check_folder(folder: Path) -> None:
    """Make the folder and see whether it can be written, before a minute of work is spent. Raises `InputError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as problem:
        raise InputError("out_not_writable", path=str(folder), reason=problem.strerror or str(problem)) from problem


@contextlib.contextmanager
def output_folder(folder: Path, *names: str, force: bool = False) -> Generator[None]:
    """A folder to write files of these names into, made and tried first (`check_folder`).

    Raises `InputError` too where it holds one of them already, unless `force`. What of it is still empty in the end,
    because the work failed or was stopped, is removed again.
    """
    taken = next((folder / name for name in names if (folder / name).exists()), None)
    if taken is not None and not force:
        raise InputError("out_taken", path=str(taken))
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        check_folder(folder)
        yield
    finally:
        for one in made:
            with contextlib.suppress(OSError):  # something was written into it
                one.rmdir()


def write_whole(path: Path, content: str) -> None:
    """Write a text file under a temporary name and rename it. Raises `OutputError`; leaves nothing half-written."""
    write_whole_bytes(path, content.encode())


def write_whole_bytes(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it. Raises `OutputError`; leaves nothing half-written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as problem:
        temporary.unlink(missing_ok=True)
        raise OutputError("out_not_writable", path=str(path), reason=problem.strerror or str(problem)) from problem
