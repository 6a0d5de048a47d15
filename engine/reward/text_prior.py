"""What a statement's text alone says: how welcome such statements are, and which of them go together.

The welcome is a ridge regression on the statement's embedding and a few marks of its wording; what goes together is
the cosine of embeddings about the centre of all training statements. Both were learnt in English, and in another
language neither says anything: the vectors are zero there and the votes have to do.
"""

from __future__ import annotations

import re
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

_MARKS = (
    re.compile(r"\?"),
    re.compile(r"!"),
    re.compile(r"\d"),
    re.compile(r"\b(?:i|my|me|we|our|us)\b", re.IGNORECASE),
    re.compile(r"\b(?:not|no|never|nothing|cannot|\w+n['’]t)\b", re.IGNORECASE),
    re.compile(r"\b(?:should|must|needs?|ought)\b", re.IGNORECASE),
    re.compile(r"\b(?:ban|tax|abolish|stop|force|mandatory|only|all|every|always|illegal)\b", re.IGNORECASE),
    re.compile(r"\b(?:more|better|improve|support|help|encourage|provide|access)\b", re.IGNORECASE),
    re.compile(r"https?:"),
)
WORDING = len(_MARKS) + 2


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


def wording(text: str) -> list[float]:
    """Marks of how a statement is worded: `WORDING` numbers around [0, 1]."""
    length = np.log1p(len(text.split())) / 3.0
    return [length, length**2, *(float(bool(mark.search(text))) for mark in _MARKS)]


def text_features(vectors: Floats, texts: Sequence[str]) -> Floats:
    """What the welcome is learnt from: (texts, dimensions + WORDING)."""
    marks = np.array([wording(text) for text in texts]).reshape(len(texts), WORDING)
    return np.hstack([vectors, marks])


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
            raw = embedder.embed(shown).astype(np.float64)
            welcome[shows] = (text_features(raw, shown) - weights.feature_mean) @ weights.welcome
            about = raw - weights.centre
            norms = np.linalg.norm(about, axis=1, keepdims=True)
            vectors[shows] = np.divide(about, norms, out=np.zeros_like(about), where=norms > 0)
    return Read(welcome, vectors)
