"""Social welfare functions on utilities: how much good a candidate does the group, by different ideas of good.

All take a profile, `(members, candidates)` float in [0, 1], and optional member weights, `(members,)` >= 0 (weight 2
counts as two members, weight 0 not at all). All but leximin return `(candidates,)` float in [0, 1] in units of utility:
what every member would have to get for a perfectly equal outcome to be just as good. All raise the errors of
`welfare.inputs.as_profile` and `as_weights`.

Atkinson's family holds the three best known: aversion to inequality 0 is utilitarian, 1 is Nash, infinity is maximin.
"""

from __future__ import annotations

import math
from functools import cmp_to_key

import numpy as np
from numpy.typing import ArrayLike

from welfare.errors import OutOfRangeError
from welfare.inputs import TOLERANCE, Floats, as_profile, as_weights, levels
from welfare.ranking import Ranking, rank_by


def utilitarian(profile: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """The mean utility (Harsanyi 1955, "Cardinal welfare, individualistic ethics"; Bakker et al. 2022, eq. 1, alpha 0).

    >>> utilitarian([[1.0, 0.4], [0.0, 0.5]]).tolist()
    [0.5, 0.45]
    """
    utilities, shares = _counted(profile, weights)
    return shares @ utilities


def maximin(profile: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """The utility of the worst-off member (Rawls 1971, "A Theory of Justice", section 26).

    A weight only says whether a member counts: the worst-off is the worst-off at any positive weight.

    >>> maximin([[1.0, 0.4], [0.0, 0.5]]).tolist()
    [0.0, 0.4]
    """
    utilities, _ = _counted(profile, weights)
    return utilities.min(axis=0)


def leximin(profile: ArrayLike, weights: ArrayLike | None = None) -> Ranking:
    """Rank by the worst-off member, then by the second worst-off, and so on (Sen 1970, "Collective Choice", ch. 9*).

    No single number per candidate says this, so it returns the ranking itself. With weights, a member of weight 2 is
    two equal members: of two candidates, the better is the one with less weight at the lowest utility in which their
    distributions differ. Utilities up to `TOLERANCE` apart are equal.

    >>> leximin([[0.2, 0.2, 0.9], [0.5, 0.7, 0.1]])
    ((1,), (0,), (2,))
    """
    utilities, shares = _counted(profile, weights)
    ladder = [_weight_per_level(column, shares) for column in levels(utilities).T]

    def compare(a: int, b: int) -> int:
        (level_a, weight_a), (level_b, weight_b) = ladder[a], ladder[b]
        steps = min(len(level_a), len(level_b))
        apart = (level_a[:steps] != level_b[:steps]) | (np.abs(weight_a[:steps] - weight_b[:steps]) > TOLERANCE)
        if not apart.any():
            return 0
        first = int(apart.argmax())
        if level_a[first] != level_b[first]:
            return 1 if level_a[first] < level_b[first] else -1
        return 1 if weight_a[first] > weight_b[first] else -1

    tiers: list[list[int]] = []
    for candidate in sorted(range(utilities.shape[1]), key=cmp_to_key(compare)):
        if tiers and compare(tiers[-1][-1], candidate) == 0:
            tiers[-1].append(candidate)
        else:
            tiers.append([candidate])
    return tuple(tuple(sorted(tier)) for tier in tiers)


def nash(profile: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """The geometric mean of utilities: Nash's product, in units of utility (Kaneko & Nakamura 1979, Econometrica 47).

    The origin is utility 0. One member at 0 makes the product 0; `nash_ranking` still orders such candidates.

    >>> nash([[1.0, 0.5], [0.16, 0.5]]).round(6).tolist()
    [0.4, 0.5]
    """
    return atkinson(profile, 1.0, weights)


def nash_ranking(profile: ArrayLike, weights: ArrayLike | None = None) -> Ranking:
    """Rank by Nash's product; where members are at zero, fewer of them first, then the product over all others.

    That is the limit of the product of (utility + e) as e goes to 0, and the maximum Nash welfare of Caragiannis
    et al. 2019 ("The Unreasonable Fairness of Maximum Nash Welfare", definition 3.1). Utilities up to `TOLERANCE`
    are zero; geometric means with logarithms up to `TOLERANCE` apart are equal.

    >>> nash_ranking([[0.0, 0.0, 0.1], [0.5, 0.9, 0.1], [0.5, 0.0, 0.1]])
    ((2,), (0,), (1,))
    """
    return atkinson_ranking(profile, 1.0, weights)


def atkinson(profile: ArrayLike, inequality_aversion: float, weights: ArrayLike | None = None) -> Floats:
    """Atkinson's equally-distributed equivalent, `(mean of u^(1-a))^(1/(1-a))`, the geometric mean at a = 1.

    Also known as the CES or isoelastic family (Atkinson 1970, J. Economic Theory 2; Bakker et al. 2022, eq. 1).
    `inequality_aversion` a: 0 is utilitarian, 1 Nash, `math.inf` maximin; negative or NaN raises OutOfRangeError.

    >>> [atkinson([[1.0], [0.25]], a).round(4).tolist() for a in (0, 0.5, 1, 2, math.inf)]
    [[0.625], [0.5625], [0.5], [0.4], [0.25]]
    """
    aversion = _as_aversion(inequality_aversion)
    utilities, shares = _counted(profile, weights)
    if aversion == 0.0:
        return shares @ utilities
    if math.isinf(aversion):
        return utilities.min(axis=0)
    present = utilities > TOLERANCE
    # Noise at zero is zero: a root would make it large.
    utilities = np.where(present, utilities, 0.0)
    # From 1 upwards a single zero makes the whole zero; below, a zero only adds nothing.
    nonzero = present.all(axis=0) if aversion >= 1.0 else present.any(axis=0)
    welfare = np.zeros(utilities.shape[1])
    welfare[nonzero] = np.exp(_log_power_mean(utilities[:, nonzero], 1.0 - aversion, shares))
    return welfare


def atkinson_ranking(profile: ArrayLike, inequality_aversion: float, weights: ArrayLike | None = None) -> Ranking:
    """Rank by Atkinson's family, telling candidates apart that leave someone at zero.

    From an aversion of 1 upwards any member at zero makes welfare zero: then less weight at zero comes first, and the
    welfare of all others second, as in `nash_ranking`. Raises as `atkinson`.

    >>> atkinson_ranking([[0.0, 0.0], [0.5, 0.9], [0.5, 0.0]], 2.0)
    ((0,), (1,))
    """
    aversion = _as_aversion(inequality_aversion)
    if aversion < 1.0 or math.isinf(aversion):
        return rank_by(atkinson(profile, aversion, weights))
    utilities, shares = _counted(profile, weights)
    present = utilities > TOLERANCE
    at_zero = shares @ ~present
    rest = np.zeros(utilities.shape[1])
    for candidate in np.flatnonzero(present.any(axis=0)):
        kept = present[:, candidate]
        column = utilities[kept, candidate, np.newaxis]
        rest[candidate] = _log_power_mean(column, 1.0 - aversion, shares[kept] / shares[kept].sum())[0]
    return rank_by(-at_zero, rest)


def sen(profile: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Sen's mean times (1 - Gini) (Sen 1976, "Real National Income", Rev. Economic Studies 43).

    Equal to the expected utility of the worse-off of two members drawn at random.

    >>> sen([[1.0, 0.6], [0.0, 0.4]]).round(6).tolist()
    [0.25, 0.45]
    """
    return gini(profile, 2.0, weights)


def gini(profile: ArrayLike, draws: float = 3.0, weights: ArrayLike | None = None) -> Floats:
    """The rank-weighted (single-parameter, generalised) Gini welfare (Donaldson & Weymark 1980, J. Econ. Theory 22).

    The worse off a member, the more they weigh: sorted from the worst, member k counts
    `(1 - (k-1)/n)^d - (1 - k/n)^d`. That is the expected utility of the worst-off of d members drawn at random:
    `draws` d = 1 is utilitarian, 2 is Sen, infinity maximin; below 1 or NaN raises OutOfRangeError.

    >>> gini([[1.0], [0.0]], draws=3).tolist()
    [0.125]
    """
    if not draws >= 1.0:
        raise OutOfRangeError(name="draws", found=draws, lowest=1.0, highest=None)
    utilities, shares = _counted(profile, weights)
    order = np.argsort(utilities, axis=0, kind="stable")
    above = 1.0 - np.cumsum(shares[order], axis=0)
    # The last one has nobody above; rounding may leave a trace below zero.
    survival = np.clip(np.vstack([np.ones(utilities.shape[1]), above]), 0.0, 1.0)
    survival[-1] = 0.0
    rank_weights = -np.diff(survival**draws, axis=0)
    return np.einsum("mc,mc->c", rank_weights, np.take_along_axis(utilities, order, axis=0))


def _counted(profile: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    """The utilities of the members with a positive weight, and their weights scaled to sum 1."""
    utilities = as_profile(profile)
    counted = as_weights(weights, len(utilities))
    if not counted.all():
        utilities, counted = utilities[counted > 0], counted[counted > 0]
    # Scaling by the largest first keeps the sum of very large weights finite.
    counted = counted / counted.max()
    return utilities, counted / counted.sum()


def _as_aversion(inequality_aversion: float) -> float:
    aversion = float(inequality_aversion)
    if not aversion >= 0.0:
        raise OutOfRangeError(name="inequality_aversion", found=aversion, lowest=0.0, highest=None)
    return aversion


def _log_power_mean(utilities: Floats, power: float, shares: Floats) -> Floats:
    """Logarithm of `(sum of share * u^power)^(1/power)` per column; every column needs a positive value.

    Relative to the member who dominates the sum no power overflows, and by expm1 and log1p it is smooth through
    power 0, the geometric mean.
    """
    with np.errstate(divide="ignore"):
        logs = np.log(utilities)
    if power == 0.0:
        return shares @ logs
    reference = logs.max(axis=0) if power > 0 else logs.min(axis=0)
    return reference + np.log1p(shares @ np.expm1(power * (logs - reference))) / power


def _weight_per_level(column: np.ndarray[tuple[int], np.dtype[np.int64]], shares: Floats) -> tuple[Floats, Floats]:
    """The distinct levels of one candidate, ascending, and the share of members at each."""
    order = np.argsort(column, kind="stable")
    arranged = column[order]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(arranged)) + 1])
    return arranged[starts].astype(np.float64), np.add.reduceat(shares[order], starts)
