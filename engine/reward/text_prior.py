"""What a statement's text alone says: how welcome such statements are, and which of them go together.

The welcome is a ridge regression on the statement's embedding; what goes together is the cosine of embeddings about the
centre of all training statements. Both were learnt in English, and in another language neither says anything: the
vectors are zero there and the votes have to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.drafting.language import SHORTEST_SAFE, language_of
from engine.drafting.sources import TextEmbedder
from engine.reward.weights import TextWeights

Floats = NDArray[np.float64]

LANGUAGES = frozenset({"en"})
"""What the bundled embedding knows: it calls unrelated Japanese sentences .5 similar."""
LONGEST_TEXT = 4_000
"""Characters of a statement that are read; nobody is shown more either."""


@dataclass(frozen=True)
class Read:
    """Statements as read. `welcome`: (statements,), the prior mean of a vote in [-1, 1] about the base rate;
    `vectors`: (statements, dimensions), unit rows about the training centre, zero where the language is not known.
    """

    welcome: Floats
    vectors: Floats

    def likeness(self) -> Floats:
        """Cosine between statements: (statements, statements), 1 for each with itself, also where nothing is known."""
        found = self.vectors @ self.vectors.T
        np.fill_diagonal(found, 1.0)
        return found


def language_is_known(texts: Sequence[str]) -> bool:
    """Whether the embedding knows the language that most of these texts are in; too little text passes."""
    joined = [text[:LONGEST_TEXT] for text in texts]
    if sum(map(len, joined)) < SHORTEST_SAFE:
        return True
    return language_of(joined) in LANGUAGES


def read_statements(texts: Sequence[str], embedder: TextEmbedder, weights: TextWeights, *, known: bool = True) -> Read:
    """Embed statements and read them; with `known` False, or for a text that shows nothing, the text says nothing."""
    count, dimensions = len(texts), len(weights.centre)
    welcome, vectors = np.zeros(count), np.zeros((count, dimensions))
    if known:
        short = [text[:LONGEST_TEXT] for text in texts]
        shows = [index for index, text in enumerate(short) if text.strip()]
        if shows:
            shown = [short[index] for index in shows]
            about = embedder.embed(shown).astype(np.float64) - weights.centre
            welcome[shows] = about @ weights.welcome
            norms = np.linalg.norm(about, axis=1, keepdims=True)
            vectors[shows] = np.divide(about, norms, out=np.zeros_like(about), where=norms > 0)
    return Read(welcome, vectors)
