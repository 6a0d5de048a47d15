from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest

from engine.models.bundled import shipped_drafter
from engine.models.encoding import best_encoding, choose_encoding, reencode
from engine.models.gguf_file import read_facts


def test_the_encoding_follows_what_the_kernels_were_compiled_for() -> None:
    old, wide = frozenset({"AVX2", "F16C"}), frozenset({"AVX2", "F16C", "AVX512"})
    assert choose_encoding(old, gpu=False) == "Q8_0"
    assert choose_encoding(wide, gpu=False) == "F16"
    assert choose_encoding(wide | {"AVX512_BF16"}, gpu=False) == "BF16"
    assert choose_encoding(frozenset({"NEON", "FP16_VA"}), gpu=False) == "F16"
    assert choose_encoding(old, gpu=True) == "F16"
    assert best_encoding() in {"F16", "BF16", "Q8_0"}


@pytest.mark.model
def test_reencoding_keeps_the_weights_to_the_precision_it_promises(tmp_path: Path) -> None:
    name = "blk.0.ffn_down.weight"
    shipped = next(tensor for tensor in gguf.GGUFReader(shipped_drafter()).tensors if tensor.name == name)
    original = gguf.dequantize(shipped.data, shipped.tensor_type)
    for encoding, off_by in (("F16", 0.0005), ("BF16", 0.004), ("Q8_0", 0.01)):
        target = tmp_path / f"{encoding}.gguf"
        reencode(shipped_drafter(), target, encoding)
        made = next(tensor for tensor in gguf.GGUFReader(target).tensors if tensor.name == name)
        again = gguf.dequantize(made.data, made.tensor_type)
        assert float(np.sqrt(((again - original) ** 2).mean() / (original**2).mean())) < off_by
        assert read_facts(target).writes
        target.unlink()
