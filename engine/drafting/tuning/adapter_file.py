"""A trained LoRA adapter as the GGUF that llama.cpp loads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np

from engine.drafting.tuning.torch_model import Floats, llama_name, rows_for_llama
from engine.models.gguf_file import BASE_SHA256


@dataclass(frozen=True)
class LowRank:
    """What is added to a layer's weights: scale * b @ a. `a`: (rank, inputs), `b`: (outputs, rank)."""

    a: Floats
    b: Floats


def write_adapter(
    target: Path,
    layers: Mapping[str, LowRank],
    *,
    alpha: float,
    base_sha256: str,
    heads: int,
    key_heads: int,
) -> None:
    """Write the layers, by transformers' names, in F16; llama.cpp scales them by `alpha` / rank.

    `base_sha256` is that of the GGUF that the adapter belongs to: no other is loaded with it.
    """
    writer = gguf.GGUFWriter(target, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    writer.add_string(BASE_SHA256, base_sha256)
    for name, layer in sorted(layers.items()):
        b = layer.b
        if name.endswith(("q_proj", "k_proj")):
            b = rows_for_llama(b, heads if name.endswith("q_proj") else key_heads)
        writer.add_tensor(f"{llama_name(name)}.lora_a", np.ascontiguousarray(layer.a, dtype=np.float16))
        writer.add_tensor(f"{llama_name(name)}.lora_b", np.ascontiguousarray(b, dtype=np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
