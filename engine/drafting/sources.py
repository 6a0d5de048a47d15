"""Which opinions the sentences of a statement rest on, so that a reader can follow it back to what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import GivenOpinion
from engine.drafting.sentences import sentences

Floats = NDArray[np.float64]

GROUNDED_FROM = 0.45
"""The least cosine between a statement's sentence and a sentence that somebody said."""
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
