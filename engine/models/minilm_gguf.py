"""all-MiniLM-L6-v2 as a GGUF, made from the safetensors weights in its package.

The tensor names are those of Hugging Face's BERT and of llama.cpp's BERT architecture. llama.cpp's WordPiece writes a
word's first piece with U+2581 before it and its other pieces bare, where the vocabulary file has bare and "##".
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import gguf
import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

WORD_START = "\u2581"
_LAYER = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}
_OUTSIDE = {
    "embeddings.word_embeddings": "token_embd",
    "embeddings.position_embeddings": "position_embd",
    "embeddings.token_type_embeddings": "token_types",
    "embeddings.LayerNorm": "token_embd_norm",
}


def write_minilm_gguf(source: Path, target: Path) -> None:
    """Write the model in the folder `source` (config.json, vocab.txt, model.safetensors) as a GGUF file, in F32."""
    config = json.loads((source / "config.json").read_text())
    pieces = (source / "vocab.txt").read_text(encoding="utf-8").splitlines()
    writer = gguf.GGUFWriter(target, "bert")
    writer.add_name("all-MiniLM-L6-v2")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("jina-v2-en")
    writer.add_token_type_count(config["type_vocab_size"])
    writer.add_token_list([_piece(piece) for piece in pieces])
    writer.add_token_types([_piece_type(piece) for piece in pieces])
    number = {piece: index for index, piece in enumerate(pieces)}
    writer.add_bos_token_id(number["[CLS]"])
    writer.add_eos_token_id(number["[SEP]"])
    writer.add_sep_token_id(number["[SEP]"])
    writer.add_unk_token_id(number["[UNK]"])
    writer.add_pad_token_id(number["[PAD]"])
    writer.add_mask_token_id(number["[MASK]"])
    loaded: dict[str, NDArray[Any]] = cast("Any", safetensors.numpy).load_file(source / "model.safetensors")
    for name, tensor in loaded.items():
        renamed = _tensor_name(name)
        if renamed is not None:
            writer.add_tensor(renamed, tensor.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _piece(piece: str) -> str:
    if piece.startswith("[") and piece.endswith("]"):
        return piece
    return piece[2:] if piece.startswith("##") else WORD_START + piece


def _piece_type(piece: str) -> int:
    if piece == "[UNK]":
        return gguf.TokenType.UNKNOWN
    special = piece in {"[PAD]", "[CLS]", "[SEP]", "[MASK]"} or piece.startswith("[unused")
    return gguf.TokenType.CONTROL if special else gguf.TokenType.NORMAL


def _tensor_name(name: str) -> str | None:
    """llama.cpp's name of a Hugging Face BERT tensor; None for those that embedding does not use."""
    stem, _, kind = name.rpartition(".")
    if stem in _OUTSIDE:
        return f"{_OUTSIDE[stem]}.{kind}"
    if stem.startswith("encoder.layer."):
        number, _, part = stem.removeprefix("encoder.layer.").partition(".")
        return f"blk.{number}.{_LAYER[part]}.{kind}"
    return None
