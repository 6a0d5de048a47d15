"""What a drafting job takes and what it brings back: the border between the deliberation and the models.

Both cross a process border as JSON. A job holds words and quick votes, but no names and no ballots.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from pydantic import Field

from engine.deliberation.events import Frozen, Model, Rejection, Source
from engine.deliberation.member_events import Vote
from engine.deliberation.sealed import canonical_json


class GivenOpinion(Frozen):
    """One opinion as a job holds it."""

    id: str
    member: str
    text: str


class GivenCritique(Frozen):
    """What a member said about the statement of the round before."""

    member: str
    text: str


class QuickVote(Frozen):
    """How someone reacted to a statement: 1 agree, 0 pass, -1 disagree.

    `member` is a member's handle where the deployment could join it, else the voter's own: then it is of somebody who
    has not spoken, and tells the models how the crowd sees a statement.
    """

    member: str
    statement: str
    vote: Vote


class Statement(Frozen):
    """The words of a statement that can be reacted to."""

    id: str
    text: str


class Leaning(Frozen):
    """What a deployment has learnt of how its members vote, where it and they allow that (`engine.reward.deployment`).

    `level`: the mean vote that a statement may expect, in [-1, 1]; `variance`: by how much groups differ from it, and
    how unsure it is. Numbers of many people together: no words, and nobody's own.
    """

    level: Annotated[float, Field(ge=-1, le=1)]
    variance: Annotated[float, Field(gt=0)]


class DraftJob(Frozen):
    """Draft `candidates` statements from these opinions; the same job on the same models gives the same result."""

    draft: str
    round: Annotated[int, Field(ge=1)]
    question: str
    opinions: tuple[GivenOpinion, ...]
    previous: str | None = None
    """The statement that the critiques are about."""
    critiques: tuple[GivenCritique, ...] = ()
    candidates: Annotated[int, Field(ge=1)] = 16
    seed: int = 0
    language: str = "en"
    against: str | None = None
    """The statement that the opinions are reasons against, where their minority view is wanted."""
    quick_votes: tuple[QuickVote, ...] = ()
    """At most one for each member and statement."""
    statements: tuple[Statement, ...] = ()
    """The words of the candidates that `quick_votes` are on; those of opinions are in `opinions`."""
    leaning: Leaning | None = None
    """None where the deployment learns nothing, or has too little to learn from."""

    @property
    def statement_texts(self) -> dict[str, str]:
        """The words of every statement that a quick vote can be on, by id."""
        return {one.id: one.text for one in (*self.opinions, *self.statements)}

    @property
    def inputs_digest(self) -> str:
        """SHA-256 (hex) over the words and numbers that a prompt is made of.

        Without the quick votes and what was learnt of others: the digest is public, and who knows the words could find
        the votes by trying.
        """
        # Jobs of logs from before there were minority views keep their digest.
        absent = {"against"} if self.against is None else set[str]()
        public = self.model_dump(mode="json", exclude={"quick_votes", "statements", "leaning", *absent})
        return hashlib.sha256(canonical_json(public)).hexdigest()


class DraftedCandidate(Frozen):
    """One candidate as the models made it, with the opinions that its sentences rest on."""

    id: str
    origin: Literal["drafted", "member"]
    text: str
    opinion: str | None = None
    seed: int | None = None
    ordering: int | None = None
    rejected: Rejection | None = None
    dropped_sentences: int = 0
    sources: tuple[Source, ...] = ()


class DraftResult(Frozen):
    """What a job brings back: at least one candidate in the running as long as there is one usable opinion.

    `mean` and `spread` are (members, candidates in the running): P(grade >= 5) and its standard deviation.
    """

    draft: str
    inputs_digest: str
    candidates: tuple[DraftedCandidate, ...]
    members: tuple[str, ...]
    mean: tuple[tuple[float, ...], ...]
    spread: tuple[tuple[float, ...], ...]
    in_prompt: tuple[str, ...]
    """Members whose words at least one prompt held."""
    models: tuple[Model, ...]
    seed: int
    notes: tuple[Rejection, ...] = ()
    """What people should know of the round, for example that the drafter does not write the group's language."""
    timings: dict[str, float] = Field(default_factory=dict[str, float])
    """Seconds per step, and counts of tokens; told to people, never part of the log."""

    @property
    def running(self) -> tuple[DraftedCandidate, ...]:
        """The candidates that no guard rejected, in order: the columns of `mean` and `spread`."""
        return tuple(candidate for candidate in self.candidates if candidate.rejected is None)
