"""A GGUF of the Llama architecture as a model in transformers, so that it can be trained; needs the extra `train`.

llama.cpp stores the rows of the query and key weights in the order of its rotary embedding (pairs side by side),
transformers in that of its own (halves side by side): `rows_for_transformers` puts them back.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
"""llama.cpp's names of a layer's tensors, and transformers'."""


class UnfitModelError(ValueError):
    """The file is no Llama model, or has what this does not rebuild."""


def load(path: Path) -> Any:
    """The model of a GGUF as a `LlamaForCausalLM` in float32, its quantized weights widened.

    Raises `UnfitModelError` where the file is of another architecture, and `ImportError` without the extra `train`.
    """
    torch, transformers = library("torch"), library("transformers")
    reader = gguf.GGUFReader(path)
    heads, key_heads, numbers = _numbers(reader)
    names = {tensor.name for tensor in reader.tensors}
    config = transformers.LlamaConfig(
        **numbers,
        num_attention_heads=heads,
        num_key_value_heads=key_heads,
        tie_word_embeddings="output.weight" not in names,
        attention_bias=False,
        mlp_bias=False,
    )
    weights: dict[str, Any] = {}
    for tensor in reader.tensors:
        values = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        name = transformers_name(tensor.name)
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            values = rows_for_transformers(values, heads if "q_proj" in name else key_heads)
        weights[name] = torch.from_numpy(np.ascontiguousarray(values))
    model = transformers.LlamaForCausalLM(config)
    missing, unexpected = model.load_state_dict(weights, strict=False)
    lacking = [name for name in missing if name != "lm_head.weight" or not config.tie_word_embeddings]
    if lacking or unexpected:
        raise UnfitModelError(f"{path.name} does not fit a Llama model: {lacking or unexpected}")
    model.tie_weights()
    return model.eval()


def end_token(path: Path) -> int:
    """The token that ends an answer, as the GGUF names it."""
    return int(_value(gguf.GGUFReader(path), "tokenizer.ggml.eos_token_id"))


def transformers_name(name: str) -> str:
    """What transformers calls a tensor of llama.cpp's: "blk.3.attn_q.weight" -> "model.layers.3.self_attn...".

    Raises `UnfitModelError` for a tensor that a Llama model has not.
    """
    whole = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
    stem, _, kind = name.rpartition(".")
    if stem in whole:
        return f"{whole[stem]}.{kind}"
    block, _, rest = stem.removeprefix("blk.").partition(".")
    if not stem.startswith("blk.") or rest not in _LAYER:
        raise UnfitModelError(f"a Llama model has no tensor {name}")
    return f"model.layers.{block}.{_LAYER[rest]}.{kind}"


def llama_name(name: str) -> str:
    """What llama.cpp calls a linear layer of transformers': "model.layers.3.mlp.up_proj" -> "blk.3.ffn_up.weight"."""
    _, _, rest = name.partition("layers.")
    block, _, layer = rest.partition(".")
    stems = {theirs: ours for ours, theirs in _LAYER.items()}
    return f"blk.{block}.{stems[layer]}.weight"


def rows_for_transformers(weights: Floats, heads: int) -> Floats:
    """Rows (heads * 2 * half, ...) from llama.cpp's order to transformers'."""
    shape = weights.shape
    return weights.reshape(heads, shape[0] // heads // 2, 2, *shape[1:]).swapaxes(1, 2).reshape(shape)


def rows_for_llama(weights: Floats, heads: int) -> Floats:
    """Rows from transformers' order to llama.cpp's: the inverse of `rows_for_transformers`."""
    shape = weights.shape
    return weights.reshape(heads, 2, shape[0] // heads // 2, *shape[1:]).swapaxes(1, 2).reshape(shape)


def _numbers(reader: Any) -> tuple[int, int, dict[str, Any]]:
    if _value(reader, "general.architecture") != "llama":
        raise UnfitModelError(f"only Llama models can be rebuilt, not {_value(reader, 'general.architecture')}")
    heads = int(_value(reader, "llama.attention.head_count"))
    width = int(_value(reader, "llama.embedding_length"))
    vocabulary = next(tensor for tensor in reader.tensors if tensor.name == "token_embd.weight")
    theta = reader.get_field("llama.rope.freq_base")
    return (
        heads,
        int(_value(reader, "llama.attention.head_count_kv")),
        {
            "vocab_size": int(vocabulary.shape[1]),
            "hidden_size": width,
            "intermediate_size": int(_value(reader, "llama.feed_forward_length")),
            "num_hidden_layers": int(_value(reader, "llama.block_count")),
            "max_position_embeddings": int(_value(reader, "llama.context_length")),
            "rms_norm_eps": float(_value(reader, "llama.attention.layer_norm_rms_epsilon")),
            "rope_parameters": {"rope_type": "default", "rope_theta": float(theta.contents() if theta else 10_000.0)},
        },
    )


def _value(reader: Any, key: str) -> Any:
    field = reader.get_field(key)
    if field is None:
        raise UnfitModelError(f"the file does not say {key}")
    return field.contents()


def library(name: str) -> Any:
    """A library of the extra `train`, which has no place in an installation that only drafts."""
    try:
        return importlib.import_module(name)
    except ImportError as problem:
        raise ImportError(f"{name} is missing: training needs accord[train]") from problem
