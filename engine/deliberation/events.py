"""The facts of a deliberation: a log is a list of these.

Every event says when it happened (`at`, milliseconds since 1970 UTC) and which request caused it; a request that
arrives twice changes nothing. What is personal is `Sealed`. Members are known here by two unlinkable pseudonyms: one
for what they say (`member`), one for how they vote (`voter`).
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from engine.deliberation.base import Event as Event
from engine.deliberation.base import Frozen as Frozen
from engine.deliberation.member_events import FairnessAnswered as FairnessAnswered
from engine.deliberation.member_events import PointAnswered as PointAnswered
from engine.deliberation.member_events import QuickVoteCast as QuickVoteCast
from engine.deliberation.member_events import QuickVoteContent as QuickVoteContent
from engine.deliberation.member_events import QuickVoteWithdrawn as QuickVoteWithdrawn
from engine.deliberation.member_events import SharingSet as SharingSet
from engine.deliberation.member_events import TookPart as TookPart
from engine.deliberation.minority_events import MinorityAnswerContent as MinorityAnswerContent
from engine.deliberation.minority_events import MinorityAnswered as MinorityAnswered
from engine.deliberation.minority_events import MinorityDrafted as MinorityDrafted
from engine.deliberation.minority_events import MinorityReworded as MinorityReworded
from engine.deliberation.minority_events import MinoritySettled as MinoritySettled
from engine.deliberation.minority_events import MinorityStarted as MinorityStarted
from engine.deliberation.moderation_events import Expired as Expired
from engine.deliberation.moderation_events import FollowedUp as FollowedUp
from engine.deliberation.moderation_events import OpinionApproved as OpinionApproved
from engine.deliberation.moderation_events import OpinionRejected as OpinionRejected
from engine.deliberation.moderation_events import Paused as Paused
from engine.deliberation.moderation_events import Posted as Posted
from engine.deliberation.moderation_events import ReportContent as ReportContent
from engine.deliberation.moderation_events import Reported as Reported
from engine.deliberation.moderation_events import Resumed as Resumed
from engine.deliberation.moderation_events import TextHidden as TextHidden
from engine.deliberation.moderation_events import TextRestored as TextRestored
from engine.deliberation.sealed import Sealed
from engine.deliberation.settings import Settings
from engine.deliberation.values import KEEP_THINGS as KEEP_THINGS
from engine.deliberation.values import BallotContent as BallotContent
from engine.deliberation.values import Candidate as Candidate
from engine.deliberation.values import Dissent as Dissent
from engine.deliberation.values import MemberPrediction as MemberPrediction
from engine.deliberation.values import Model as Model
from engine.deliberation.values import Participation as Participation
from engine.deliberation.values import PredictionRow as PredictionRow
from engine.deliberation.values import Reason as Reason
from engine.deliberation.values import Rejection as Rejection
from engine.deliberation.values import Source as Source


class Opened(Event):
    """A moderator opened the deliberation; opinions are taken until `until`."""

    schema_version: ClassVar[int] = 2
    kind: Literal["opened"] = "opened"
    question: str
    background: str = ""
    settings: Settings
    moderator: str
    until: int


class RuleSet(Event):
    """The welfare rule was changed before the first opinion."""

    kind: Literal["rule_set"] = "rule_set"
    rule: str
    moderator: str


class Extended(Event):
    """The current phase's deadline moved."""

    kind: Literal["extended"] = "extended"
    until: int
    moderator: str | None
    """None where downtime moved it, not a person."""


class OpinionGiven(Event):
    """A member said what they think. `link` leads to the message it was said in."""

    kind: Literal["opinion_given"] = "opinion_given"
    opinion: str
    member: str
    text: Sealed[str]
    link: Sealed[str] | None = None


class OpinionChanged(Event):
    """A member reworded their opinion."""

    kind: Literal["opinion_changed"] = "opinion_changed"
    opinion: str
    member: str
    text: Sealed[str]


class OpinionWithdrawn(Event):
    """A member took their opinion back."""

    kind: Literal["opinion_withdrawn"] = "opinion_withdrawn"
    opinion: str
    member: str


class OpinionRemoved(Event):
    """A moderator removed an opinion, and with it what rests on it; the reason stays as a tombstone."""

    schema_version: ClassVar[int] = 2
    kind: Literal["opinion_removed"] = "opinion_removed"
    opinion: str
    with_it: tuple[str, ...]
    """Candidates that rest on it, in the order in which they were drafted."""
    reason: str
    moderator: str


class MemberRemoved(Event):
    """A moderator removed a member: their opinions and their open ballot no longer count."""

    kind: Literal["member_removed"] = "member_removed"
    member: str
    voter: str
    reason: str
    moderator: str


class MemberErased(Event):
    """A member asked to be forgotten: everything sealed to `member` or `voter` is deleted beside the chain."""

    kind: Literal["member_erased"] = "member_erased"
    member: str
    voter: str


class DraftingStarted(Event):
    """A drafting job was handed out."""

    kind: Literal["drafting_started"] = "drafting_started"
    draft: str
    round: int
    opinions: tuple[str, ...]
    """Ids of the opinions that the job holds."""
    inputs_digest: str
    seed: int
    moderator: str | None = None
    """None where a quiet spell started it."""


