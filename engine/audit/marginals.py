"""Each statement by itself: is the spread of predicted votes that of the actual ones?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Marginals:
    """Means over the statements that somebody voted on.

    `distance`: Wasserstein's W1 of predicted and actual votes, in [0, 1] as votes are. `variance`: the mean predicted
    variance over the mean actual one: below 1 people differ more than was predicted. `degenerate`: the share of
    statements on which everybody has the same predicted answer; `degenerate_actual`: on which everybody gave the same.
    """

    distance: float
    variance: float
    degenerate: float
    degenerate_actual: float


def marginals(predicted: Floats, actual: Floats, answers: Sequence[float]) -> Marginals:
    """Compare votes (members, statements) in [0, 1] that miss the same; `answers` are what a vote can be."""
    voted = np.isfinite(actual).any(axis=0)
    if not voted.any():
        return Marginals(np.nan, np.nan, np.nan, np.nan)
    guesses, votes = predicted[:, voted], actual[:, voted]
    truly = _variances(votes).mean()
    return Marginals(
        distance=float(distances(guesses, votes).mean()),
        variance=float(_variances(guesses).mean() / truly) if truly > 0 else np.nan,
        degenerate=float(same_answer(guesses, answers).mean()),
        degenerate_actual=float(same_answer(votes, answers).mean()),
    )


def distances(one: Floats, other: Floats) -> Floats:
    """W1 of each column (columns,): what its votes in `one` have to be moved on average to become those in `other`.

    >>> distances(np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[1.0, 1.0], [0.0, 0.5]]))
    array([0.  , 0.75])
    """
    # NaN sort to the end of both, and there are as many in one as in the other.
    apart = np.abs(np.sort(one, axis=0) - np.sort(other, axis=0))
    return np.nansum(apart, axis=0) / np.maximum(np.isfinite(apart).sum(axis=0), 1)


def same_answer(votes: Floats, answers: Sequence[float]) -> NDArray[np.bool_]:
    """(columns,): whether everybody's nearest answer is the same."""
    told = nearest(votes, answers)
    seen = np.isfinite(told)
    highest = np.where(seen, told, -np.inf).max(axis=0)
    return highest == np.where(seen, told, np.inf).min(axis=0)


def nearest(votes: Floats, answers: Sequence[float]) -> Floats:
    """Each vote's nearest answer; NaN stays."""
    steps = np.sort(np.asarray(answers, dtype=np.float64))
    between = (steps[1:] + steps[:-1]) / 2
    found = steps[np.searchsorted(between, np.nan_to_num(votes), side="right")]
    return np.where(np.isfinite(votes), found, np.nan)


def _variances(votes: Floats) -> Floats:
    seen = np.isfinite(votes)
    count = np.maximum(seen.sum(axis=0), 1)
    mean = np.where(seen, votes, 0.0).sum(axis=0) / count
    return np.where(seen, (votes - mean) ** 2, 0.0).sum(axis=0) / count
