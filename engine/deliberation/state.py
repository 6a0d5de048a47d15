"""What a log amounts to: a frozen value whose maps are persistent, so that each event makes a new one cheaply.

Only what cannot be derived is stored. Nothing here looks into a `Sealed` value to decide what happens next, so that an
exported or partly erased log folds to the same course.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from immutables import Map

from engine.deliberation.events import (
    KEEP_THINGS,
    BallotCast,
    Candidate,
    Closed,
    DissentLogged,
    PollClosed,
    PredictionRow,
    QuickVoteCast,
    StatementSelected,
)
from engine.deliberation.sealed import Sealed
from engine.deliberation.settings import Settings
from engine.selection import strict_order

Stage: TypeAlias = Literal["collecting", "critique", "polling", "closed"]
Ended: TypeAlias = Literal["withdrawn", "removed", "erased"]
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


@dataclass(frozen=True, slots=True)
class Draft:
    """A job that came back."""

    id: str
    round: int
    seed: int
    candidates: tuple[Candidate, ...]
    rows: tuple[PredictionRow, ...]
    opinions: Map[str, Opinion]
    """The opinions that it holds."""
    critiques: Map[str, Critique]
    selection: StatementSelected | None = None

    @property
    def running(self) -> tuple[Candidate, ...]:
        """The candidates that no guard rejected: the columns of the profile."""
        return tuple(candidate for candidate in self.candidates if candidate.rejected is None)

    @property
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
class ModeratorActs:
    """How often a moderator did what the result lists."""

    rule_changes: int = 0
    extensions: int = 0
    redrafts: int = 0
    opinions_removed: int = 0
    members_removed: int = 0


@dataclass(frozen=True)
class State:
    """A deliberation after some events."""

    question: str
    background: str
    settings: Settings
    moderator: str
    """Who opened it."""
    opened_at: int
    version: int
    """How many events were folded."""
    requests: Map[str, None]

    stage: Stage
    round: int
    since: int
    """When the stage began."""
    until: int
    """When its time is over."""

    members: Map[str, None]
    """Everyone who spoke."""
    voters: Map[str, None]
    """Everyone who voted or reacted."""
    barred_members: Map[str, Barred]
    barred_voters: Map[str, Barred]

    opinions: Map[str, Opinion]
    ended: Map[str, Tombstone]
    opinions_given: int

    pending: PendingDraft | None
    drafts: Map[str, Draft]
    latest: str | None
    """The draft whose statement is shown."""
    drafts_in_round: int
    redrafts_in_round: int
    """Of these, how many a moderator asked for beyond the first."""

    criticised: str | None
    critiques: Map[str, Critique]
    """By member, in this round."""

    poll: Poll | None
    ballots: Map[str, BallotCast]
    """The newest ballot of each handle in the newest poll."""
    reminders: Map[str, None]
    acts: ModeratorActs
    outcome: Closed | None

    quick_votes: Map[str, Map[str, QuickVoteCast]] = Map()  # noqa: RUF009 - immutable
    """By voter and id of the reaction: the newest of each, in force or not (`quick_votes.reactions` tells)."""
    quick_votes_cast: int = 0

    def but(self, **changes: Any) -> State:
        """The state with some fields changed: `dataclasses.replace`, but in a fraction of its time."""
        changed = object.__new__(State)
        changed.__dict__.update(self.__dict__)
        changed.__dict__.update(changes)
        return changed

    @property
    def phase(self) -> Phase:
        """Where the deliberation is; while a job is out, "drafting"."""
        if self.pending is not None:
            return Phase.DRAFTING
        return Phase(self.stage)

    @property
    def live_opinions(self) -> tuple[Opinion, ...]:
        """The opinions that count, in the order in which they were given."""
        return tuple(sorted(self.opinions.values(), key=lambda opinion: opinion.number))

    @property
    def removals(self) -> dict[str, str]:
        """Opinions that a moderator removed, with the reason."""
        return {opinion: stone.reason or "" for opinion, stone in sorted(self.ended.items()) if stone.how == "removed"}

    @property
    def speakers(self) -> frozenset[str]:
        """Members of whom at least one opinion counts."""
        return frozenset(opinion.member for opinion in self.opinions.values())

    @property
    def draft(self) -> Draft | None:
        """The draft whose statement is shown."""
        return None if self.latest is None else self.drafts[self.latest]

    @property
    def standing(self) -> tuple[str, ...]:
        """The shown draft's candidates whose words still stand, best first."""
        if self.draft is None:
            return ()
        return tuple(candidate for candidate in self.draft.order if self.stands(candidate))

    @property
    def statement(self) -> str | None:
        """The candidate that is shown: what was chosen, else what is voted on, else the best that stands."""
        if self.outcome is not None and self.outcome.statement is not None:
            return self.outcome.statement
        if self.stage == "polling":
            return next((option for option in self.options if option != KEEP_THINGS), None)
        return next(iter(self.standing), None)

    @property
    def options(self) -> tuple[str, ...]:
        """What the newest poll's ballots can choose: less the options whose words were taken away meanwhile."""
        if self.poll is None:
            return ()
        return tuple(option for option in self.poll.options if option == KEEP_THINGS or self.stands(option))

    def candidate(self, candidate: str) -> Candidate | None:
        """A candidate of any draft."""
        for draft in self.drafts.values():
            for found in draft.candidates:
                if found.id == candidate:
                    return found
        return None

    def stands(self, candidate: str) -> bool:
        """Whether a candidate's words may be shown: a member's own sentence goes with the opinion it is from."""
        found = self.candidate(candidate)
        return found is not None and (found.opinion is None or found.opinion in self.opinions)

    @property
    def not_yet_held(self) -> tuple[str, ...]:
        """Live opinions that the shown draft does not hold, or holds in an older wording; oldest first."""
        held = None if self.draft is None else self.draft.opinions
        return tuple(opinion.id for opinion in self.live_opinions if held is None or not _same(held, opinion))

    @property
    def critiques_not_yet_held(self) -> tuple[str, ...]:
        """Members whose critique of this round the shown draft does not hold; sorted."""
        held = None if self.draft is None else self.draft.critiques
        return tuple(
            sorted(
                member
                for member, critique in self.critiques.items()
                if held is None or member not in held or held[member].id != critique.id
            )
        )

    @property
    def drafted_this_round(self) -> bool:
        """Whether the shown draft is of this round."""
        return self.draft is not None and self.draft.round == self.round

    @property
    def redrafts_left(self) -> int:
        """How many drafts a moderator may still ask for in this round beyond the first."""
        return max(0, self.settings.redrafts_per_round - self.redrafts_in_round)

    @property
    def extensions_left(self) -> int:
        """How often a moderator may still extend."""
        return max(0, self.settings.extensions - self.acts.extensions)

    @property
    def rules_locked(self) -> bool:
        """Whether an opinion was given, even if it was taken back since."""
        return self.opinions_given > 0

    @property
    def valid_ballots(self) -> Iterator[BallotCast]:
        """The newest poll's ballots that count, by no particular order."""
        return (ballot for voter, ballot in self.ballots.items() if voter not in self.barred_voters)

    @property
    def voided(self) -> tuple[str, ...]:
        """Handles whose ballot in the newest poll does not count, being removed or erased; sorted."""
        return tuple(sorted(voter for voter in self.barred_voters if voter in self.ballots))

    @property
    def turnout(self) -> int:
        """How many voted, or had voted when the poll was counted."""
        if self.poll is not None and self.poll.result is not None:
            return self.poll.result.counted
        return len(self.ballots) - len(self.voided)

    @property
    def rejected_in_poll(self) -> bool:
        """Whether a poll with quorum adopted nothing."""
        return self.poll is not None and self.poll.result is not None and not self.poll.result.adopted


def _same(held: Map[str, Opinion], opinion: Opinion) -> bool:
    before = held.get(opinion.id)
    return before is not None and before.text.commitment == opinion.text.commitment
