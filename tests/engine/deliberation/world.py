"""A deliberation to play with: it keeps the log, the state and the clock, and brings requests and entropy."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar

import pytest

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.decide import decide
from engine.deliberation.drafts import DraftedCandidate, DraftJob, DraftResult
from engine.deliberation.errors import DeliberationError
from engine.deliberation.evolve import evolve
from engine.deliberation.rounds import draft_job
from engine.deliberation.settings import Settings
from engine.deliberation.state import State

AnEvent = TypeVar("AnEvent", bound=e.Event)

MODEL = e.Model(name="none", sha256="0" * 64, encoding="as shipped")


def entropy(request: str) -> str:
    return hashlib.sha256(request.encode()).hexdigest()


class World:
    def __init__(self, **settings: Any) -> None:
        self.events: list[e.AnyEvent] = []
        self.maybe_state: State | None = None
        self.now = 1_000_000
        self.requests = 0
        self.do(c.Open, question="Where do the bins go?", settings=Settings(**settings), moderator="mod")

    @property
    def state(self) -> State:
        assert self.maybe_state is not None
        return self.maybe_state

    def command(self, kind: type[c.Command], **fields: Any) -> Any:
        self.requests += 1
        request = fields.pop("request", f"request-{self.requests}")
        return kind(at=fields.pop("at", self.now), request=request, entropy=entropy(request), **fields)

    def do(self, kind: type[c.Command], **fields: Any) -> tuple[e.AnyEvent, ...]:
        return self.run(self.command(kind, **fields))

    def run(self, command: c.AnyCommand) -> tuple[e.AnyEvent, ...]:
        made = decide(self.maybe_state, command)
        for event in made:
            self.maybe_state = evolve(self.maybe_state, event)
            self.events.append(event)
        return made

    def refused(self, kind: type[c.Command], **fields: Any) -> DeliberationError:
        before = self.maybe_state
        with pytest.raises(DeliberationError) as caught:
            self.do(kind, **fields)
        assert self.maybe_state == before
        return caught.value

    def last(self, kind: type[AnEvent]) -> AnEvent:
        return next(event for event in reversed(self.events) if isinstance(event, kind))

    def all(self, kind: type[AnEvent]) -> list[AnEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    # What people do most

    def say(self, member: str, text: str = "") -> str:
        self.do(c.GiveOpinion, member=member, text=text or f"{member} thinks so")
        return self.last(e.OpinionGiven).opinion

    def draft(self, **how: Any) -> e.StatementSelected:
        self.do(c.StartDraft, seed=7, moderator="mod")
        self.do(c.RecordDraft, result=drafted(draft_job(self.state), **how))
        return self.last(e.StatementSelected)

    def open_poll(self) -> str:
        self.do(c.OpenPoll, moderator="mod")
        return self.last(e.PollOpened).poll

    def statements(self) -> list[str]:
        return [option for option in self.last(e.PollOpened).options if option != e.KEEP_THINGS]

    def vote(self, voter: str, *grades: int, **more: Any) -> e.BallotCast:
        poll = self.last(e.PollOpened)
        given = dict(zip(self.statements(), grades, strict=True))
        self.do(c.CastBallot, poll=poll.poll, voter=voter, grades=given, **more)
        return self.last(e.BallotCast)

    def close_poll(self) -> e.PollClosed:
        self.now = self.state.until
        self.do(c.ClosePoll, poll=self.last(e.PollOpened).poll)
        return self.last(e.PollClosed)


def drafted(
    job: DraftJob, *, drafts: int = 2, agreement: Sequence[float] | None = None, in_prompt: Sequence[str] | None = None
) -> DraftResult:
    """What a drafting job brings back: some drafts, one guard's reject, and each opinion as a candidate.

    `agreement` is per running candidate for all members alike; without it, each candidate is a bit worse than the last.
    """
    opinions = job.opinions
    texts = [DraftedCandidate(id=f"draft{i}", origin="drafted", text=f"Draft {i}", seed=i) for i in range(drafts)]
    own = [
        DraftedCandidate(
            id=f"own{i}",
            origin="member",
            text=opinion.text,
            opinion=opinion.id,
            sources=(e.Source(candidate=f"own{i}", sentence=0, opinion=opinion.id, similarity=1.0),),
        )
        for i, opinion in enumerate(opinions)
        if in_prompt is None or opinion.member in in_prompt
    ]
    reject = DraftedCandidate(
        id="bad", origin="drafted", text="Opinion 3 says", rejected=e.Rejection(code="talks_about_opinions")
    )
    candidates = (*texts, reject, *own)
    running = len(texts) + len(own)
    members = tuple(sorted({opinion.member for opinion in opinions} | {one.member for one in job.critiques}))
    if agreement is None:
        agreement = [max(0.0, 0.6 - index / 1000) for index in range(running)]
    means = (*agreement, *[0.1] * (running - len(agreement)))
    return DraftResult(
        draft=job.draft,
        inputs_digest=job.inputs_digest,
        candidates=candidates,
        members=members,
        mean=tuple(means for _ in members),
        spread=tuple((0.1,) * running for _ in members),
        in_prompt=members if in_prompt is None else tuple(in_prompt),
        models=(MODEL,),
        seed=job.seed,
    )
