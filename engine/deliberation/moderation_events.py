"""What keeps a deliberation safe and in place; `engine.deliberation.events` has all events in one place."""

from __future__ import annotations

from typing import Literal, TypeAlias

from engine.deliberation.base import Event, Frozen
from engine.deliberation.member_events import Answer
from engine.deliberation.sealed import Sealed

ReportCategory: TypeAlias = Literal["abuse", "personal_data", "spam", "self_harm", "other"]


class ReportContent(Frozen):
    """What was reported, as what, and by whom: for moderators only."""

    text: str
    """The id of an opinion, critique or candidate, or the commitment of a published reason."""
    wording: str | None
    """The commitment of an opinion's words as they were then: reworded, it is as if nobody had reported it."""
    category: ReportCategory
    member: str


class Reported(Event):
    """A member reported a text that is shown. The chain does not tell which, as what or by whom."""

    kind: Literal["reported"] = "reported"
    report: str
    content: Sealed[ReportContent]


class TextHidden(Event):
    """A text is shown no more, nor what rests on it."""

    kind: Literal["text_hidden"] = "text_hidden"
    text: str
    with_it: tuple[str, ...]
    """Candidates that rest on it, in the order in which they were drafted."""
    moderator: str | None
    """None where reports led to it."""
    reason: str | None = None


class TextRestored(Event):
    """A moderator looked at a hidden text, and it is shown again; reports do not hide it any more."""

    kind: Literal["text_restored"] = "text_restored"
    text: str
    moderator: str


class OpinionApproved(Event):
    """A moderator looked at an opinion that waited, and it counts."""

    kind: Literal["opinion_approved"] = "opinion_approved"
    opinion: str
    moderator: str


class OpinionRejected(Event):
    """A moderator looked at an opinion that waited, and it is not shown."""

    kind: Literal["opinion_rejected"] = "opinion_rejected"
    opinion: str
    reason: str
    moderator: str


class Paused(Event):
    """Nothing is taken any more until a moderator resumes."""

    kind: Literal["paused"] = "paused"
    reason: str | None = None
    moderator: str


class Resumed(Event):
    """It goes on; the deadline moved by the length of the pause."""

    kind: Literal["resumed"] = "resumed"
    until: int
    moderator: str


class FollowedUp(Event):
    """What became of the result."""

    kind: Literal["followed_up"] = "followed_up"
    done: bool
    because: str | None = None
    moderator: str


class Expired(Event):
    """Everything that is personal is deleted beside the chain, as if all members had asked to be forgotten."""

    kind: Literal["expired"] = "expired"
    because: Literal["retention", "deployment_left"]
    fairness: dict[Answer, int] | None
    """How many felt treated fairly, by answer; None where fewer than k said so."""


class Posted(Event):
    """Something was shown somewhere, or is no longer there (`place` None)."""

    kind: Literal["posted"] = "posted"
    what: str
    """What was shown: `card`, `poll`, a reminder's name, ..."""
    place: Sealed[str] | None
    """Where, in the deployment's own words; nobody's personal data, but it would tell whose log it is."""
