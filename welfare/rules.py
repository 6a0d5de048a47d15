"""One door to every rule: a name, a profile, and the selection that comes out.

    utilitarian  maximin  leximin  nash  atkinson:<aversion>  sen  gini[:<draws>]       cardinal: on utilities
    schulze  ranked_pairs  copeland  borda  minimax  split_cycle  irv                   ordinal: on each member's order
    approval[:<threshold>]  majority_judgment                                           graded: on a common scale

A parameter follows the name after a colon: `atkinson:0.5`, `gini:3`, `approval:0.66`; `atkinson` alone is an error.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from welfare import cardinal, condorcet
from welfare.errors import UnknownRuleError, WrongShapeError
from welfare.inputs import Floats, Ints, as_ranks, as_weights, grades_from_profile, ranks_from_profile
from welfare.judgment import majority_grades, majority_judgment
from welfare.pairwise import margins
from welfare.positional import approval, borda_from_margins
from welfare.ranked_pairs import DEFAULT_BUDGET, ranked_pairs
from welfare.ranking import Ranking, SearchedRanking, Selection, rank_by
from welfare.runoff import instant_runoff
from welfare.ties import TieBreak

Kind: TypeAlias = Literal["cardinal", "ordinal", "graded"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule found by name.

    `name` is the canonical text (`atkinson:0.5`); `kind` says what it reads: utilities as they are ("cardinal"), only
    each member's order ("ordinal"), or a common scale ("graded"); `parameter` is None for rules without one.
    """

    name: str
    kind: Kind
    parameter: float | None = None


@dataclass(frozen=True, slots=True)
class _Ballots:
    """What an ordinal rule may look at."""

    ranks: Ints
    weights: ArrayLike | None
    tie_break: TieBreak
    budget: int

    def margins(self) -> Floats:
        return margins(self.ranks, self.weights)

    def total(self) -> float:
        return float(as_weights(self.weights, len(self.ranks)).sum())


@dataclass(frozen=True, slots=True)
class _Outcome:
    ranking: Ranking
    scores: Floats | None = None
    exact: bool = True
    tie_break: TieBreak | None = None


def _scored(scores: Floats, ranking: Ranking | None = None, tolerance: float | None = None) -> _Outcome:
    if ranking is None:
        ranking = rank_by(scores) if tolerance is None else rank_by(scores, tolerance=tolerance)
    return _Outcome(ranking, scores)


def _searched(result: SearchedRanking) -> _Outcome:
    return _Outcome(result.ranking, None, result.exact, result.tie_break)


_OnUtilities: TypeAlias = Callable[[ArrayLike, float, ArrayLike | None], _Outcome]
_OnRanks: TypeAlias = Callable[[_Ballots], _Outcome]

_CARDINAL: Final[dict[str, _OnUtilities]] = {
    "utilitarian": lambda p, _, w: _scored(cardinal.utilitarian(p, w)),
    "maximin": lambda p, _, w: _scored(cardinal.maximin(p, w)),
    "leximin": lambda p, _, w: _scored(cardinal.maximin(p, w), cardinal.leximin(p, w)),
    "nash": lambda p, _, w: _scored(cardinal.nash(p, w), cardinal.nash_ranking(p, w)),
    "atkinson": lambda p, a, w: _scored(cardinal.atkinson(p, a, w), cardinal.atkinson_ranking(p, a, w)),
    "sen": lambda p, _, w: _scored(cardinal.sen(p, w)),
    "gini": lambda p, d, w: _scored(cardinal.gini(p, d, w)),
}
_GRADED: Final[dict[str, _OnUtilities]] = {
    "approval": lambda p, t, w: _scored(approval(p, t, w)),
    "majority_judgment": lambda p, _, w: _judged(grades_from_profile(p), w),
}
_ORDINAL: Final[dict[str, _OnRanks]] = {
    "schulze": lambda b: _Outcome(condorcet.schulze(b.margins())),
    "ranked_pairs": lambda b: _searched(ranked_pairs(b.margins(), tie_break=b.tie_break, budget=b.budget)),
    "copeland": lambda b: _scored(condorcet.copeland(b.margins())),
    "borda": lambda b: _scored(borda_from_margins(b.margins(), b.total())),
    "minimax": lambda b: _scored(condorcet.minimax(b.margins()), tolerance=1e-9 * b.total()),
    "split_cycle": lambda b: _Outcome(condorcet.split_cycle(b.margins())),
    "irv": lambda b: _searched(instant_runoff(b.ranks, b.weights, tie_break=b.tie_break, budget=b.budget)),
}
# The range of a parameter and what it is when left out (None: it must be given).
_PARAMETERS: Final[dict[str, tuple[float, float, float | None]]] = {
    "atkinson": (0.0, math.inf, None),
    "gini": (1.0, math.inf, 3.0),
    "approval": (0.0, 1.0, 0.5),
}

