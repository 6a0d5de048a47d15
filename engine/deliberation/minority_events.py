"""The minority view: what comes of the reasons of those who voted against and let them be published."""

from __future__ import annotations

from typing import Literal

from engine.deliberation.base import Event, Frozen
from engine.deliberation.sealed import Sealed


class MinorityStarted(Event):
    """A job was handed out that draws the published reasons together."""

    kind: Literal["minority_started"] = "minority_started"
    view: str
    poll: str
    reasons: tuple[str, ...]
    """The commitments of the published reasons that the job holds."""
    inputs_digest: str
    seed: int


class MinorityDrafted(Event):
    """The job came back. Until `until` only those whose reasons it is made of are shown it."""

    kind: Literal["minority_drafted"] = "minority_drafted"
    view: str
    text: Sealed[str]
    until: int


class MinorityReworded(Event):
    """One of them worded it anew; what was said about the wording before counts no more."""

    kind: Literal["minority_reworded"] = "minority_reworded"
    view: str
    wording: int
    """1 for the first wording that is not the machine's, and so on."""
    text: Sealed[str]
    until: int


class MinorityAnswerContent(Frozen):
    """What one of them says about one wording."""

    voter: str
    wording: int
    approves: bool


class MinorityAnswered(Event):
    """One of them approved or objected, or changed their mind: then `answer` is the same id again."""

    kind: Literal["minority_answered"] = "minority_answered"
    view: str
    answer: str
    content: Sealed[MinorityAnswerContent]


class MinoritySettled(Event):
    """Whether it is shown with the result, as those say whose reasons it is made of."""

    kind: Literal["minority_settled"] = "minority_settled"
    view: str
    shown: bool
