"""Ranked pairs, with every way of breaking ties among equal victories followed as far as a budget goes.

Tideman 1987, "Independence of clones as a criterion for voting rules", Social Choice and Welfare 4: lock victories from
the strongest down, leaving out each that would close a cycle. Equal victories may be locked in any order, and the order
can decide. A candidate wins if some order makes it win (parallel universes: Brill & Fischer 2012, "The Price of
Neutrality for the Ranked Pairs Method"), which is NP-hard to tell; hence the budget.

What is locked is kept as one integer per candidate whose bits are the candidates below it, transitively. Two orders
that lock the same relation are one universe, and a universe none of whose leaders is new is not followed further.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from welfare.condorcet import as_pairwise, smith_set
from welfare.inputs import Bools, Floats
from welfare.ranking import Ranking, SearchedRanking, Tier, peel
from welfare.ties import TieBreak

DEFAULT_BUDGET: Final = 10_000

Below: TypeAlias = tuple[int, ...]
Victory: TypeAlias = tuple[int, int]
Levels: TypeAlias = list[list[Victory]]


def ranked_pairs(
    pairwise: ArrayLike, *, tie_break: TieBreak | None = None, budget: int = DEFAULT_BUDGET
) -> SearchedRanking:
    """Rank by ranked pairs: the first tier is every candidate that wins under some order of the equal victories.

    `pairwise`: `(candidates, candidates)`, the margins of `welfare.pairwise`. The next tier is found in the same way
    among the others, and so on; without ties that is Tideman's own order. `budget` is how many universes may be
    visited for the winners, and again for all the rest. Past it the whole order comes from the one universe in which
    `tie_break` (default: the lottery with seed 0) orders equal victories: the one of the candidate drawn earlier first,
    then the one over the candidate drawn earlier (Zavist & Tideman 1989). `exact` and `tie_break` of the result say so.
    Raises EmptyProfileError, NotANumberError, WrongShapeError.

    >>> ranked_pairs([[0, 4, -2], [-4, 0, 6], [2, -6, 0]]).ranking
    ((0,), (1,), (2,))
    >>> ranked_pairs([[0, 2, -2], [-2, 0, 2], [2, -2, 0]]).ranking
    ((0, 1, 2),)
    """
    matrix = as_pairwise(pairwise)
    draw = tie_break or TieBreak()
    locked = _lock_without_choices(matrix)
    if locked is not None:
        return SearchedRanking(peel(_as_matrix(locked)), exact=True, tie_break=None, steps=0)

    winners, steps = _possible_winners(matrix, range(len(matrix)), budget)
    if winners is None:
        return SearchedRanking(_one_universe(matrix, draw, range(len(matrix))), False, draw, steps)
    tiers: list[Tier] = [winners]
    left = [c for c in range(len(matrix)) if c not in winners]
    allowance = budget
    while left:
        next_tier, used = _possible_winners(matrix, left, allowance)
        steps += used
        allowance -= used
        if next_tier is None:
            return SearchedRanking((*tiers, *_one_universe(matrix, draw, left)), True, draw, steps)
        tiers.append(next_tier)
        left = [c for c in left if c not in next_tier]
    return SearchedRanking(tuple(tiers), exact=True, tie_break=None, steps=steps)


def _victories(matrix: Floats, candidates: Sequence[int]) -> Levels:
    """Victories among the candidates (as positions in that list), the strongest level first."""
    part = matrix[np.ix_(candidates, candidates)]
    rows, columns = np.nonzero(part > part.T)
    strengths = part[rows, columns]
    order = np.argsort(-strengths, kind="stable")
    levels: Levels = []
    last = None
    for row, column, strength in zip(rows[order].tolist(), columns[order].tolist(), strengths[order], strict=True):
        if strength != last:
            levels.append([])
            last = strength
        levels[-1].append((row, column))
    return levels


def _lock(below: Below, winner: int, loser: int) -> Below:
    gained = below[loser] | 1 << loser
    return tuple(
        row | gained if candidate == winner or row >> winner & 1 else row for candidate, row in enumerate(below)
    )


def _open(below: Below, victories: Iterable[Victory]) -> list[Victory]:
    """Victories that are neither implied nor ruled out by what is locked."""
    return [(a, b) for a, b in victories if not (below[a] >> b & 1 or below[b] >> a & 1)]


def _lock_uncontested(below: Below, level: list[Victory]) -> tuple[Below, list[Victory]]:
    """Lock the victories of a level that no order can rule out; the others, which lie on a cycle, come back."""
    undecided = _open(below, level)
    joint = below
    for a, b in undecided:
        if not joint[a] >> b & 1:
            joint = _lock(joint, a, b)
    contested = [(a, b) for a, b in undecided if joint[b] >> a & 1]
    if not contested:
        return joint, []
    for a, b in undecided:
        if not (joint[b] >> a & 1 or below[a] >> b & 1):
            below = _lock(below, a, b)
    return below, contested


def _lock_without_choices(matrix: Floats) -> Below | None:
    """All victories locked, or None where the order of equal ones matters."""
    below: Below = (0,) * len(matrix)
    for level in _victories(matrix, range(len(matrix))):
        below, contested = _lock_uncontested(below, level)
        if contested:
            return None
    return below


def _possible_winners(matrix: Floats, candidates: Sequence[int], budget: int) -> tuple[Tier | None, int]:
    """Everyone among the candidates who wins in some universe, or None past the budget; and the universes visited."""
    # No victory leads into the Smith set from outside, so nothing outside it can change what is locked within.
    leaders = [candidates[i] for i in smith_set(matrix[np.ix_(candidates, candidates)])]
    levels = _victories(matrix, leaders)
    everyone = (1 << len(leaders)) - 1
    found = steps = 0
    start: Below = (0,) * len(leaders)
    waiting: list[tuple[Below, int]] = [(start, 0)]
    seen = set(waiting)
    while waiting:
        below, depth = waiting.pop()
        steps += 1
        if steps > budget:
            return None, steps
        contested: list[Victory] = []
        while depth < len(levels) and not contested and _unbeaten(below, everyone) & ~found:
            below, contested = _lock_uncontested(below, levels[depth])
            depth += not contested
        unbeaten = _unbeaten(below, everyone)
        if not unbeaten & ~found:
            continue
        if not contested:
            # What no victory decides, draws decide either way: each unbeaten candidate can come first.
            found |= unbeaten
            continue
        for a, b in contested:
            universe = (_lock(below, a, b), depth)
            if universe not in seen:
                seen.add(universe)
                waiting.append(universe)
    return tuple(candidate for i, candidate in enumerate(leaders) if found >> i & 1), steps


def _unbeaten(below: Below, everyone: int) -> int:
    beaten = 0
    for row in below:
        beaten |= row
    return everyone & ~beaten


def _one_universe(matrix: Floats, draw: TieBreak, candidates: Sequence[int]) -> Ranking:
    """The strict order in which the tie-break orders equal victories, and draws as victories of the earlier drawn."""
    drawn = draw.order(candidates)
    below: Below = (0,) * len(drawn)
    draws = [(a, b) for a in range(len(drawn)) for b in range(a + 1, len(drawn))]
    for level in [*_victories(matrix, drawn), draws]:
        for a, b in sorted(level):
            if not (below[a] >> b & 1 or below[b] >> a & 1):
                below = _lock(below, a, b)
    return tuple(tuple(drawn[i] for i in tier) for tier in peel(_as_matrix(below)))


def _as_matrix(below: Below) -> Bools:
    return np.array([[row >> column & 1 for column in range(len(below))] for row in below], dtype=bool)
