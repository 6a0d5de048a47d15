"""What a GGUF file says of itself, read by ggml's own parser without loading a weight."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llama_cpp import _ggml  # pyright: ignore[reportPrivateUsage]  # the package's only handle on ggml's library

from engine.models.errors import ModelFileError

MAGIC = b"GGUF"
BASE_SHA256 = "accord.base.sha256"
"""In an adapter: the SHA-256 (hex) of the only model that it may be put on."""
ENCODERS = ("bert", "t5encoder", "wavtokenizer")
"""Ends or beginnings of architecture names that turn text into vectors and cannot write (llama.cpp's `llm_arch`)."""


class _Parameters(ctypes.Structure):
    _fields_ = (("no_alloc", ctypes.c_bool), ("context", ctypes.c_void_p))


_ggml_library: Any = _ggml.libggml
for _name, _result, _arguments in (
    ("gguf_init_from_file", ctypes.c_void_p, (ctypes.c_char_p, _Parameters)),
    ("gguf_free", None, (ctypes.c_void_p,)),
    ("gguf_get_data_offset", ctypes.c_size_t, (ctypes.c_void_p,)),
    ("gguf_get_n_tensors", ctypes.c_int64, (ctypes.c_void_p,)),
    ("gguf_get_tensor_offset", ctypes.c_size_t, (ctypes.c_void_p, ctypes.c_int64)),
    ("gguf_get_tensor_size", ctypes.c_size_t, (ctypes.c_void_p, ctypes.c_int64)),
    ("gguf_find_key", ctypes.c_int64, (ctypes.c_void_p, ctypes.c_char_p)),
    ("gguf_get_kv_type", ctypes.c_int, (ctypes.c_void_p, ctypes.c_int64)),
    ("gguf_get_val_str", ctypes.c_char_p, (ctypes.c_void_p, ctypes.c_int64)),
    ("gguf_get_val_u16", ctypes.c_uint16, (ctypes.c_void_p, ctypes.c_int64)),
):
    _function = getattr(_ggml_library, _name)
    _function.restype, _function.argtypes = _result, _arguments

_UINT16, _STRING = 2, 8
"""`enum gguf_type` of ggml's gguf.h."""


@dataclass(frozen=True)
class GgufFacts:
    """`bytes_needed` is where the last tensor ends; `parts` is how many files the model was split into.

    `base_sha256` is set in an adapter that names the model it belongs to.
    """

    architecture: str
    bytes_needed: int
    parts: int
    is_adapter: bool = False
    base_sha256: str = ""

    @property
    def writes(self) -> bool:
        """Whether it is a language model and not an encoder."""
        return not any(word in self.architecture for word in ENCODERS)


def read_facts(path: Path) -> GgufFacts:
    """Read the header of a GGUF file, in milliseconds whatever its size.

    Raises `ModelFileError`: `model_missing`, `model_not_gguf`, or `model_truncated` for a header that is cut or broken
    and for a file that ends before its last tensor does.
    """
    try:
        if not path.is_file():
            raise ModelFileError("model_missing", path=str(path))
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise ModelFileError("model_not_gguf", path=str(path))
        size = path.stat().st_size
    except OSError as problem:  # no right to read it, a name too long for the file system
        raise ModelFileError("model_missing", path=str(path)) from problem
    with _opened(path) as handle:
        if not handle:
            raise ModelFileError("model_truncated", path=str(path), bytes=size, needed="more")
        tensors = range(_ggml_library.gguf_get_n_tensors(handle))
        ends = (
            _ggml_library.gguf_get_tensor_offset(handle, at) + _ggml_library.gguf_get_tensor_size(handle, at)
            for at in tensors
        )
        needed = int(_ggml_library.gguf_get_data_offset(handle)) + max(ends, default=0)
        facts = GgufFacts(
            architecture=_text(handle, "general.architecture"),
            bytes_needed=needed,
            parts=_number(handle, "split.count") or 1,
            is_adapter=_text(handle, "general.type") == "adapter",
            base_sha256=_text(handle, BASE_SHA256),
        )
    if size < facts.bytes_needed:
        raise ModelFileError("model_truncated", path=str(path), bytes=size, needed=facts.bytes_needed)
    return facts


@contextmanager
def _opened(path: Path) -> Generator[Any]:
    handle = _ggml_library.gguf_init_from_file(os.fsencode(path), _Parameters(no_alloc=True, context=None))
    try:
        yield handle
    finally:
        if handle:
            _ggml_library.gguf_free(handle)


def _text(handle: Any, key: str) -> str:
    at = _ggml_library.gguf_find_key(handle, key.encode())
    if at < 0 or _ggml_library.gguf_get_kv_type(handle, at) != _STRING:
        return ""
    return bytes(_ggml_library.gguf_get_val_str(handle, at)).decode(errors="replace")


def _number(handle: Any, key: str) -> int:
    at = _ggml_library.gguf_find_key(handle, key.encode())
    if at < 0 or _ggml_library.gguf_get_kv_type(handle, at) != _UINT16:
        return 0
    return int(_ggml_library.gguf_get_val_u16(handle, at))
