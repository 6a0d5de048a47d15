"""Which candidate the welfare rule shortlists, and whether a log's selections come out again.

The rule ranks in tiers; where one winner or an order is needed, ties are broken by a lottery that is named with its
seed and that anyone can check with `sha256sum` (`welfare.ties`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from engine.deliberation.events import (
    AnyEvent,
    CandidatesDrafted,
    DraftingStarted,
    Opened,
    RuleSet,
    StatementSelected,
)
from engine.deliberation.settings import Settings
from welfare import TieBreak, break_ties, rank

Tiers: TypeAlias = tuple[tuple[str, ...], ...]

_SAME_WELFARE = 1e-9


@dataclass(frozen=True, slots=True)
class Selected:
    """What a rule makes of a profile, by candidate id.

    `welfare` is per candidate in the order of the ids, None for rules that give an order only; `tie_broken_by` names
    the tie-break that the winner rests on, if any.
    """

    welfare: tuple[float, ...] | None
    ranking: Tiers
    shortlist: tuple[str, ...]
    tie_broken_by: str | None = None

    @property
    def winner(self) -> str:
        """The first of the shortlist."""
        return self.shortlist[0]


def select(profile: ArrayLike, rule: str, seed: int, ids: Sequence[str], shortlist: int = 1) -> Selected:
    """Rank the candidates `ids` by a profile `(members, candidates)` float in [0, 1] and shortlist the best.

    Without members all candidates tie, and there is no welfare to tell.

    Raises `welfare.WelfareError` for an unknown rule or a profile that is none.

    >>> select([[0.25, 0.6], [1.0, 0.6]], "nash", seed=1, ids=["a", "b"])
    Selected(welfare=(0.5, 0.6), ranking=(('b',), ('a',)), shortlist=('b',), tie_broken_by=None)
    >>> select([[0.5, 0.5, 0.1]], "nash", seed=1, ids=["a", "b", "c"]).tie_broken_by
    'lottery(seed=1)'
    """
    nobody = len(np.asarray(profile)) == 0
    found = rank(np.ones((1, len(ids))) if nobody else profile, rule, seed=seed)
    ranking = tuple(tuple(ids[index] for index in tier) for tier in found.ranking)
    tie_break = found.tie_break
    if tie_break is None and len(found.winners) > 1:
        tie_break = TieBreak("lottery", seed)
    # JSON has no infinities; the ranking says what they would.
    known = found.scores is not None and not nobody and all(math.isfinite(score) for score in found.scores)
    return Selected(
        welfare=found.scores if known else None,
        ranking=ranking,
        shortlist=strict_order(ranking, ids, seed)[:shortlist],
        tie_broken_by=None if tie_break is None else str(tie_break),
    )


def strict_order(ranking: Sequence[Sequence[str]], ids: Sequence[str], seed: int) -> tuple[str, ...]:
    """All candidates one after the other: tier by tier, ties by lottery over their places in `ids`.

    >>> strict_order([["c"], ["a", "b"]], ["a", "b", "c"], seed=7)
    ('c', 'b', 'a')
    """
    place = {candidate: index for index, candidate in enumerate(ids)}
    tiers = [[place[candidate] for candidate in tier] for tier in ranking]
    return tuple(ids[index] for index in break_ties(tiers, TieBreak("lottery", seed)))


@dataclass(frozen=True, slots=True)
class Reselection:
    """One logged selection, run again.

    `not_rerunnable` is no failure: members were erased since (`erased` of them), and their rows with them. Nor is
    `withheld`: the predictions rest on secret quick votes, and an exported log does not hold them. `winner` is what
    came out now, None where nothing could.
    """

    draft: str
    status: Literal["same", "different", "not_rerunnable", "withheld"]
    rule: str
    logged: str
    winner: str | None
    erased: int
    asked: str | None = None
    """The rule that the settings ask for, where it is another than the one that chose."""


def reselect(events: Iterable[AnyEvent]) -> tuple[Reselection, ...]:
    """Run every logged selection again: from what was drafted, under the rule that was set by then, with the seed that
    the job was handed out with. Results are in the order of the log.
    """
    settings = Settings()
    seeds: dict[str, int] = {}
    drafted: dict[str, CandidatesDrafted] = {}
    results: list[Reselection] = []
    for event in events:
        if isinstance(event, Opened):
            settings = event.settings
        elif isinstance(event, RuleSet):
            settings = settings.model_copy(update={"rule": event.rule})
        elif isinstance(event, DraftingStarted):
            seeds[event.draft] = event.seed
        elif isinstance(event, CandidatesDrafted):
            drafted[event.draft] = event
        elif isinstance(event, StatementSelected):
            results.append(_reselect(settings, seeds.get(event.draft), drafted.get(event.draft), event))
    return tuple(results)


def _reselect(
    settings: Settings, seed: int | None, drafted: CandidatesDrafted | None, logged: StatementSelected
) -> Reselection:
    if seed is None or drafted is None:  # a selection of candidates that the log never had
        return Reselection(logged.draft, "different", logged.rule, logged.winner, None, 0)
    rows = [row.prediction.value for row in drafted.profile]
    whole = [row.mean for row in rows if row is not None]
    erased = len(rows) - len(whole)
    if not whole and all(row.prediction.secret for row in drafted.profile):
        return Reselection(logged.draft, "withheld", logged.rule, logged.winner, None, 0)
    if erased:
        return Reselection(logged.draft, "not_rerunnable", logged.rule, logged.winner, None, erased)
    ids = [candidate.id for candidate in drafted.candidates if candidate.rejected is None]
    again = select(whole, settings.rule, seed, ids, settings.shortlist)
    same = (
        logged.rule == settings.rule
        and again.ranking == logged.ranking
        and again.shortlist == logged.shortlist
        and again.winner == logged.winner
        and again.tie_broken_by == logged.tie_broken_by
        and _same_welfare(again.welfare, logged.welfare)
    )
    asked = settings.rule if logged.rule != settings.rule else None
    return Reselection(
        logged.draft, "same" if same else "different", logged.rule, logged.winner, again.winner, 0, asked
    )


def _same_welfare(one: tuple[float, ...] | None, other: tuple[float, ...] | None) -> bool:
    if one is None or other is None:
        return one is other
    return len(one) == len(other) and all(
        math.isclose(a, b, rel_tol=_SAME_WELFARE, abs_tol=_SAME_WELFARE) for a, b in zip(one, other, strict=True)
    )
