"""What keeps a deliberation safe and in place; `engine.deliberation.events` has all events in one place."""

from __future__ import annotations

from typing import Literal, TypeAlias

from engine.deliberation.base import Event, Frozen
from engine.deliberation.sealed import Sealed

ReportCategory: TypeAlias = Literal["abuse", "personal_data", "spam", "self_harm", "other"]


class ReportContent(Frozen):
    """What was reported, as what, and by whom: for moderators only."""

    text: str
    """The id of an opinion, critique or candidate, or the commitment of a published reason."""
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


class Posted(Event):
    """Something was shown somewhere, or is no longer there (`place` None)."""

    kind: Literal["posted"] = "posted"
    what: str
    """What was shown: `card`, `poll`, a reminder's name, ..."""
    place: Sealed[str] | None
    """Where, in the deployment's own words; nobody's personal data, but it would tell whose log it is."""