RULE_NAMES: Final[tuple[str, ...]] = tuple(
    f"{name}:<x>" if _PARAMETERS.get(name, (0, 0, 0))[2] is None else name for name in (*_CARDINAL, *_ORDINAL, *_GRADED)
)


def find_rule(name: str) -> Rule:
    """The rule of this name. Raises UnknownRuleError, which lists the names, also for a parameter off its range.

    >>> find_rule("atkinson:0.50")
    Rule(name='atkinson:0.5', kind='cardinal', parameter=0.5)
    >>> find_rule("gini").name
    'gini:3'
    >>> find_rule("plurality")
    Traceback (most recent call last):
    ...
    welfare.errors.UnknownRuleError: unknown_rule(rule='plurality', known=('utilitarian', 'maximin', 'leximin', \
'nash', 'atkinson:<x>', 'sen', 'gini', 'schulze', 'ranked_pairs', 'copeland', 'borda', 'minimax', 'split_cycle', \
'irv', 'approval', 'majority_judgment'))
    """
    base, colon, text = name.partition(":")
    unknown = UnknownRuleError(rule=name, known=RULE_NAMES)
    kind: Kind
    if base in _CARDINAL:
        kind = "cardinal"
    elif base in _GRADED:
        kind = "graded"
    elif base in _ORDINAL:
        kind = "ordinal"
    else:
        raise unknown
    if base not in _PARAMETERS:
        if colon:
            raise unknown
        return Rule(base, kind)
    lowest, highest, default = _PARAMETERS[base]
    try:
        parameter = float(text) if colon else default
    except ValueError:
        raise unknown from None
    if parameter is None or not lowest <= parameter <= highest:
        raise unknown
    return Rule(
        f"{base}:{parameter:g}" if float(f"{parameter:g}") == parameter else f"{base}:{parameter!r}", kind, parameter
    )


def rank(
    profile: ArrayLike,
    rule: str | Rule,
    *,
    weights: ArrayLike | None = None,
    seed: int = 0,
    budget: int = DEFAULT_BUDGET,
) -> Selection:
    """Rank the candidates of a profile under a rule.

    `profile`: `(members, candidates)` float in [0, 1]; ordinal rules read each member's order of it, equal utilities as
    ties, and majority judgment the nearest of seven grades. `weights`: `(members,)` >= 0. `seed` and `budget` matter
    only to ranked pairs and instant runoff, when telling all possible winners would take more than `budget` steps: then
    the lottery with this seed decides, and the selection is marked (`exact`, `tie_break`).

    Raises UnknownRuleError, EmptyProfileError, NotANumberError, OutOfRangeError, WrongShapeError.

    >>> rank([[0.25, 0.6], [1.0, 0.6]], "nash")
    Selection(rule='nash', ranking=((1,), (0,)), scores=(0.5, 0.6), exact=True, tie_break=None)
    >>> rank([[1.0, 0.6], [0.1, 0.5], [0.9, 0.6]], "schulze").winners
    (0,)
    """
    found = find_rule(rule) if isinstance(rule, str) else rule
    if found.kind == "ordinal":
        return rank_ballots(ranks_from_profile(profile), found, weights=weights, seed=seed, budget=budget)
    on_utilities = (_CARDINAL | _GRADED)[found.name.partition(":")[0]]
    parameter = math.nan if found.parameter is None else found.parameter
    return _selection(found, on_utilities(profile, parameter, weights))


def rank_ballots(
    ranks: ArrayLike,
    rule: str | Rule,
    *,
    weights: ArrayLike | None = None,
    seed: int = 0,
    budget: int = DEFAULT_BUDGET,
) -> Selection:
    """Rank the candidates from ranking ballots under an ordinal rule; otherwise as `rank`.

    `ranks`: `(voters, candidates)` int, lower is better, equal is a tie, `UNRANKED` (-1) below all that is ranked.
    Raises WrongShapeError where the rule needs utilities or grades.

    >>> rank_ballots([[1, 2, -1], [2, 1, 3], [1, 3, 2]], "copeland").ranking
    ((0,), (1,), (2,))
    """
    found = find_rule(rule) if isinstance(rule, str) else rule
    if found.kind != "ordinal":
        raise WrongShapeError(name="ballots", found="rankings", expected=f"utilities, for {found.name}")
    ballots = _Ballots(as_ranks(ranks), weights, TieBreak("lottery", seed), budget)
    return _selection(found, _ORDINAL[found.name](ballots))


def _judged(grades: Ints, weights: ArrayLike | None) -> _Outcome:
    return _scored(majority_grades(grades, weights).astype(np.float64), majority_judgment(grades, weights))


def _selection(rule: Rule, outcome: _Outcome) -> Selection:
    scores = None if outcome.scores is None else tuple(float(score) for score in outcome.scores)
    return Selection(rule.name, outcome.ranking, scores, outcome.exact, outcome.tie_break)
