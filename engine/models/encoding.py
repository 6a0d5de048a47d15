"""Which encoding of its weights a machine multiplies fastest without loss of quality, and writing it."""

from __future__ import annotations

import ctypes
import os
import re
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as native

from engine.models import native_log
from engine.models.errors import ModelFileError

api: Any = native
native_log.send_to_logging()


def best_encoding() -> str:
    """The encoding for the machine that llama.cpp was compiled for: "F16", "BF16" or "Q8_0" (docs/models.md)."""
    return choose_encoding(_features(), gpu=bool(api.llama_supports_gpu_offload()))


def choose_encoding(features: frozenset[str], *, gpu: bool) -> str:
    """Choose by what the compiled kernels use ("AVX512_BF16", ...).

    F16 keeps the weights closest and is fast wherever it is widened in hardware; BF16 is faster where the processor
    multiplies it; without either, half the bytes count for more. `benchmarks/encodings.py` measures them.
    """
    if gpu:
        return "F16"
    if "AVX512_BF16" in features:
        return "BF16"
    if features & {"AVX512", "FP16_VA"}:
        return "F16"
    return "Q8_0"


def reencode(source: Path, target: Path, encoding: str) -> None:
    """Write a GGUF's weights in another encoding ("BF16", "F16", "Q8_0", "Q4_0") with llama.cpp's own quantizer."""
    parameters = api.llama_model_quantize_default_params()
    parameters.ftype = api.LLAMA_FTYPE_ALL_F32 if encoding == "F32" else getattr(api, f"LLAMA_FTYPE_MOSTLY_{encoding}")
    parameters.allow_requantize = True
    parameters.nthread = len(os.sched_getaffinity(0))
    status = api.llama_model_quantize(os.fsencode(source), os.fsencode(target), ctypes.byref(parameters))
    if status != 0:
        _claim(target, 4 * source.stat().st_size)
        raise ModelFileError("reencoding_failed", path=str(source), status=int(status))


def _features() -> frozenset[str]:
    """Names of the instruction sets that ggml reports as compiled in."""
    return frozenset(re.findall(r"(\w+) = 1", api.llama_print_system_info().decode()))


def _claim(path: Path, size: int) -> None:
    """Raise the `OSError` of a disk that cannot hold `size` bytes: llama.cpp says only that it failed, not why."""
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
