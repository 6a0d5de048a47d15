"""What a model's name means: the bundled one, a file, or a file on the Hugging Face hub."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.models.bundled import bundled_drafter, shipped_drafter
from engine.models.cache import sha256
from engine.models.download import Told, download, tell_nobody
from engine.models.encoding import best_encoding
from engine.models.errors import ModelFileError
from engine.models.gguf_file import read_facts


@dataclass(frozen=True)
class Weights:
    """A GGUF to load. `sha256` is that of the file as it came, `encoding` what was made of it for this machine."""

    name: str
    path: Path
    sha256: str
    encoding: str


def resolve(name: str, told: Told = tell_nobody) -> Weights:
    """Find the weights that `name` means: "bundled", "hf:owner/repo/file.gguf" or a path.

    `told(done, of)` hears how many bytes of a download are there.

    Raises `ModelFileError` for a file that is missing, not a GGUF, not whole, one part of several or a model that
    cannot write; `ModelDownloadError` for one that the hub does not give, or not as it says that it is.
    """
    if name == "bundled":
        source = shipped_drafter()
        return Weights(source.stem, bundled_drafter(), sha256(source), f"re-encoded as {best_encoding()}")
    if not name.strip():
        raise ModelFileError("model_name_unknown", name="“”")
    path = download(name, told) if name.startswith("hf:") else Path(name)
    facts = read_facts(path)
    if facts.parts > 1:
        raise ModelFileError("model_in_parts", path=str(path), parts=facts.parts)
    if not facts.writes:
        raise ModelFileError("model_cannot_write", path=str(path), architecture=facts.architecture)
    return Weights(path.stem, path, sha256(path), "as shipped")
