"""How good predictions of agreement are. Votes are 1, 0 and -1; passes are left out of every figure here."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_PAIRS = 50
_BINS = 10


def area_under_curve(predicted: Floats, votes: Floats) -> float:
    """The chance that an agreed pair is ranked above a disagreed one, ties half; NaN where one kind is missing.

    >>> area_under_curve(np.array([0.2, 0.8, 0.5]), np.array([-1.0, 1.0, 0.0]))
    1.0
    """
    decided = votes != 0
    agreed = votes[decided] > 0
    _, place = np.unique(predicted[decided], return_inverse=True)
    positive = np.bincount(place, agreed.astype(np.float64))
    negative = np.bincount(place, (~agreed).astype(np.float64))
    pairs = positive.sum() * negative.sum()
    if pairs == 0:
        return math.nan
    return float(positive @ (np.cumsum(negative) - negative / 2.0) / pairs)


def area_within(keys: Ints, predicted: Floats, votes: Floats) -> float:
    """The mean area under the curve inside each key (a statement, a member), by its number of pairs, at most 50 each.

    Within statements it is the personal signal: what depends on the statement alone has one half.
    """
    total = weight = 0.0
    order = np.argsort(keys, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(keys[order])) + 1):
        agreed, disagreed = int((votes[rows] > 0).sum()), int((votes[rows] < 0).sum())
        pairs = min(agreed * disagreed, _MOST_PAIRS)
        if pairs:
            total += pairs * area_under_curve(predicted[rows], votes[rows])
            weight += pairs
    return total / weight if weight else math.nan


def log_loss(predicted: Floats, votes: Floats) -> float:
    """The mean of -log P(what was voted); chances are kept from 0 and 1 by a thousandth."""
    decided = votes != 0
    p = np.clip(predicted[decided], 1e-3, 1.0 - 1e-3)
    return float(-np.log(np.where(votes[decided] > 0, p, 1.0 - p)).mean())


def brier(predicted: Floats, votes: Floats) -> float:
    """The mean squared error of the chance, in [0, 1]."""
    decided = votes != 0
    return float(((predicted[decided] - (votes[decided] > 0)) ** 2).mean())


def calibration_error(predicted: Floats, votes: Floats) -> float:
    """The expected calibration error: the mean distance of predicted and observed agreement over ten equal bins."""
    decided = votes != 0
    bins = np.minimum((predicted[decided] * _BINS).astype(int), _BINS - 1)
    apart = np.bincount(bins, predicted[decided], _BINS) - np.bincount(bins, votes[decided] > 0, _BINS)
    return float(np.abs(apart).sum() / decided.sum())
