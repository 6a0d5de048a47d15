"""How sure a selection is: the probability that each candidate wins, given how sure the utilities are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from welfare.errors import OutOfRangeError, WrongShapeError
from welfare.inputs import Floats, as_profile
from welfare.rules import find_rule, rank

DEFAULT_DRAWS: Final = 1000

# Draws are made in batches of about this many values, so that memory stays bounded for large groups.
_BATCH_VALUES: Final = 4_000_000
# Correlated draws are put in order within a batch, which takes a batch of some size to mean anything.
_LEAST_CORRELATED_BATCH: Final = 32


@dataclass(frozen=True, slots=True)
class WinProbabilities:
    """The outcome of sampling.

    - `probability`: one per candidate, in [0, 1], together 1; tied winners of a draw share it.
    - `standard_error`: one per candidate, of the sampling alone; at most `0.5 / sqrt(draws)`.
    - `draws`: how many profiles were drawn.
    - `inexact`: the draws whose winners came from a tie-break past the step budget.
    """

    probability: tuple[float, ...]
    standard_error: tuple[float, ...]
    draws: int
    inexact: int


def win_probabilities(
    mean: ArrayLike,
    spread: ArrayLike,
    rule: str,
    *,
    seed: int,
    draws: int = DEFAULT_DRAWS,
    correlation: float = 0.0,
    weights: ArrayLike | None = None,
) -> WinProbabilities:
    """The probability that each candidate wins under a rule when utilities are known only as mean and spread.

    `mean`: `(members, candidates)` float in [0, 1]; `spread`: the standard deviations, same shape, >= 0. Each utility
    is drawn from the beta distribution with that mean and spread, which stays in [0, 1] without clipping; a spread that
    no distribution on [0, 1] can have is brought down to the largest possible. `correlation` in [0, 1): 0 draws all
    independently, as when each prediction errs on its own; r makes members' errors about the *same candidate* move
    together (normal scores correlate by r), as when a model misjudges a statement for everyone. Errors about different
    candidates stay independent. Independent errors average out in a large group and correlated ones do not: with 0
    the result is surer of the winner.

    Same arguments, same result. Raises UnknownRuleError, EmptyProfileError, NotANumberError, OutOfRangeError,
    WrongShapeError.

    >>> win_probabilities([[0.5, 0.5]], [[0.0, 0.0]], "utilitarian", seed=1, draws=10).probability
    (0.5, 0.5)
    >>> found = win_probabilities([[0.7, 0.5]], [[0.1, 0.1]], "utilitarian", seed=1, draws=400)
    >>> 0.85 < found.probability[0] < 0.98
    True
    """
    means = as_profile(mean)
    deviations = np.asarray(spread, dtype=np.float64)
    if deviations.shape != means.shape:
        raise WrongShapeError(name="spread", found=str(deviations.shape), expected=str(means.shape))
    if not (np.isfinite(deviations).all() and deviations.min() >= 0.0):
        raise OutOfRangeError(name="spread", found=float(deviations.min()), lowest=0.0, highest=None)
    if draws < 1:
        raise OutOfRangeError(name="draws", found=draws, lowest=1, highest=None)
    if not 0.0 <= correlation < 1.0:
        raise OutOfRangeError(name="correlation", found=correlation, lowest=0.0, highest=1.0)
    found = find_rule(rule)
    random = np.random.default_rng(seed)

    least = _LEAST_CORRELATED_BATCH if correlation > 0.0 else 1
    batch = max(least, _BATCH_VALUES // means.size)
    wins = np.zeros(means.shape[1])
    squares = np.zeros(means.shape[1])
    inexact = 0
    for start in range(0, draws, batch):
        # A last batch too small to be put in order is drawn in full and only partly used.
        size = max(least, min(batch, draws - start))
        for profile in draw_profiles(means, deviations, size, correlation, random)[: draws - start]:
            selection = rank(profile, found, weights=weights, seed=seed)
            share = 1.0 / len(selection.winners)
            wins[list(selection.winners)] += share
            squares[list(selection.winners)] += share * share
            inexact += not selection.exact
    probability = wins / draws
    errors = np.sqrt(np.maximum(squares / draws - probability**2, 0.0) / draws)
    return WinProbabilities(tuple(probability.tolist()), tuple(errors.tolist()), draws, inexact)


def draw_profiles(mean: Floats, spread: Floats, draws: int, correlation: float, random: np.random.Generator) -> Floats:
    """Profiles drawn around a mean, as `win_probabilities` describes: `(draws, members, candidates)` float in [0, 1].

    Correlation by reordering: each utility's draws are sorted, and dealt out in the order of correlated normal scores
    (Iman & Conover 1982, Communications in Statistics 11), so that the beta distributions stay exactly as they are.

    >>> drawn = draw_profiles(np.array([[0.3]]), np.array([[0.1]]), 40_000, 0.0, np.random.default_rng(0))
    >>> round(float(drawn.mean()), 2), round(float(drawn.std()), 2)
    (0.3, 0.1)
    """
    room = mean * (1.0 - mean)
    certain = (room <= 0.0) | (spread <= 0.0)
    # A hair below the bound at which all the probability would sit on 0 and 1.
    variance = np.where(certain, 0.25, np.minimum(spread**2, 0.999 * room))
    concentration = np.where(certain, 1.0, room / variance - 1.0)
    safe_mean = np.where(certain, 0.5, mean)
    shape = (draws, *mean.shape)
    drawn = random.beta(safe_mean * concentration, (1.0 - safe_mean) * concentration, size=shape)
    if correlation > 0.0:
        common = random.standard_normal((draws, 1, mean.shape[1]))
        scores = math.sqrt(correlation) * common + math.sqrt(1.0 - correlation) * random.standard_normal(shape)
        places = np.argsort(np.argsort(scores, axis=0), axis=0)
        drawn = np.take_along_axis(np.sort(drawn, axis=0), places, axis=0)
    return np.where(certain, mean, drawn)
