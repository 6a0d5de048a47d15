"""The demonstration's course: every step goes through the deliberation, its log and the real models."""

from __future__ import annotations

import shlex
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.catalogue import say
from bot.demo import scenes
from bot.demo.screen import Screen
from bot.demo.thread import ScriptedMember, Thread, written_thread
from bot.invoked import invoked
from bot.rendering.console import console
from bot.rendering.escaping import shown
from bot.rendering.result import checked, result_card, selection_lines
from bot.rendering.summary import summary
from bot.rendering.waiting import Waiting
from bot.session import Session
from engine.deliberation import commands as c
from engine.deliberation.events import KEEP_THINGS, BallotCast
from engine.deliberation.receipts import Receipt, receipt
from engine.deliberation.rounds import draft_job
from engine.deliberation.settings import Settings
from engine.report import counted_statement, last_drafts, sourced_sentences, statement_text, weight_of_minority
from engine.worker.client import ModelWorker
from storage.export import export, read_events
from storage.pseudonyms import pseudonym
from storage.sqlite import SqliteEventLog
from storage.verify import check_receipt, verify

DELIBERATION = "demo"
MODERATOR = "moderator"
DRAFT_AFTER = (3, 5)
"""After how many opinions the live draft is redrawn; it is again after the reactions."""
# Predictions that reactions went into are kept secret, unless the members were told otherwise at the opening: here
# they are shown, and the log can be replayed.
SETTINGS = Settings(rounds=2, shortlist=2, open_predictions=True)
NOISE = 0.25
"""Standard deviation of what simulated members feel beside what the reward model predicts of them."""
MOODS = 7535
"""Which noise that is: picked so that with the default seed Hugo, who spoke against, votes so, and dissent is shown."""
HOUR = 3_600_000


@dataclass
class Clock:
    """The thread's own time: it takes two days in a minute."""

    now: int

    def read(self) -> int:
        """Milliseconds since 1970."""
        return self.now

    def pass_hours(self, hours: float) -> None:
        """Let time go by."""
        self.now += round(hours * HOUR)


