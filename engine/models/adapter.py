"""LoRA adapters on top of a model's weights: which one belongs to which model, and putting it on in llama.cpp."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as native

from engine.models.adapter_wish import DEFAULT, NONE
from engine.models.bundled import bundled_adapter
from engine.models.cache import sha256
from engine.models.errors import ModelFileError
from engine.models.gguf_file import read_facts

api: Any = native


@dataclass(frozen=True)
class AdapterFile:
    """An adapter that fits the model it was looked up for. `sha256` is that of the file."""

    path: Path
    sha256: str


def find_adapter(wish: str, model: str, base_sha256: str) -> AdapterFile | None:
    """The adapter that `wish` ("default", "none" or a path) means for a model; None where it has none.

    `model` is the model's name as it was asked for, `base_sha256` that of its file ("" where it is not known, as on a
    server). Raises `ModelFileError` for a file that is missing or broken, and where it was not made for this model.
    """
    if wish == NONE:
        return None
    path = (bundled_adapter() if model == "bundled" else None) if wish == DEFAULT else Path(wish)
    if path is None:
        return None
    facts = read_facts(path)
    if not facts.is_adapter:
        raise ModelFileError("adapter_not_one", path=str(path))
    if not facts.base_sha256 or facts.base_sha256 != base_sha256:
        raise ModelFileError("adapter_for_other_model", path=str(path), model=model)
    return AdapterFile(path, sha256(path))


def load_adapter(model: Any, path: Path) -> Any:
    """llama.cpp's handle of an adapter for a loaded model, which frees it with itself.

    Raises `ModelFileError` where its layers are not the model's.
    """
    handle = api.llama_adapter_lora_init(model, os.fsencode(path))
    if not handle:
        raise ModelFileError("adapter_not_loadable", path=str(path))
    return handle


def put_on(context: Any, adapter: Any) -> None:
    """Let a context's next tokens pass the adapter as well; what it has read stays as it was read."""
    adapters = (api.llama_adapter_lora_p_ctypes * 1)(adapter)
    api.llama_set_adapters_lora(context, adapters, 1, (ctypes.c_float * 1)(1.0))
