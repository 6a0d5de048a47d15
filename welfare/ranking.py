"""Results: a ranking in tiers, and what a rule returns.

A `Ranking` is a tuple of tiers, best first; a tier is a tuple of candidate indices, ascending, that the rule cannot
tell apart. Ties are returned as ties: who wants one winner breaks them by name and seed (`welfare.ties`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from welfare.inputs import TOLERANCE, Bools, Floats, Ints, levels
from welfare.ties import TieBreak

Tier: TypeAlias = tuple[int, ...]
Ranking: TypeAlias = tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a rule makes of a profile.

    - `rule`: its name with its parameter, as `welfare.rules.rank` takes it.
    - `ranking`: tiers of candidate indices, best first; every candidate is in exactly one.
    - `scores`: one per candidate, higher is better, never against the ranking; the ranking may be finer (leximin, Nash
      with zeros, majority judgment). None where the rule gives an order only.
    - `exact`: False where the winners come from one tie-break and not from all possible ones, because telling all of
      them would have taken more than the step budget.
    - `tie_break`: the tie-break that any part of the ranking rests on, or None.
    """

    rule: str
    ranking: Ranking
    scores: tuple[float, ...] | None = None
    exact: bool = True
    tie_break: TieBreak | None = None

    @property
    def winners(self) -> Tier:
        """The candidates of the first tier: one, or several that are tied."""
        return self.ranking[0]


@dataclass(frozen=True, slots=True)
class SearchedRanking:
    """The ranking of a rule whose ties take a search (ranked pairs, instant runoff).

    `exact` and `tie_break` as in `Selection`; `steps` is how much of the budget the search used.
    """

    ranking: Ranking
    exact: bool
    tie_break: TieBreak | None
    steps: int


def rank_by(*keys: Floats, tolerance: float = TOLERANCE) -> Ranking:
    """Rank candidates by the first key, those equal in it by the second, and so on.

    Each key is `(candidates,)` float, finite, higher is better; values up to `tolerance` apart are equal.

    >>> rank_by(np.array([0.5, 0.9, 0.5, 0.5 + 1e-12]))
    ((1,), (0, 2, 3))
    >>> rank_by(np.array([1.0, 1.0, 2.0]), np.array([0.0, 5.0, 0.0]))
    ((2,), (1,), (0,))
    """
    columns = np.stack([levels(np.asarray(key, dtype=np.float64), tolerance) for key in keys])
    order = np.lexsort(-columns[::-1])
    arranged = columns[:, order]
    starts = np.flatnonzero((arranged[:, 1:] != arranged[:, :-1]).any(axis=0)) + 1
    return tuple(tuple(sorted(tier.tolist())) for tier in np.split(order, starts))


def peel(defeats: Bools) -> Ranking:
    """Rank by an acyclic defeat relation: first all undefeated, then all that only those defeated, and so on.

    `defeats`: `(candidates, candidates)` bool, true where the row defeats the column. Who defeats another is always
    in an earlier tier.

    >>> peel(np.array([[0, 1, 0], [0, 0, 0], [0, 0, 0]], dtype=bool))
    ((0, 2), (1,))
    """
    tiers: list[Tier] = []
    left = np.arange(len(defeats))
    while left.size:
        defeated = defeats[np.ix_(left, left)].any(axis=0)
        if defeated.all():
            msg = "the defeat relation has a cycle"
            raise AssertionError(msg)
        tiers.append(tuple(left[~defeated].tolist()))
        left = left[defeated]
    return tuple(tiers)


def tier_of(ranking: Ranking) -> Ints:
    """The tier of each candidate: `(candidates,)` int, 0 is the best.

    >>> tier_of(((1,), (0, 2))).tolist()
    [1, 0, 1]
    """
    tiers = np.zeros(sum(len(tier) for tier in ranking), dtype=np.int64)
    for place, tier in enumerate(ranking):
        tiers[list(tier)] = place
    return tiers
