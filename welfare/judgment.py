"""Majority judgment on grades from 1 to 7."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from welfare.inputs import HIGHEST_GRADE, LOWEST_GRADE, TOLERANCE, Floats, Ints, as_grades, as_weights, levels
from welfare.ranking import Ranking, rank_by


def majority_grades(grades: ArrayLike, weights: ArrayLike | None = None) -> Ints:
    """The majority-grade of each candidate, `(candidates,)` int in 1..7: the (lower) median of its grades.

    It is the highest grade that more than half of the voters give or exceed (Balinski & Laraki 2011, "Majority
    Judgment", ch. 1). `grades`: `(voters, candidates)`. Raises EmptyProfileError, NotANumberError, OutOfRangeError,
    WrongShapeError.

    >>> majority_grades([[7, 1], [4, 2], [3, 5], [2, 6]]).tolist()
    [3, 2]
    """
    return _grade_at(_cumulative(grades, weights), 0.5 - TOLERANCE)


def majority_judgment(grades: ArrayLike, weights: ArrayLike | None = None) -> Ranking:
    """Rank by the majority-grade; break ties by taking one such grade off each and comparing the next, to the end.

    That is the majority-ranking of Balinski & Laraki (2007, "A theory of measuring, electing, and ranking", PNAS 104;
    2011, ch. 13): the median first, then outwards from it, the lower neighbour before the upper. Only candidates with
    the same grades in the same numbers stay tied. Computed on the shares of the grades, so that weights may be
    fractions: the grades at half -+ t of the voters are compared from the middle (t = 0) outwards. `grades`:
    `(voters, candidates)` int in 1..7. Raises as `majority_grades`.

    >>> majority_judgment([[7, 5, 4], [4, 4, 4], [1, 3, 4]])
    ((2,), (1,), (0,))
    >>> majority_judgment([[5, 6], [4, 4], [3, 3]])
    ((1,), (0,))
    """
    cumulative = _cumulative(grades, weights)
    # The grade at half -+ t only changes where some candidate's cumulative share does: look once between two changes.
    distances = np.concatenate([[0.0, 0.5], np.abs(cumulative - 0.5).ravel()])
    distances = np.sort(distances[distances <= 0.5])
    _, first = np.unique(levels(distances), return_index=True)
    edges = distances[first]
    keys: list[Floats] = []
    for middle in (edges[:-1] + edges[1:]) / 2:
        keys.append(_grade_at(cumulative, 0.5 - middle).astype(np.float64))
        keys.append(_grade_at(cumulative, 0.5 + middle).astype(np.float64))
    return rank_by(*keys)


def _cumulative(grades: ArrayLike, weights: ArrayLike | None) -> Floats:
    """`(grades, candidates)` float: the share of voters whose grade is at most this one."""
    checked = as_grades(grades)
    counted = as_weights(weights, len(checked))
    scale = np.arange(LOWEST_GRADE, HIGHEST_GRADE + 1)
    at_most = np.stack([counted @ (checked <= grade) for grade in scale])
    return at_most / counted.sum()


def _grade_at(cumulative: Floats, share: float) -> Ints:
    """The grade of the voter at this share of the electorate, counted from the lowest grade: `(candidates,)` int."""
    return (cumulative < share).sum(axis=0) + LOWEST_GRADE