class Play:
    """One performance: where it is shown, where it is logged, and who speaks."""

    def __init__(
        self, screen: Screen, session: Session, clock: Clock, worker: ModelWorker, key: bytes, seed: int
    ) -> None:
        self.screen = screen
        self.session = session
        self.clock = clock
        self.worker = worker
        self.seed = seed
        self.thread: Thread = written_thread()
        self.members = {person.name: pseudonym(key, person.name, "member") for person in self.thread.member}
        self.voters = {person.name: pseudonym(key, person.name, "voter") for person in self.thread.member}
        self.names = {handle: name for name, handle in self.members.items()}
        self.shown_before = ""
        """The statement that the critiques were about."""

    async def perform(self) -> Receipt:
        """Play it all; the receipt of one member's ballot."""
        await self._open()
        await self._hear_opinions()
        await self._hear_reactions()
        await self._hear_critiques()
        held = await self._vote()
        self._end()
        return held

    async def _open(self) -> None:
        self.screen.begin("thread")
        await self.session.do(
            c.Open,
            question=self.thread.question,
            background=self.thread.background,
            settings=SETTINGS.model_copy(update={"eligible": len(self.thread.member)}),
            moderator=MODERATOR,
        )
        self.screen.print(scenes.opening(self.session.state))
        await self.screen.pause(2)

    async def _hear_opinions(self) -> None:
        self.screen.begin("thread", say("demo.act.opinions"))
        for number, person in enumerate(self.thread.member, start=1):
            self.clock.pass_hours(1)
            await self.session.do(c.GiveOpinion, member=self.members[person.name], text=person.opinion)
            self.screen.print(scenes.speech(person.name, person.opinion))
            await self.screen.pause(1)
            if number in DRAFT_AFTER:
                await self._draft()
                await self.screen.pause(3)
            elif self.session.state.statement is not None:
                self.screen.print(scenes.not_yet_held(self.session.state, self.names))

    async def _hear_reactions(self) -> None:
        self.screen.begin("thread", say("demo.act.reactions"))
        said = {opinion.member: opinion.id for opinion in self.session.state.opinions.values()}
        for person in self.thread.member:
            self.clock.pass_hours(0.2)
            for name, vote in person.reactions:
                await self.session.do(
                    c.CastQuickVote,
                    member=self.members[person.name],
                    voter=self.voters[person.name],
                    statement=said[self.members[name]],
                    vote=vote,
                )
            self.screen.print(scenes.reactions(person))
            await self.screen.pause(0.5)
        await self._draft()
        await self.screen.pause(3)
        self.screen.begin("candidates", say("demo.act.candidates"))
        self.screen.print(scenes.backstage(self.session.state, self.names))
        await self.screen.pause(4)

    async def _hear_critiques(self) -> None:
        self.shown_before = statement_text(self.session.state, self.session.state.statement)
        self.screen.begin("critique", say("demo.act.critique"))
        self.clock.pass_hours(12)
        await self.session.do(c.OpenCritique)
        held = set(self._held_members())
        for person in self.thread.member:
            if person.critique is not None and self.members[person.name] not in held:
                self.clock.pass_hours(0.5)
                await self.session.do(c.GiveCritique, member=self.members[person.name], text=person.critique)
                self.screen.print(scenes.speech(person.name, person.critique))
                await self.screen.pause(1)
        await self._draft()
        self.screen.print(
            scenes.change(self.shown_before, statement_text(self.session.state, self.session.state.statement))
        )
        await self.screen.pause(3)

    def _held_members(self) -> Iterator[str]:
        """Whose opinions the shown draft rests on: they find their point in it."""
        assert self.session.state.statement is not None
        for sentence in sourced_sentences(self.session.state, self.session.state.statement):
            yield from sentence.members

    async def _vote(self) -> Receipt:
        self.screen.begin("result", say("demo.act.poll"))
        self.clock.pass_hours(12)
        await self.session.do(c.OpenPoll)
        state = self.session.state
        assert state.poll is not None
        poll, options = state.poll.id, [option for option in state.options if option != KEEP_THINGS]
        self.screen.print(scenes.poll_opens(state))
        held: Receipt | None = None
        for person, grades in self._simulated_ballots(options):
            self.clock.pass_hours(0.5)
            events = await self.session.do(
                c.CastBallot,
                poll=poll,
                voter=self.voters[person.name],
                grades=grades,
                reason=person.reason if min(grades.values()) < 4 else None,
                publish=person.publish,
            )
            cast = events[0]
            assert isinstance(cast, BallotCast)
            held = held or receipt(cast)
            await self.screen.pause(0.3)
        self.screen.print(scenes.turnout(self.session.state))
        self.clock.pass_hours(12)
        await self.session.do(c.ClosePoll, poll=poll)
        assert held is not None
        return held

    def _end(self) -> None:
        state = self.session.state
        assert state.poll is not None
        told = counted_statement(state.poll)
        self.screen.print(result_card(state, scenes.statement(state, told, self.names)))
        self.screen.print(scenes.minority(weight_of_minority(last_drafts(state), state.settings.rule)))

    def _simulated_ballots(self, options: list[str]) -> list[tuple[ScriptedMember, dict[str, int]]]:
        """Grades from the reward model's prediction for each member plus seeded noise; the screen says so."""
        random = np.random.default_rng([self.seed, MOODS])
        draft = self.session.state.draft
        assert draft is not None
        columns = {candidate.id: index for index, candidate in enumerate(draft.running)}
        predicted = {row.member: row.prediction.value for row in draft.rows}
        ballots: list[tuple[ScriptedMember, dict[str, int]]] = []
        for person in self.thread.member:
            row = predicted[self.members[person.name]]
            assert row is not None
            mood = random.normal(0, NOISE)
            felt = {option: row.mean[columns[option]] + mood for option in options}
            ballots.append(
                (person, {option: int(np.clip(round(1 + 6 * value), 1, 7)) for option, value in felt.items()})
            )
        return ballots

    async def _draft(self) -> None:
        """Hand out a job, let the models do it, record the result and show the draft."""
        await self.session.do(c.StartDraft, seed=self.seed + len(self.session.state.drafts))
        voters = {handle: self.voters[name] for handle, name in self.names.items()}
        job = draft_job(self.session.state, voters=voters)
        with Waiting(console(error=True)) as waiting:
            result = await self.worker.draft(job, progress=waiting)
        await self.session.do(c.RecordDraft, result=result)
        self.screen.print(scenes.drafted(result), scenes.card(self.session.state, self.names))


async def play(screen: Screen, out: Path, *, seed: int) -> None:
    """Perform the demonstration and write `log.jsonl` and `summary.md` into `out`.

    The log is kept in a temporary database meanwhile, so that a performance that is broken off leaves nothing.
    """
    clock = Clock(now=int(time.time() * 1000))
    path = out / "log.jsonl"
    with tempfile.TemporaryDirectory(prefix="accord-") as folder:
        log = await SqliteEventLog.open(Path(folder) / "demo.sqlite")
        try:
            session = Session(log, DELIBERATION, clock.read)
            key = await log.secret_key(DELIBERATION)
            async with ModelWorker() as worker:
                performance = Play(screen, session, clock, worker, key, seed)
                held = await performance.perform()
            await export(log, DELIBERATION, path)
        finally:
            await log.close()
    found = verify(path)
    summary(session.state, out / "summary.md", names=performance.names, head=found.head)
    counted = check_receipt(path, held.tag, held.salt).status == "counted"
    command = f"{invoked()} verify {shlex.quote(str(path))} --receipt {held.tag}:{held.salt}"
    screen.print(checked(found, selection_lines(read_events(path)), counted, performance.thread.member[0].name))
    for line in (say("demo.check", command=command), say("demo.written", folder=out)):
        screen.terminal.print(shown(line), soft_wrap=True)  # whole, so that it can be copied
    screen.save_pictures()
