"""What a model's name means: the bundled one, a file, or a file on the Hugging Face hub."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import gguf

from engine.models.bundled import ENCODING, bundled_drafter, shipped_drafter
from engine.models.cache import sha256
from engine.models.errors import ModelDownloadError, ModelFileError

MAGIC = b"GGUF"


@dataclass(frozen=True)
class Weights:
    """A GGUF to load. `sha256` is that of the file as it came, `encoding` what was made of it for this machine."""

    name: str
    path: Path
    sha256: str
    encoding: str


def resolve(name: str) -> Weights:
    """Find the weights that `name` means: "bundled", "hf:owner/repo/file.gguf" or a path.

    Raises `ModelFileError` for a file that is missing, not a GGUF or not whole, `ModelDownloadError` for one that the
    hub does not give.
    """
    if name == "bundled":
        source = shipped_drafter()
        return Weights(source.stem, bundled_drafter(), sha256(source), f"re-encoded as {ENCODING}")
    path = download(name) if name.startswith("hf:") else Path(name)
    check_gguf(path)
    return Weights(path.stem, path, sha256(path), "as shipped")


def check_gguf(path: Path) -> None:
    """Raise `ModelFileError` unless the file is a GGUF that holds all the tensor data its header promises."""
    try:
        if not path.is_file():
            raise ModelFileError("model_missing", path=str(path))
        with path.open("rb") as file:
            if file.read(4) != MAGIC:
                raise ModelFileError("model_not_gguf", path=str(path))
    except OSError as problem:  # no right to read it, a name too long for the file system
        raise ModelFileError("model_missing", path=str(path)) from problem
    try:
        reader = gguf.GGUFReader(path)
        needed = max((int(tensor.data_offset + tensor.n_bytes) for tensor in reader.tensors), default=0)
    except (ValueError, LookupError, TypeError, ArithmeticError, OSError, MemoryError, struct.error) as problem:
        size = path.stat().st_size
        raise ModelFileError("model_truncated", path=str(path), bytes=size, needed="more") from problem
    if path.stat().st_size < needed:
        raise ModelFileError("model_truncated", path=str(path), bytes=path.stat().st_size, needed=needed)


def download(name: str) -> Path:
    """The local copy of "hf:owner/repo/file.gguf", fetched once by huggingface_hub into its own cache."""
    # Imported here: it takes a second and only this needs it.
    import huggingface_hub

    owner, _, rest = name.removeprefix("hf:").partition("/")
    repository, _, file = rest.partition("/")
    if not (owner and repository and file):
        raise ModelFileError("model_name_unknown", name=name)
    try:
        return Path(cast("Any", huggingface_hub).hf_hub_download(f"{owner}/{repository}", file))
    except Exception as problem:  # the hub's client lets the errors of its HTTP library through
        reason = str(problem).strip().splitlines() or [type(problem).__name__]
        raise ModelDownloadError("model_download_failed", name=name, reason=reason[0]) from problem
