from __future__ import annotations

import unicodedata
from math import erf
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import safetensors.numpy
from numpy.typing import NDArray

from engine.models import bundled
from tests.engine.models.loaded import embedder

pytestmark = pytest.mark.model

TEXTS = [
    "We want more trees and quiet streets.",
    "Cafés, naïve résumés & Ünïcödé!",
    "東京の公園 is nice, 你好。",
    "Don't: e-mail (me) $5.50 @home #1 …",
    "unbelievably antidisestablishmentarianism",
    "[CLS] and [SEP] and [MASK] stay text",
    "😀 smile",
]


def source() -> Path:
    return bundled._packaged(bundled.EMBEDDER_PACKAGE, bundled.EMBEDDER_FILE).parent  # pyright: ignore[reportPrivateUsage]


def wordpiece(text: str, vocabulary: dict[str, int]) -> list[int]:
    """BERT's uncased tokenizer, as its authors describe it."""
    spaced = ""
    for char in unicodedata.normalize("NFD", text.lower()):
        kind = unicodedata.category(char)
        if kind == "Mn" or kind == "Cc":
            continue
        alone = kind[0] == "P" or (char.isascii() and not char.isalnum()) or "\u3400" <= char <= "\u9fff"
        spaced += f" {char} " if alone else char
    found: list[int] = []
    for word in spaced.split():
        pieces: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = ("##" if start else "") + word[start:end]
                if piece in vocabulary:
                    pieces.append(vocabulary[piece])
                    start = end
                    break
            else:
                pieces = [vocabulary["[UNK]"]]
                break
        found += pieces
    return [vocabulary["[CLS]"], *found, vocabulary["[SEP]"]]


def vocabulary() -> dict[str, int]:
    lines = (source() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return {piece: number for number, piece in enumerate(lines)}


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_are_those_of_wordpiece(text: str) -> None:
    (window,) = embedder()._windows(text)  # pyright: ignore[reportPrivateUsage]
    assert window == wordpiece(text, vocabulary())


def forward(tokens: list[int], weights: dict[str, NDArray[Any]]) -> NDArray[np.float64]:
    """all-MiniLM-L6-v2 written out in numpy: the mean of the last layer, as a unit vector."""

    def linear(x: NDArray[Any], name: str) -> NDArray[Any]:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x: NDArray[Any], name: str) -> NDArray[Any]:
        centred = x - x.mean(axis=1, keepdims=True)
        unit = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-12)
        return unit * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    x = weights["embeddings.word_embeddings.weight"][tokens].astype(np.float64)
    x = x + weights["embeddings.position_embeddings.weight"][: len(tokens)]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(6):
        at = f"encoder.layer.{layer}"
        query, key, value = (
            linear(x, f"{at}.attention.self.{part}").reshape(len(tokens), 12, 32).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = np.exp(query @ key.transpose(0, 2, 1) / np.sqrt(32))
        mixed = (scores / scores.sum(axis=2, keepdims=True)) @ value
        mixed = mixed.transpose(1, 0, 2).reshape(len(tokens), 384)
        x = norm(x + linear(mixed, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm")
        inner = linear(x, f"{at}.intermediate.dense")
        inner = inner * 0.5 * (1 + np.vectorize(erf)(inner / np.sqrt(2)))
        x = norm(x + linear(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    mean = x.mean(axis=0)
    return mean / np.linalg.norm(mean)


def test_vectors_are_those_of_the_original_weights() -> None:
    weights: dict[str, NDArray[Any]] = cast("Any", safetensors.numpy).load_file(source() / "model.safetensors")
    rows = embedder().embed(TEXTS)
    for text, row in zip(TEXTS, rows, strict=True):
        assert float(row @ forward(wordpiece(text, vocabulary()), weights)) > 0.999, text


def test_rows_are_unit_vectors_whatever_the_text() -> None:
    rows = embedder().embed([*TEXTS, "", "x " * 3000, "\ud800", "\u200b"])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert embedder().embed([]).shape == (0, 384)


def test_a_row_does_not_depend_on_the_texts_beside_it() -> None:
    texts = [f"text {at} about trees and buses" + " and more" * (at % 9) for at in range(80)]
    model = embedder()
    together = model.embed(texts)
    model._remembered.clear()  # pyright: ignore[reportPrivateUsage]
    backwards = model.embed(texts[::-1])[::-1]
    model._remembered.clear()  # pyright: ignore[reportPrivateUsage]
    alone = np.concatenate([model.embed([text]) for text in texts])
    assert np.abs(together - backwards).max() < 1e-3
    assert np.abs(together - alone).max() < 1e-3


def test_a_long_text_is_heard_to_its_end() -> None:
    begin = "The trees are green. " * 150
    one, other = embedder().embed([begin, begin + "Taxes on companies must fall. " * 150])
    assert float(one @ other) < 0.95
