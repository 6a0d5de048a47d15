"""The first reward model: a logistic regression on what embeddings tell of a member's words and a statement.

Text alone hardly tells members apart (on real votes the area under the curve within a statement is about .51), so its
predictions stay close to the base rate and their spread stays wide. It stands behind the interface that a model which
also learns from votes will fill.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from engine.drafting.sentences import sentences
from engine.drafting.sources import TextEmbedder
from engine.reward.interface import MemberWords, Prediction

Floats = NDArray[np.float64]

FEATURES = ("nearest", "mean", "group")
"""Per (member, statement): cosine of the member's nearest sentence, of their mean, and the mean of `nearest` over all
other members (how central the statement is)."""

WIDEST_SPREAD = 0.5
"""What is known of a member who said nothing: an agreement of 0 or 1 can be this far from what was predicted."""


@dataclass(frozen=True)
class Weights:
    """Coefficients per standardised feature, and the residual spread, as the training command wrote them."""

    intercept: float
    coefficients: Floats
    centre: Floats
    scale: Floats
    statement: Floats
    """(dimensions,): the text prior's direction in embedding space."""
    spread: float


@cache
def bundled_weights() -> Weights:
    """The weights that come with Accord; `python -m engine.reward.train` makes them."""
    raw = json.loads(resources.files("engine.reward").joinpath("text_features.json").read_text())
    return Weights(
        intercept=float(raw["intercept"]),
        coefficients=np.array(raw["coefficients"]),
        centre=np.array(raw["centre"]),
        scale=np.array(raw["scale"]),
        statement=np.array(raw["statement"]),
        spread=float(raw["spread"]),
    )


class TextFeatureModel:
    """Agreement from embeddings of what a member said; past ballots on near statements pull the prediction."""

    def __init__(self, embedder: TextEmbedder, weights: Weights | None = None) -> None:
        self._embedder = embedder
        self._weights = weights or bundled_weights()

    def predict(self, members: Mapping[str, MemberWords], statements: Sequence[str]) -> Prediction:
        """Implement `RewardModel.predict`."""
        weights = self._weights
        shape = (len(members), len(statements))
        if 0 in shape:
            return Prediction(np.zeros(shape), np.zeros(shape))
        statement_vectors = self._embedder.embed(list(statements)).astype(np.float64)
        mean = 1.0 / (1.0 + np.exp(-self._logit(list(members.values()), statements)))
        spread = np.full(shape, weights.spread)
        for row, words in enumerate(members.values()):
            if not _said(words):
                spread[row] = max(weights.spread, WIDEST_SPREAD)
            self._learn_from_ballots(words, statement_vectors, mean[row], spread[row])
        return Prediction(mean=np.clip(mean, 0.0, 1.0), spread=spread)

    def _logit(self, members: Sequence[MemberWords], statements: Sequence[str]) -> Floats:
        """Log-odds of agreement: (members, statements); the mean over a statement's sentences.

        The weights were learnt from single remarks. Read whole, a rambling statement would gain from every topic that
        it touches; read by sentence, one that nobody asked for costs it.
        """
        weights = self._weights
        parts = [sentences(statement) or [statement] for statement in statements]
        vectors = self._embedder.embed([part for own in parts for part in own]).astype(np.float64)
        standard = np.nan_to_num((text_features(self._embedder, members, vectors) - weights.centre) / weights.scale)
        logit = weights.intercept + standard @ weights.coefficients + (vectors @ weights.statement)[None, :]
        counts = np.array([len(own) for own in parts])
        return np.add.reduceat(logit, np.cumsum(counts) - counts, axis=1) / counts

    def _learn_from_ballots(self, words: MemberWords, statements: Floats, mean: Floats, spread: Floats) -> None:
        """Move a member's row towards their past grades of similar statements (in place).

        A normal prior (mean, spread) per statement and one noisy observation per ballot, its noise growing as the
        statement is less similar: the usual precision-weighted mean.
        """
        if not words.ballots:
            return
        voted = self._embedder.embed([ballot.statement for ballot in words.ballots]).astype(np.float64)
        likeness = np.clip(statements @ voted.T, 0.0, 1.0) ** 4
        precision = likeness / 0.15**2
        graded = np.array([ballot.agreement for ballot in words.ballots])
        prior = 1.0 / spread**2
        total = prior + precision.sum(axis=1)
        mean[:] = (prior * mean + precision @ graded) / total
        spread[:] = np.sqrt(1.0 / total)


def _said(words: MemberWords) -> list[str]:
    return [sentence for text in (*words.opinions, *words.critiques) for sentence in sentences(text)]


def text_features(embedder: TextEmbedder, members: Sequence[MemberWords], statements: Floats) -> Floats:
    """The features of every pair: (members, statements, len(FEATURES)). Members without words get the group's mean.

    All is NaN where nobody said anything.
    """
    count = len(members)
    nearest = np.full((count, len(statements)), np.nan)
    mean = np.full((count, len(statements)), np.nan)
    said = [_said(words) for words in members]
    flat = [sentence for own in said for sentence in own]
    cosine = embedder.embed(flat).astype(np.float64) @ statements.T if flat else np.zeros((0, len(statements)))
    start = 0
    for row, own in enumerate(said):
        if own:
            mine = cosine[start : start + len(own)]
            nearest[row], mean[row] = mine.max(axis=0), mine.mean(axis=0)
        start += len(own)
    for matrix in (nearest, mean):
        silent = np.isnan(matrix[:, 0])
        if (~silent).any():
            matrix[silent] = matrix[~silent].mean(axis=0)
    others = (nearest.sum(axis=0)[None, :] - nearest) / max(1, count - 1) if count > 1 else nearest
    return np.stack([nearest, mean, others], axis=2)
