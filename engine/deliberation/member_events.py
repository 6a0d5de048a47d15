"""What members do beside speaking and voting; `engine.deliberation.events` has all events in one place."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from engine.deliberation.base import Event, Frozen
from engine.deliberation.sealed import Sealed

Vote: TypeAlias = Literal[-1, 0, 1]
"""Disagree, pass, agree."""
Answer: TypeAlias = Literal["yes", "partly", "no"]
Use: TypeAlias = Literal["votes", "training", "words", "learning"]
"""What someone may allow beside the deliberation itself: their reactions in a vote matrix that leaves the store, their
ballots as training rows, their words in training rows; and that later deliberations of the same deployment start from
how people voted here, their ballot among others.
"""


class TookPart(Event):
    """A member read the notice about what happens to their words, and takes part."""

    kind: Literal["took_part"] = "took_part"
    member: str
    notice: str
    """Which version of the notice."""


class SharingSet(Event):
    """Someone said what else may be done with what is theirs, in place of what they said before.

    `handle` is who they speak as or who they vote as: each is asked for itself, so that the two do not meet here.
    """

    schema_version: ClassVar[int] = 2
    kind: Literal["sharing_set"] = "sharing_set"
    handle: str
    uses: tuple[Use, ...]


class QuickVoteContent(Frozen):
    """A reaction to one statement. `wording` is the commitment of the text that was shown: a reaction is to words."""

    statement: str
    """The id of an opinion or of a candidate."""
    wording: str
    vote: Vote


class QuickVoteCast(Event):
    """Someone reacted to a statement, or changed their reaction: then `quick_vote` is the same id again."""

    kind: Literal["quick_vote_cast"] = "quick_vote_cast"
    quick_vote: str
    voter: str
    content: Sealed[QuickVoteContent]


class QuickVoteWithdrawn(Event):
    """Someone took a reaction back."""

    kind: Literal["quick_vote_withdrawn"] = "quick_vote_withdrawn"
    quick_vote: str
    voter: str


class PointAnswered(Event):
    """A member said whether their point is in a draft; it replaces their earlier answer to the same draft."""

    kind: Literal["point_answered"] = "point_answered"
    member: str
    draft: str
    answer: Sealed[Answer]
    critique: str | None = None
    """The id of the why, which is a critique."""
    why: Sealed[str] | None = None


class FairnessAnswered(Event):
    """Someone said whether their view was treated fairly, or changed their mind about it."""

    kind: Literal["fairness_answered"] = "fairness_answered"
    voter: str
    answer: Sealed[Answer]
