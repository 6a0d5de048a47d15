"""Kills what it can at random moments, and then asks whether everything that was acknowledged is there, once.

Two programs that vote, two `accord worker`s with scripted models and one redis-server with an append-only file. A
round is one disturbance: SIGKILL of one of them, a server that answers nothing for longer than redis-py's timeout (so
that it runs writes again), a full disk (Redis ends itself, or refuses), a disk that others keep busy, or a clock that
jumps by hours. The programs send some of what they did again, after what came later, as Discord may.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.live.draft_queue import DraftQueue
from engine.deliberation import commands as c
from engine.deliberation.drafts import DraftResult
from engine.deliberation.events import BallotCast, CandidatesDrafted, DraftingFailed, DraftingStarted, PollClosed
from engine.deliberation.rounds import draft_job
from storage.event_log import EventLog
from storage.export import export
from storage.redis_connection import RedisConnection
from storage.redis_log import RedisEventLog
from storage.sessions import Session
from storage.verify import verify
from tests.bot.scripted_models import RUNNER, drafted
from tests.redis_server import RedisServer

ROUNDS_PER_POLL = 25
PATIENCE = 600.0
"""Seconds in which both programs must get something done, or a job must leave the queue: a standstill must end, and a
machine that is busy otherwise may take its time.
"""
TIMEOUT = 0.5
"""Seconds after which redis-py gives up waiting and asks again; a frozen server sleeps for longer."""

KINDS = ("program", "program", "redis", "redis", "worker", "freeze", "clock", "full disk", "slow disk")
"""What is done to them, the likelier ones more often."""
MOST_OFF = 3 * 3600.0
"""Seconds by which a program's clock is off at most; well within a poll's time, so that voting goes on."""
HOG = """
import os, sys
file = open(sys.argv[1], "wb", buffering=0)
while True:
    file.seek(0)
    for _ in range(64):
        file.write(os.urandom(1 << 20))
        os.fsync(file.fileno())
