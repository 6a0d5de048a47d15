"""How far members were predicted to agree, and how far they did; only where at least k people stand behind a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.events import KEEP_THINGS, PollClosed
from engine.deliberation.profile import agreement_profile
from engine.deliberation.settings import AGREE_FROM, LOWEST_GRADE, MIDDLE_GRADE
from engine.deliberation.state import Poll, State

BINS: Final = 10
"""Tenths of [0, 1] in which predictions are counted."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Predicted agreement with one candidate, over the members of its draft.

    `histogram`: how many members in each tenth of [0, 1], from disagreement to agreement; `mean` in [0, 1].
    """

    candidate: str
    members: int
    mean: float
    histogram: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OptionResult:
    """One statement of a poll. `grades[0]` gave 1; all is None below k ballots, `predicted` below k predictions."""

    candidate: str
    grades: tuple[int, ...] | None
    agree: float | None
    """The share of its grades at `AGREE_FROM` or above."""
    neither: float | None
    against: float | None
    predicted: float | None
    """The mean predicted chance to agree, before the poll."""


def agreement_of(state: State, candidate: str) -> Agreement | None:
    """Predicted agreement with a candidate; None below k members, and where predictions did not leave the store."""
    column = predicted_column(state, candidate)
    if column is None:
        return None
    histogram = np.histogram(column, bins=BINS, range=(0.0, 1.0))[0]
    return Agreement(candidate, len(column), float(column.mean()), tuple(int(count) for count in histogram))


def predicted_column(state: State, candidate: str) -> NDArray[np.float64] | None:
    """`(members,)` float in [0, 1], predicted agreement with a candidate in its own draft; None below k members."""
    profile = agreement_profile(state, candidate.partition(".")[0])
    if (
        profile is None
        or candidate not in profile.candidates
        or len(profile.members) < state.settings.ballots_shown_from
    ):
        return None
    return profile.mean[:, profile.candidates.index(candidate)]


def counted_statement(poll: Poll) -> str:
    """The statement whose grades are told: what the ballots chose, or the best of those that they did not."""
    assert poll.result is not None
    if poll.result.choice != KEEP_THINGS:
        return poll.result.choice
    ranked = [option for tier in poll.result.choice_ranking for option in tier if option != KEEP_THINGS]
    return ranked[0] if ranked else poll.options[0]


def option_results(state: State, closed: PollClosed) -> tuple[OptionResult, ...]:
    """Each statement of a counted poll, best first; "keep things as they are" has no grades and is not among them."""
    ranked = [option for tier in closed.choice_ranking for option in tier if option != KEEP_THINGS]
    return tuple(_option(state, closed, option) for option in ranked)


def _option(state: State, closed: PollClosed, option: str) -> OptionResult:
    column = predicted_column(state, option)
    predicted = None if column is None else float(column.mean())
    grades = closed.tally.get(option, ())
    total = sum(grades)
    if closed.withheld or total == 0:
        return OptionResult(option, None, None, None, None, predicted)
    agree = sum(grades[AGREE_FROM - LOWEST_GRADE :]) / total
    against = sum(grades[: MIDDLE_GRADE - LOWEST_GRADE]) / total
    return OptionResult(option, grades, agree, 1 - agree - against, against, predicted)


def mean_gap(results: Sequence[OptionResult]) -> float | None:
    """Mean absolute difference between predicted and actual share of agreement, over the statements that have both.

    Ballots are unlinked from members, so this is the only calibration that a log allows: of groups, never of persons.
    """
    gaps = [abs(one.predicted - one.agree) for one in results if one.predicted is not None and one.agree is not None]
    return sum(gaps) / len(gaps) if gaps else None
