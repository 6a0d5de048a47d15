"""Instant runoff, with every way of eliminating among equally weak candidates followed as far as a budget goes."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from welfare.inputs import TOLERANCE, Floats, as_ranks, as_weights
from welfare.pairwise import compact_columns
from welfare.ranked_pairs import DEFAULT_BUDGET
from welfare.ranking import SearchedRanking, rank_by
from welfare.ties import TieBreak

EqualTops: TypeAlias = Literal["approval", "split"]


def instant_runoff(
    ranks: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    equal_tops: EqualTops = "approval",
    tie_break: TieBreak | None = None,
    budget: int = DEFAULT_BUDGET,
) -> SearchedRanking:
    """Eliminate the candidate whom fewest voters have on top, again and again; the last one left wins.

    Also Hare's rule or ranked-choice voting. Where several are equally weak, each is tried: the first tier is every
    candidate that wins in some order of elimination (parallel universes: Conitzer, Rognlie & Xia 2009, "Preference
    functions that score rankings"), and the others follow by the last place in which they can go out. A voter with
    several candidates on top supports each of them in full (`"approval"`: Delemazure & Peters 2024, "Generalizing
    Instant Runoff Voting to Allow Indifferences", who show that this keeps its properties) or shares the vote
    (`"split"`). `ranks`: `(voters, candidates)`, see `welfare.inputs`.

    `budget` is how many sets of surviving candidates may be visited; past it, `tie_break` (default: the lottery with
    seed 0) says who stays, and `exact` and `tie_break` of the result say so. Raises EmptyProfileError,
    NotANumberError, OutOfRangeError, WrongShapeError.

    >>> instant_runoff([[0, 1, 2]] * 4 + [[2, 0, 1]] * 3 + [[2, 1, 0]] * 2).ranking
    ((1,), (0,), (2,))
    >>> instant_runoff([[0, 1, 2], [1, 2, 0]]).ranking
    ((0, 2), (1,))
    """
    checked = as_ranks(ranks)
    count = _TopCount(checked, as_weights(weights, len(checked)), equal_tops)
    best_place, steps = _every_order(count, checked.shape[1], budget)
    if best_place is not None:
        return SearchedRanking(rank_by(-best_place), exact=True, tie_break=None, steps=steps)
    draw = tie_break or TieBreak()
    places = _one_order(count, draw.order(range(checked.shape[1])))
    return SearchedRanking(rank_by(-places), exact=False, tie_break=draw, steps=steps)


class _TopCount:
    """How much of the vote each surviving candidate has on top."""

    def __init__(self, ranks: np.ndarray[tuple[int, int], np.dtype[np.int64]], weights: Floats, ties: EqualTops):
        self._columns = compact_columns(ranks)
        self._weights = weights
        self._ties = ties
        self._equal = bool((weights == weights[0]).all())
        self.noise = TOLERANCE * float(weights.sum())

    def __call__(self, survivors: list[int]) -> Floats:
        """`(survivors,)` float, in the order given."""
        columns = self._columns[survivors]
        on_top = columns == columns.min(axis=0)
        if self._ties == "split":
            return on_top @ (self._weights / on_top.sum(axis=0))
        if self._equal:
            return np.array([np.count_nonzero(row) for row in on_top]) * self._weights[0]
        return on_top @ self._weights


def _every_order(count: _TopCount, candidates: int, budget: int) -> tuple[Floats | None, int]:
    """The best place (1 is first) of each candidate over all orders of elimination, or None past the budget."""
    best_place = np.full(candidates, float(candidates))
    by_size: dict[int, set[int]] = {candidates: {(1 << candidates) - 1}}
    steps = 0
    for size in range(candidates, 0, -1):
        for survivors in by_size.pop(size, ()):
            steps += 1
            if steps > budget:
                return None, steps
            remaining = [c for c in range(candidates) if survivors >> c & 1]
            tops = count(remaining)
            weakest = [c for c, top in zip(remaining, tops, strict=True) if top <= tops.min() + count.noise]
            if tops.min() <= count.noise and len(weakest) < size:
                # Nobody's vote moves when candidates without a vote go, so all their orders end the same.
                weakest_out = sum(1 << c for c in weakest)
                after = size - len(weakest)
                best_place[weakest] = np.minimum(best_place[weakest], after + 1)
                by_size.setdefault(after, set()).add(survivors & ~weakest_out)
                continue
            best_place[weakest] = np.minimum(best_place[weakest], size)
            if size > 1:
                by_size.setdefault(size - 1, set()).update(survivors & ~(1 << c) for c in weakest)
    return best_place, steps


def _one_order(count: _TopCount, drawn: tuple[int, ...]) -> Floats:
    """The place of each candidate when, of the weakest, the one drawn last goes first."""
    places = np.zeros(len(drawn))
    remaining = list(drawn)
    while remaining:
        tops = count(remaining)
        weakest = np.flatnonzero(tops <= tops.min() + count.noise)
        out = remaining.pop(int(weakest[-1]))
        places[out] = len(remaining) + 1
    return places
