"""What a state is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, TypeAlias

from immutables import Map

from engine.deliberation.events import (
    Candidate,
    DissentLogged,
    MinorityAnswered,
    PollClosed,
    PredictionRow,
    StatementSelected,
)
from engine.deliberation.sealed import Sealed
from engine.selection import strict_order

Stage: TypeAlias = Literal["collecting", "critique", "polling", "closed"]
Ended: TypeAlias = Literal["withdrawn", "rejected", "removed", "erased"]
Barred: TypeAlias = Literal["removed", "erased"]
Changes: TypeAlias = dict[str, Any]
"""Fields of a state and what an event makes of them."""


class Phase(StrEnum):
    """Where a deliberation is, as people see it."""

    COLLECTING = "collecting"
    DRAFTING = "drafting"
    POLLING = "polling"
    CRITIQUE = "critique"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Opinion:
    """A live opinion; `number` counts all opinions ever given, from 0."""

    id: str
    member: str
    text: Sealed[str]
    link: Sealed[str] | None
    number: int


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of an opinion that no longer counts; `reason` is a moderator's."""

    member: str
    how: Ended
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Critique:
    """What a member said about the statement in this round."""

    id: str
    member: str
    text: Sealed[str]


@dataclass(frozen=True, slots=True)
class PendingDraft:
    """A job that was handed out, with all it holds: `opinions` and `critiques` as they were then."""

    id: str
    round: int
    opinion_ids: tuple[str, ...]
    opinions: Map[str, Opinion]
    critiques: Map[str, Critique]
    previous: str | None
    """The candidate that the critiques are about."""
    inputs_digest: str
    seed: int
    moderator: str | None


@dataclass(frozen=True)
class Draft:
    """A job that came back; `number` counts them, from 0."""

    id: str
    number: int
    round: int
    seed: int
    candidates: tuple[Candidate, ...]
    rows: tuple[PredictionRow, ...]
    opinions: Map[str, Opinion]
    """The opinions that it holds."""
    critiques: Map[str, Critique]
    selection: StatementSelected | None = None

    @cached_property
    def running(self) -> tuple[Candidate, ...]:
        """The candidates that no guard rejected: the columns of the profile."""
        return tuple(candidate for candidate in self.candidates if candidate.rejected is None)

    @cached_property
    def by_id(self) -> Mapping[str, Candidate]:
        """All candidates, rejected or not."""
        return {candidate.id: candidate for candidate in self.candidates}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The running candidates, best first; ties as the round's lottery has them."""
        if self.selection is None:
            return ()
        return strict_order(self.selection.ranking, [candidate.id for candidate in self.running], self.seed)


@dataclass(frozen=True, slots=True)
class Poll:
    """The newest poll and, once counted, its result."""

    id: str
    round: int
    draft: str
    options: tuple[str, ...]
    result: PollClosed | None = None
    dissent: DissentLogged | None = None


@dataclass(frozen=True, slots=True)
class MinorityView:
    """What is drawn from the reasons against. `text` is None while its job is out."""

    id: str
    poll: str
    reasons: tuple[str, ...]
    """The commitments of the reasons that it is made of."""
    inputs_digest: str
    seed: int
    failed: bool = False
    text: Sealed[str] | None = None
    wording: int = 0
    """How often it was worded anew; 0 is the machine's draft."""
    until: int | None = None
    settled: bool | None = None
    """Whether it is shown; None while its authors are asked."""
    answers: Map[str, MinorityAnswered] = Map()  # noqa: RUF009 - immutable

    def but(self, **changes: Any) -> MinorityView:
        """The view with some fields changed."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class ModeratorActs:
    """How often a moderator did what the result lists."""

    rule_changes: int = 0
    extensions: int = 0
    redrafts: int = 0
    opinions_removed: int = 0
    members_removed: int = 0
    opinions_rejected: int = 0
    pauses: int = 0
    texts_hidden: int = 0
    texts_restored: int = 0