class CandidatesDrafted(Event):
    """A drafting job came back: candidates, the utility profile over those not rejected, and what made them."""

    schema_version: ClassVar[int] = 2
    kind: Literal["candidates_drafted"] = "candidates_drafted"
    draft: str
    round: int
    candidates: tuple[Candidate, ...]
    profile: tuple[PredictionRow, ...]
    models: tuple[Model, ...]
    seed: int
    notes: tuple[Rejection, ...]
    """What people should know of the round, for example that the drafter does not write the group's language."""


class StatementSelected(Event):
    """The welfare rule ranked the candidates; `shortlist` is what a poll would show, best first."""

    kind: Literal["statement_selected"] = "statement_selected"
    draft: str
    round: int
    rule: str
    welfare: tuple[float, ...] | None
    """Per candidate in the running, in order; None for ordinal rules."""
    ranking: tuple[tuple[str, ...], ...]
    """Tiers of candidate ids, best first."""
    winner: str
    shortlist: tuple[str, ...]
    tie_broken_by: str | None = None
    """The named, seeded tie-break, if the first tier held several."""


class DraftingFailed(Event):
    """A drafting job ended without a result; the draft shown before stays."""

    kind: Literal["drafting_failed"] = "drafting_failed"
    draft: str
    code: str
    parameters: dict[str, Any] = Field(default_factory=dict[str, Any])


class CritiqueOpened(Event):
    """A new round began: members say what is missing in the statement."""

    kind: Literal["critique_opened"] = "critique_opened"
    round: int
    statement: str
    """The candidate that is criticised."""
    until: int
    moderator: str | None = None


class CritiqueGiven(Event):
    """A member criticised the current statement; a second critique in the round replaces the first."""

    kind: Literal["critique_given"] = "critique_given"
    critique: str
    member: str
    round: int
    text: Sealed[str]


class CritiqueWithdrawn(Event):
    """A member took their critique back."""

    kind: Literal["critique_withdrawn"] = "critique_withdrawn"
    critique: str
    member: str


class PollOpened(Event):
    """The ballots decide from here on. The options do not change while the poll is open."""

    kind: Literal["poll_opened"] = "poll_opened"
    poll: str
    round: int
    options: tuple[str, ...]
    """Candidate ids, best predicted first, then `KEEP_THINGS`."""
    until: int
    moderator: str | None = None


class BallotCast(Event):
    """A member voted, or changed their vote: the newest ballot of a handle counts."""

    kind: Literal["ballot_cast"] = "ballot_cast"
    poll: str
    voter: str
    ballot: Sealed[BallotContent]
    reason: Sealed[Reason] | None = None


class PollClosed(Event):
    """The count. `ballots` is sorted by random tag and names no handle; empty below the threshold k."""

    kind: Literal["poll_closed"] = "poll_closed"
    poll: str
    round: int
    ballots: tuple[BallotContent, ...]
    withheld: bool
    """Whether the list is withheld because fewer than k voted: the tally is attested, not recomputable."""
    tally: dict[str, tuple[int, ...]]
    """Candidate id -> how many ballots gave grade 1, 2, ..., 7."""
    counted: int
    voided: tuple[str, ...]
    """Handles whose ballot did not count, being removed or erased; sorted."""
    choice: str
    """The option that the ballots chose."""
    choice_ranking: tuple[tuple[str, ...], ...]
    quorum_met: bool
    adopted: bool
    tie_broken_by: str | None = None


class DissentLogged(Event):
    """Every ballot below the middle for the chosen statement, published as its voter allowed; sorted by tag."""

    kind: Literal["dissent_logged"] = "dissent_logged"
    poll: str
    statement: str
    dissent: tuple[Dissent, ...]
    count: int


class ReminderSent(Event):
    """A reminder went out, once; `reminder` names which."""

    kind: Literal["reminder_sent"] = "reminder_sent"
    reminder: str


class Closed(Event):
    """The end. `text` is the adopted wording, which is nobody's: it stays even if someone whose words it holds goes."""

    schema_version: ClassVar[int] = 2
    kind: Literal["closed"] = "closed"
    outcome: Literal["adopted", "not_adopted", "no_decision", "withdrawn"]
    statement: str | None = None
    text: Sealed[str] | None = None
    participation: Participation | None
    """None in logs of before it was counted."""
    reason: str | None = None
    moderator: str | None = None


AnyEvent = Annotated[
    Opened
    | TookPart
    | SharingSet
    | RuleSet
    | Extended
    | Paused
    | Resumed
    | OpinionGiven
    | OpinionChanged
    | OpinionWithdrawn
    | OpinionApproved
    | OpinionRejected
    | OpinionRemoved
    | MemberRemoved
    | MemberErased
    | Reported
    | TextHidden
    | TextRestored
    | DraftingStarted
    | CandidatesDrafted
    | StatementSelected
    | DraftingFailed
    | CritiqueOpened
    | CritiqueGiven
    | CritiqueWithdrawn
    | PointAnswered
    | QuickVoteCast
    | QuickVoteWithdrawn
    | PollOpened
    | BallotCast
    | PollClosed
    | DissentLogged
    | MinorityStarted
    | MinorityDrafted
    | MinorityReworded
    | MinorityAnswered
    | MinoritySettled
    | ReminderSent
    | Posted
    | Closed
    | FairnessAnswered
    | FollowedUp
    | Expired,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
"""Parses and prints any event."""
