"""What events hold: candidates, predictions, ballots, dissent; `engine.deliberation.events` has all in one place."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from engine.deliberation.base import Frozen
from engine.deliberation.sealed import Sealed
from engine.deliberation.settings import Grade

KEEP_THINGS = "none"
"""The option that every poll holds: none of these, keep things as they are."""


class Rejection(Frozen):
    """Why a candidate is not in the running: a guard's code and what it measured."""

    code: str
    parameters: dict[str, Any] = Field(default_factory=dict[str, Any])


class Candidate(Frozen):
    """A statement in the running, or one that a guard rejected.

    A member's own sentence names the opinion it is from and is sealed to its author. A rejected draft is sealed to
    everyone whose words its prompt held, since it may repeat them.
    """

    id: str
    origin: Literal["drafted", "member"]
    text: Sealed[str]
    opinion: str | None = None
    seed: int | None = None
    ordering: int | None = None
    """Which ordering of the opinions its prompt had."""
    rejected: Rejection | None = None
    dropped_sentences: int = 0
    """Sentences that rested on no opinion and were cut."""


class Source(Frozen):
    """Sentence number `sentence` (from 0) of a candidate rests on an opinion, by embedding similarity in [-1, 1]."""

    candidate: str
    sentence: int
    opinion: str
    similarity: float


class MemberPrediction(Frozen):
    """What the models said about one member in one draft; erased as one piece.

    `mean` and `spread` are P(grade >= 5) and its standard deviation per candidate that was not rejected, in order.
    """

    mean: tuple[float, ...]
    spread: tuple[float, ...]
    in_prompt: bool
    sources: tuple[Source, ...] = ()


class PredictionRow(Frozen):
    """One row of the utility profile."""

    member: str
    prediction: Sealed[MemberPrediction]


class Model(Frozen):
    """Which weights spoke: enough to tell whether a replay runs on the same ones."""

    name: str
    sha256: str
    encoding: str
    """How the file was re-encoded for this machine (for example "BF16"), or "as shipped"."""


class BallotContent(Frozen):
    """One ballot as it is committed to and, at the close, listed; only its voter knows that `tag` is theirs."""

    tag: str
    grades: dict[str, Grade]
    """Candidate id -> grade 1 (strongly disagree) to 7 (strongly agree)."""
    ranking: tuple[tuple[str, ...], ...] = ()
    """Tiers of option ids, best first, `KEEP_THINGS` among them; empty when the voter ranked nothing."""


class Reason(Frozen):
    """Why a ballot is against, empty where its voter gave no reason, and whether it may be published without a name."""

    text: str
    publish: bool


class Dissent(Frozen):
    """One ballot below the middle of the scale, without its handle; the reason only where its voter consented."""

    tag: str | None
    grade: Grade | None
    """None below the threshold k, where grades are not listed."""
    reason: Sealed[str] | None = None


class Participation(Frozen):
    """How many could take part when it was opened (None: not known), spoke and voted; never who."""

    eligible: int | None
    spoke: int
    voted: int
