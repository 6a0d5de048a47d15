"""Which opinions the sentences of a statement rest on, so that a reader can follow it back to what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import GivenOpinion
from engine.drafting.sentences import sentences

Floats = NDArray[np.float64]

GROUNDED_FROM = 0.45
"""The least cosine between a statement's sentence and a sentence that somebody said."""
JOINED, JOINED_FROM = 3, 0.4
"""How many spoken sentences one sentence may join, and the least cosine to a mixture of them."""
CLOSE_TO_BEST = 0.12
"""An opinion within this distance of the closest one is a source too."""
MOST_SOURCES = 5


class TextEmbedder(Protocol):
    """Texts to unit vectors: (texts, dimensions), float32."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]: ...  # noqa: D102


@dataclass(frozen=True)
class SpokenSentences:
    """Every sentence that members said, with the opinion it is from.

    `vectors`: (sentences, dimensions), unit rows. `owner[i]`: the index in `opinions` of sentence i's opinion.
    """

    opinions: tuple[GivenOpinion, ...]
    texts: tuple[str, ...]
    owner: NDArray[np.int64]
    vectors: Floats

    def opinion_similarity(self) -> Floats:
        """Cosine between opinions: (opinions, opinions); an opinion's vector is the mean of its sentences'."""
        sums = np.zeros((len(self.opinions), self.vectors.shape[1]))
        np.add.at(sums, self.owner, self.vectors)
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        unit = np.divide(sums, norms, out=np.zeros_like(sums), where=norms > 0)
        return unit @ unit.T

    def closeness(self, vectors: Floats) -> Floats:
        """Cosine of each given sentence to each opinion's nearest sentence: (given, opinions), in [-1, 1]."""
        cosine = vectors @ self.vectors.T
        nearest = np.full((len(vectors), len(self.opinions)), -1.0)
        np.maximum.at(nearest.T, self.owner, cosine.T)
        return nearest

    def mixture(self, vector: Floats) -> tuple[float, list[int]]:
        """What one sentence has in common with several spoken ones at once: "no sprays, and help for the roses".

        The cosine to the closest mixture, with weights above 0, of its `JOINED` nearest spoken sentences, and the
        opinions that are in it, heaviest first. `vector`: (dimensions,), unit. Without sentences -1 and none.
        """
        nearest = np.argsort(-(self.vectors @ vector), kind="stable")[:JOINED]
        best, heaviest = -1.0, list[int]()
        for some in chain.from_iterable(combinations(nearest, size) for size in range(1, len(nearest) + 1)):
            parts = self.vectors[list(some)]
            weights = np.linalg.lstsq(parts.T, vector, rcond=None)[0]
            mixed = weights @ parts
            cosine = float(mixed @ vector) / max(float(np.linalg.norm(mixed)), 1e-9)
            if (weights > 0).all() and cosine > best:
                best = cosine
                order = np.argsort(-weights, kind="stable")
                heaviest = list(dict.fromkeys(int(self.owner[some[int(at)]]) for at in order))
        return best, heaviest


def read_opinions(opinions: Sequence[GivenOpinion], embedder: TextEmbedder) -> SpokenSentences:
    """Split opinions into sentences and embed them. An opinion that shows nothing has none."""
    texts: list[str] = []
    owner: list[int] = []
    for index, opinion in enumerate(opinions):
        for sentence in sentences(opinion.text):
            texts.append(sentence)
            owner.append(index)
    vectors = embedder.embed(texts).astype(np.float64)
    return SpokenSentences(tuple(opinions), tuple(texts), np.array(owner, dtype=np.int64), vectors)


def sources_of(closeness: Floats) -> list[int]:
    """The opinions that one sentence rests on, best first; none when it rests on nothing that was said.

    `closeness`: (opinions,), cosine to each opinion's nearest sentence.
    """
    if not len(closeness):
        return []
    best = float(closeness.max())
    if best < GROUNDED_FROM:
        return []
    floor = max(GROUNDED_FROM, best - CLOSE_TO_BEST)
    order = np.argsort(-closeness, kind="stable")
    return [int(index) for index in order if closeness[index] >= floor][:MOST_SOURCES]
