"""The demonstration's course: every step goes through the deliberation, its log and the real models."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from bot.catalogue import say
from bot.demo import scenes
from bot.demo.thread import ScriptedMember, Thread, written_thread
from bot.rendering.summary import summary
from bot.rendering.waiting import Waiting
from bot.session import Session
from engine.deliberation import commands as c
from engine.deliberation.events import KEEP_THINGS, BallotCast
from engine.deliberation.receipts import Receipt, receipt
from engine.deliberation.rounds import draft_job
from engine.deliberation.settings import Settings
from engine.worker.client import ModelWorker
from storage.export import export
from storage.pseudonyms import pseudonym
from storage.sqlite import SqliteEventLog

DELIBERATION = "demo"
MODERATOR = "moderator"
DRAFT_AFTER = (3, 6, 8)
"""After how many opinions the live draft is redrawn."""
NOISE = 0.22
"""Standard deviation of what simulated members feel beside what the reward model predicts of them."""
HOUR = 3_600_000


@dataclass
class Clock:
    """The thread's own time: it takes two days in a minute."""

    now: int

    def __call__(self) -> int:
        return self.now

    def pass_hours(self, hours: float) -> None:
        """Let time go by."""
        self.now += round(hours * HOUR)


class Play:
    """One performance: where it is shown, where it is logged, and who speaks."""

    def __init__(
        self, console: Console, session: Session, clock: Clock, worker: ModelWorker, key: bytes, seed: int, pause: float
    ) -> None:
        self.console = console
        self.session = session
        self.clock = clock
        self.worker = worker
        self.seed = seed
        self.pause = pause
        self.thread: Thread = written_thread()
        self.members = {person.name: pseudonym(key, person.name, "member") for person in self.thread.member}
        self.voters = {person.name: pseudonym(key, person.name, "voter") for person in self.thread.member}
        self.names = {handle: name for name, handle in self.members.items()}
        self.first_statement = ""

    async def perform(self) -> Receipt:
        """Play it all; the receipt of one member's ballot."""
        await self._open()
        await self._opinions()
        self.first_statement = scenes.statement_text(self.session.state)
        await self._critique()
        held = await self._poll()
        self.console.print(scenes.result(self.session.state))
        return held

    async def _open(self) -> None:
        settings = Settings(eligible=len(self.thread.member), rounds=2)
        await self.session.do(
            c.Open,
            question=self.thread.question,
            background=self.thread.background,
            settings=settings,
            moderator=MODERATOR,
        )
        self.console.print(scenes.opening(self.session.state))
        await self._breathe(2)

    async def _opinions(self) -> None:
        for number, person in enumerate(self.thread.member, start=1):
            self.clock.pass_hours(1)
            await self.session.do(c.GiveOpinion, member=self.members[person.name], text=person.opinion)
            self.console.print(scenes.speech(person.name, person.opinion))
            await self._breathe(1)
            if number in DRAFT_AFTER:
                await self._draft()
                self.console.print(scenes.card(self.session.state, self.names))
                await self._breathe(2)
            elif self.session.state.statement is not None:
                self.console.print(scenes.not_yet_held(self.session.state))
        self.console.print(scenes.backstage(self.session.state))
        await self._breathe(3)

    async def _critique(self) -> None:
        self.clock.pass_hours(12)
        await self.session.do(c.OpenCritique)
        self.console.print(scenes.critique_opens())
        for person in self.thread.member:
            if person.critique is not None:
                self.clock.pass_hours(0.5)
                await self.session.do(c.GiveCritique, member=self.members[person.name], text=person.critique)
                self.console.print(scenes.speech(person.name, person.critique))
                await self._breathe(1)
        await self._draft()
        self.console.print(scenes.card(self.session.state, self.names))
        self.console.print(scenes.change(self.first_statement, scenes.statement_text(self.session.state)))
        await self._breathe(2)

    async def _poll(self) -> Receipt:
        self.clock.pass_hours(12)
        await self.session.do(c.OpenPoll)
        state = self.session.state
        assert state.poll is not None
        poll, options = state.poll.id, [option for option in state.options if option != KEEP_THINGS]
        self.console.print(scenes.poll_opens(state))
        held: Receipt | None = None
        for person, grades in self._simulated_ballots(options):
            self.clock.pass_hours(0.5)
            against = min(grades.values()) < 4
            events = await self.session.do(
                c.CastBallot,
                poll=poll,
                voter=self.voters[person.name],
                grades=grades,
                reason=person.reason if against else None,
                publish=person.publish,
            )
            cast = events[0]
            assert isinstance(cast, BallotCast)
            held = held or receipt(cast)
            self.console.print(scenes.turnout(self.session.state))
            await self._breathe(0.4)
        self.clock.pass_hours(12)
        await self.session.do(c.ClosePoll, poll=poll)
        assert held is not None
        return held

    def _simulated_ballots(self, options: list[str]) -> list[tuple[ScriptedMember, dict[str, int]]]:
        """Grades from the reward model's prediction for each member plus seeded noise; the screen says so."""
        random = np.random.default_rng([self.seed, 2])
        draft = self.session.state.draft
        assert draft is not None
        columns = {candidate.id: index for index, candidate in enumerate(draft.running)}
        predicted = {row.member: row.prediction.value for row in draft.rows}
        ballots: list[tuple[ScriptedMember, dict[str, int]]] = []
        for person in self.thread.member:
            row = predicted[self.members[person.name]]
            assert row is not None
            felt = {option: row.mean[columns[option]] + random.normal(0, NOISE) for option in options}
            ballots.append(
                (person, {option: int(np.clip(round(1 + 6 * value), 1, 7)) for option, value in felt.items()})
            )
        return ballots

    async def _draft(self) -> None:
        """Hand out a job, let the models do it, record the result."""
        await self.session.do(c.StartDraft, seed=self.seed)
        job = draft_job(self.session.state)
        with Waiting(self.console) as waiting:
            result = await self.worker.draft(job, progress=waiting)
        await self.session.do(c.RecordDraft, result=result)
        drafted = int(result.timings.get("drafted_tokens", 0))
        rejected = len(result.candidates) - len(result.running)
        self.console.print(scenes.drafted(len(result.candidates), rejected, drafted, result.timings))

    async def _breathe(self, beats: float) -> None:
        await asyncio.sleep(self.pause * beats)


async def play(console: Console, out: Path, *, seed: int, pause: float) -> None:
    """Perform the demonstration and write `log.jsonl` and `summary.md` into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    database = out / "demo.sqlite"
    for old in (database, database.with_name("demo.sqlite-wal"), database.with_name("demo.sqlite-shm")):
        old.unlink(missing_ok=True)
    log = await SqliteEventLog.open(database)
    try:
        clock = Clock(now=int(time.time() * 1000))
        session = Session(log, DELIBERATION, clock)
        key = await log.secret_key(DELIBERATION)
        async with ModelWorker() as worker:
            held = await Play(console, session, clock, worker, key, seed, pause).perform()
        path = out / "log.jsonl"
        await export(log, DELIBERATION, path)
    finally:
        await log.close()
    summary(session.state, out / "summary.md")
    console.print(scenes.checked(path, held))
    console.print(say("demo.written", folder=out))
