"""A file from the Hugging Face hub, once, and checked against what the hub says it is."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

from engine.models.cache import sha256
from engine.models.errors import ModelDownloadError, ModelFileError

logger = logging.getLogger("accord.models")

Told = Callable[[int, int], None]
"""Called as `told(done, of)` with bytes; `of` is 0 where the hub does not say."""
SHA256: Final = re.compile(r"[0-9a-f]{64}")


def tell_nobody(_done: int, _of: int) -> None:
    """Tell nobody."""


def download(name: str, told: Told = tell_nobody) -> Path:
    """The local copy of "hf:owner/repo/file.gguf", fetched once by huggingface_hub into its own cache.

    The hub's client checks the size, and goes on from where it was when the connection breaks. The hash is checked
    here, each time: whatever is not what the hub said is deleted. Raises `ModelFileError` for what is no such name,
    `ModelDownloadError`: "model_download_failed" and "model_download_wrong".
    """
    # Imported here: it takes a second and only this needs it.
    import huggingface_hub

    owner, _, rest = name.removeprefix("hf:").partition("/")
    repository, _, file = rest.partition("/")
    if not (owner and repository and file):
        raise ModelFileError("model_name_unknown", name=name)
    hub = cast("Any", huggingface_hub)
    try:
        try:
            # What is here is not asked for again: a start needs no hub, and always finds the same weights.
            path = Path(hub.hf_hub_download(f"{owner}/{repository}", file, local_files_only=True))
        except hub.errors.LocalEntryNotFoundError:
            path = Path(hub.hf_hub_download(f"{owner}/{repository}", file, tqdm_class=_bar(told)))
    except Exception as problem:  # the hub's client lets the errors of its HTTP library through
        reason = str(problem).strip().splitlines() or [type(problem).__name__]
        raise ModelDownloadError("model_download_failed", name=name, reason=reason[0]) from problem
    _check(name, path)
    return path


def _check(name: str, path: Path) -> None:
    # The client names the file in its cache after the hub's ETag, which for large files is their SHA-256.
    content = path.resolve()
    expected = content.name
    if not SHA256.fullmatch(expected):
        logger.warning("the hub does not give the SHA-256 of %s: only its size was checked", name)
        return
    found = sha256(path)
    if found != expected:
        content.unlink()
        path.unlink(missing_ok=True)
        raise ModelDownloadError("model_download_wrong", name=name, expected=expected, found=found)


def _bar(told: Told) -> type[Any]:
    """What the hub's client takes for a progress bar: it tells bytes on, so that they cross to another process."""

    class Bar:
        def __init__(self, *_: Any, total: float | None = None, initial: float = 0, **__: Any) -> None:
            self.total, self.n = total, initial
            self.update(0)

        def update(self, bytes_more: float | None = 1) -> None:
            self.n += bytes_more or 0
            told(int(self.n), int(self.total or 0))

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None:
            """Nothing is held."""

        def close(self) -> None:
            """Nothing is held."""

    return Bar