"""


@dataclass
class Said:
    """What one program was told is done."""

    voted: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    asked: list[str] = field(default_factory=list[str])
    drawn: list[str] = field(default_factory=list[str])
    claimed: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Report:
    """What came of it."""

    disturbances: dict[str, int]
    ballots: int
    drafts: int
    minority_views: int
    leases: int
    records: int
    seconds: float


class Program:
    """One voting program and what it says."""

    def __init__(self, url: str, name: str, clock: Path) -> None:
        """`clock`: a file with the seconds by which its clock is off."""
        self.name, self.said = name, Said()
        self._url, self._clock = url, clock
        self._process: subprocess.Popen[str] | None = None
        self._listening: threading.Thread | None = None

    def starts(self, poll: str) -> None:
        done = self.said.voted.setdefault(poll, [])
        first = done[-1] + 1 if done else 0
        command = [sys.executable, "-m", "tests.torture.program", self._url, self.name, poll, str(first)]
        command.append(str(self._clock))
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._listening = threading.Thread(target=self._listen, args=(self._process, done), daemon=True)
        self._listening.start()

    def killed(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            assert self._listening is not None
            self._listening.join()
            assert self._process.stdout is not None
            self._process.stdout.close()

    def _listen(self, process: subprocess.Popen[str], voted: list[int]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            what, _, which = line.rstrip("\n").partition(" ")
            if not line.endswith("\n"):
                continue  # killed while it spoke
            if what == "voted":
                voted.append(int(which))
            else:
                {"asked": self.said.asked, "drawn": self.said.drawn, "claimed": self.said.claimed}[what].append(which)


class Worker:
    """One `accord worker`."""

    def __init__(self, url: str, folder: Path) -> None:
        self._environment = {"REDIS_URL": url, "ACCORD_RUNNER": RUNNER, "ACCORD_WORKER_SILENT_SECONDS": "1"}
        self._log = folder / "worker.log"
        self._process: subprocess.Popen[bytes] | None = None

    def starts(self) -> None:
        with self._log.open("ab") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "worker"], env=os.environ | self._environment, stdout=said, stderr=said
            )

    def killed(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()


class Torture:
    """`run` does it all; AssertionError says what was lost or doubled."""

    def __init__(self, folder: Path, seed: int, fsync: str = "always") -> None:
        """`fsync`: Redis' `appendfsync`; with "everysec" the programs wait for the disk by WAITAOF (Redis 7.2)."""
        self.fsync = fsync
        self.random = random.Random(seed)
        self.folder = folder
        (folder / "redis").mkdir(parents=True)
        self.redis = RedisServer(folder / "redis", "--appendonly", "yes", "--appendfsync", fsync).start()
        url = f"{self.redis.url}?socket_timeout={TIMEOUT + 2}&socket_connect_timeout={TIMEOUT}"
        self.quick_url = f"{self.redis.url}?socket_timeout={TIMEOUT}&socket_connect_timeout={TIMEOUT}"
        self.clocks = {name: folder / f"clock-{name}" for name in ("a", "b")}
        for clock in self.clocks.values():
            clock.write_text("0")
        self.programs = [Program(self.quick_url, name, clock) for name, clock in self.clocks.items()]
        self.workers = [Worker(url, folder) for _ in range(2)]
        self.polls: list[str] = []
        self.done: Counter[str] = Counter()

    async def run(self, rounds: int, seconds: float = float("inf")) -> Report:
        began = time.monotonic()
        for worker in self.workers:
            worker.starts()
        try:
            for number in range(rounds):
                if number % ROUNDS_PER_POLL == 0:
                    await self._next_poll()
                self._disturb()
                if time.monotonic() - began > seconds:
                    break
            return await self._judge(began)
        finally:
            for one in (*self.programs, *self.workers):
                one.killed()
            self.redis.kill()

    async def _next_poll(self) -> None:
        for program in self.programs:
            program.killed()
        poll = f"poll{len(self.polls)}"
        log = await RedisEventLog.open(self.redis.url)
        await open_poll(log, poll)
        await log.close()
        self.polls.append(poll)
        for program in self.programs:
            program.starts(poll)
        self._wait_for_votes()

    def _disturb(self) -> None:
        time.sleep(self.random.uniform(0, 0.3))
        what = self.random.choice(KINDS)
        self.done[what] += 1
        if what == "program":
            program = self.random.choice(self.programs)
            program.killed()
            program.starts(self.polls[-1])
        elif what == "worker":
            worker = self.random.choice(self.workers)
            worker.killed()
            worker.starts()
        elif what == "redis":
            self.redis.kill()
            time.sleep(self.random.uniform(0, 0.2))
            self.redis.start()
        elif what == "clock":
            _written(self.random.choice([*self.clocks.values()]), str(self.random.uniform(-MOST_OFF, MOST_OFF)))
        elif what == "full disk":
            self.redis.fills(left=self.random.randrange(20_000))
            if self.fsync == "always":
                self.redis.ended_by_itself()
                self.redis.start()
            else:
                self.redis.refuses()
                self.redis.has_room()
        elif what == "slow disk":
            self._wait_on_a_slow_disk()
        else:
            self.redis.freeze()
            time.sleep(TIMEOUT + self.random.uniform(0.1, 0.4))
            self.redis.thaw()
        self._wait_for_votes()

    def _wait_on_a_slow_disk(self) -> None:
        hog = subprocess.Popen([sys.executable, "-c", HOG, str(self.folder / "hog")])
        try:
            self._wait_for_votes()
            self._wait_for_votes()
        finally:
            hog.kill()
            hog.wait()

    def _wait_for_votes(self) -> None:
        """Until both programs got something done again; else there would be nothing to lose."""
        poll = self.polls[-1]
        before = [len(program.said.voted[poll]) for program in self.programs]
        deadline = time.monotonic() + PATIENCE
        while any(len(p.said.voted[poll]) <= count for p, count in zip(self.programs, before, strict=True)):
            assert time.monotonic() < deadline, "nothing goes on"
            time.sleep(0.01)

    async def _judge(self, began: float) -> Report:
        for program in self.programs:
            program.killed()
        self.redis.kill()
        self.redis.start()
        log = await RedisEventLog.open(self.redis.url)
        ballots = sum([await self._judge_poll(log, poll) for poll in self.polls])
        await self._until_idle()
        drafts, views = await self._judge_drafts(log), await self._judge_minority_views(log)
        claimed = [what for program in self.programs for what in program.said.claimed]
        assert len(claimed) == len(set(claimed)), "a lease was given twice"
        records = 0
        for name in await log.list():
            await export(log, name, self.folder / f"{name}.jsonl")
            found = verify(self.folder / f"{name}.jsonl")
            assert not any(poll.differences for poll in found.polls), found
            records += found.records
        await log.close()
        return Report(dict(self.done), ballots, drafts, views, len(claimed), records, time.monotonic() - began)

    async def _judge_poll(self, log: RedisEventLog, poll: str) -> int:
        """Every acknowledged ballot is there once, each voter's newest one counts, and no other."""
        cast = [event for event in await log.read(poll) if isinstance(event, BallotCast)]
        times = Counter(event.request for event in cast)
        assert not [request for request, count in times.items() if count > 1], "a ballot is there twice"
        for program in self.programs:
            lost = [number for number in program.said.voted[poll] if f"{program.name}:{number}" not in times]
            assert not lost, f"{poll}: acknowledged and lost: {program.name}:{lost}"
        session = Session(log, poll)
        state = await session.catch_up()
        assert state is not None
        assert state.poll is not None
        closing: dict[str, Any] = {"poll": state.poll.id}
        events = await session.do(c.ClosePoll(at=state.until, request="close", entropy="0" * 64, **closing))
        closed = next(event for event in events if isinstance(event, PollClosed))
        assert closed.counted == len({event.voter for event in cast})
        return len(cast)

    async def _until_idle(self) -> None:
        """Until the workers have done what there is."""
        connection = await RedisConnection.open(self.redis.url)
        queue = DraftQueue(connection)
        left, patience = 1 << 30, time.monotonic() + PATIENCE
        while (health := await queue.health()).waiting + health.running:
            if health.waiting + health.running < left:
                left, patience = health.waiting + health.running, time.monotonic() + PATIENCE
            assert time.monotonic() < patience, f"the queue stands still: {health}"
            await asyncio.sleep(0.1)
        await connection.close()

    async def _judge_drafts(self, log: RedisEventLog) -> int:
        """Every draft that was asked for ended once, with candidates."""
        asked = {name for program in self.programs for name in program.said.asked}
        for name in asked:
            events = await log.read(name)
            ended = [one for one in events if isinstance(one, CandidatesDrafted | DraftingFailed)]
            assert ended, f"{name}: its draft was lost"
            started = [one for one in events if isinstance(one, DraftingStarted)]
            assert (len(started), [one.kind for one in ended]) == (1, ["candidates_drafted"]), name
        return len(asked)

    async def _judge_minority_views(self, log: RedisEventLog) -> int:
        """Every minority view that was asked for was drawn once."""
        asked = {name for program in self.programs for name in program.said.drawn}
        for name in asked:
            kinds = Counter(one.kind for one in await log.read(name))
            drawn = [kinds[kind] for kind in ("minority_started", "minority_drafted", "drafting_failed")]
            assert drawn == [1, 1, 0], f"{name}: {drawn}"
        return len(asked)


def _written(file: Path, text: str) -> None:
    """Write a file so that nobody reads half of it."""
    beside = file.with_suffix(".new")
    beside.write_text(text)
    beside.replace(file)


async def open_poll(log: EventLog, name: str) -> None:
    """A deliberation that is being voted on."""
    session = Session(log, name)
    number = 0

    async def do(kind: type[Any], **fields: Any) -> None:
        nonlocal number
        number += 1
        at = int(time.time() * 1000)
        await session.do(kind(at=at, request=f"r{number}", entropy=f"{number:064x}", **fields))

    await do(c.Open, question="Where do we meet?", moderator="mo")
    for who in ("1", "2", "3"):
        await do(c.GiveOpinion, member=f"m{who}", text=f"At the place {who}.")
    await do(c.StartDraft, seed=1)
    result: DraftResult = drafted(draft_job(session.state))
    await do(c.RecordDraft, result=result)
    await do(c.OpenPoll, moderator="mo")
