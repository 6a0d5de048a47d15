"""Workers at work: what they take, what they write, and what becomes of it when they die."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from bot.live.deliberations import Deliberations
from bot.live.draft_queue import DraftQueue
from bot.live.ending import end
from bot.live.redis_notebook import RedisNotebook
from bot.live.working import MOST_DELIVERED, Worker
from engine.deliberation import commands as c
from engine.deliberation.drafts import DraftJob, DraftResult, Leaning
from engine.deliberation.errors import EngineError
from engine.deliberation.events import AnyEvent, CandidatesDrafted, DraftingFailed
from engine.deliberation.settings import Settings
from storage.errors import StoreFileError
from storage.event_log import EventLog
from storage.redis_connection import RedisConnection
from storage.redis_log import RedisEventLog
from tests.bot.scripted_models import drafted
from tests.redis_server import RedisServer


def clock() -> int:
    return int(time.time() * 1000)


class Models:
    """Drafts at once, or when it is told to; notes what it was given."""

    def __init__(self, *, waits: bool = False, refuses: str | None = None) -> None:
        self.jobs: list[DraftJob] = []
        self.begun = asyncio.Event()
        self.let_go = asyncio.Event()
        self.refuses = refuses
        self.go_on = asyncio.Event()
        if not waits:
            self.go_on.set()

    async def draft(self, job: DraftJob) -> DraftResult:
        self.jobs.append(job)
        self.begun.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.let_go.set()
            raise
        if self.refuses is not None:
            raise EngineError(self.refuses, status=1)
        return drafted(job)


PATIENCE = 60
"""Seconds that something may take on a machine that is busy otherwise."""


class Works:
    """One Redis, the bot's view of it, and as many workers as a test wants."""

    def __init__(self, connection: RedisConnection) -> None:
        self.log = RedisEventLog(connection)
        self.notebook = RedisNotebook(connection)
        self.connection = connection
        self.queue = DraftQueue(connection, silent_after=PATIENCE)
        self.bot = Deliberations(self.log, clock)
        self.queues: dict[str, DraftQueue] = {}
        self.tasks: dict[str, tuple[asyncio.Task[None], asyncio.Event]] = {}

    async def opens(self, name: str = "d") -> str:
        """Three speak, and a draft is asked for and queued; its id."""
        settings = Settings(quorum={"ballots": 1})  # pyright: ignore[reportArgumentType]
        await self.bot.do(name, c.Open, "open", question="Where do we meet?", moderator="mo", settings=settings)
        for who in ("1", "2", "3"):
            person = await self.bot.person(name, who)
            await self.notebook.put(f"person/{name}/{who}", 1)
            await self.bot.do(name, c.GiveOpinion, f"say{who}", member=person.member, text=f"At the place {who}.")
        (started,) = await self.bot.do(name, c.StartDraft, "start", seed=1)
        await self.queue.put(name, started.draft)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
        return str(started.draft)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]

    def starts(self, name: str, models: Any, log: EventLog | None = None, *, silent_after: float = PATIENCE) -> Worker:
        """A worker that takes over from those who have been silent for so many seconds."""
        queue = self.queues[name] = DraftQueue(self.connection, silent_after=silent_after)
        worker = Worker(name, "scripted", queue, log or self.log, self.notebook, clock)
        stopping = asyncio.Event()
        self.tasks[name] = asyncio.create_task(worker.run(models, stopping)), stopping
        return worker

    async def stops(self, name: str) -> None:
        task, stopping = self.tasks.pop(name)
        stopping.set()
        await asyncio.wait_for(task, PATIENCE)

    def dies(self, name: str) -> None:
        """Fall silent without giving anything back: SIGKILL, as far as a part of one process can play it."""
        self.queues[name].release = _nothing  # pyright: ignore[reportAttributeAccessIssue]
        self.tasks.pop(name)[0].cancel()

    async def ends(self, name: str = "d") -> list[Any]:
        """The events that end drafts, once there is one."""
        await self.until_idle()
        return [one for one in await self.log.read(name) if isinstance(one, CandidatesDrafted | DraftingFailed)]

    async def until_idle(self) -> None:
        """Wait until no job waits and none is worked on."""
        async with asyncio.timeout(PATIENCE):
            while (health := await self.queue.health()).waiting + health.running:  # noqa: ASYNC110 - Redis tells nobody
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def works_on(address: str) -> AsyncGenerator[Works]:
    connection = await RedisConnection.open(address)
    works = Works(connection)
    yield works
    for name in list(works.tasks):
        await works.stops(name)
    await connection.close()


@pytest.fixture
async def works(redis_server: RedisServer) -> AsyncGenerator[Works]:
    async with works_on(redis_server.emptied()) as works:
        yield works


async def test_a_worker_predicts_from_what_the_deployment_has_learnt(works: Works) -> None:
    models, leaning = Models(), Leaning(level=0.25, variance=0.04)
    draft = await works.opens()
    queued = await works.queue.take("nobody")
    assert queued is not None
    await works.queue.done(queued)
    await works.queue.put("d", draft, leaning)
    works.starts("w", models)
    await works.ends()
    assert [job.leaning for job in models.jobs] == [leaning]


async def test_a_job_becomes_candidates_in_the_log_and_leaves_the_queue(works: Works) -> None:
    draft = await works.opens()
    worker = works.starts("a", models := Models())
    (ended,) = await works.ends()
    assert isinstance(ended, CandidatesDrafted)
    assert ended.draft == draft
    assert [opinion.text for opinion in models.jobs[0].opinions] == [f"At the place {who}." for who in "123"]
    assert worker.done == 1


async def test_a_worker_knows_quick_votes_as_the_bot_does(works: Works) -> None:
    await works.opens()
    state = works.bot.state("d")
    one, two = await works.bot.person("d", "1"), await works.bot.person("d", "2")
    about = next(opinion.id for opinion in state.live_opinions if opinion.member == two.member)
    await works.bot.do("d", c.CastQuickVote, "quick", voter=one.voter, member=one.member, statement=about, vote=-1)
    works.starts("a", models := Models())
    await works.ends()
    assert [(vote.member, vote.statement, vote.vote) for vote in models.jobs[0].quick_votes] == [
        (one.member, about, -1)
    ]


async def test_when_a_worker_dies_another_does_its_job(works: Works) -> None:
    await works.opens()
    works.starts("dies", stuck := Models(waits=True))
    await stuck.begun.wait()
    works.dies("dies")
    works.starts("lives", Models(), silent_after=0.2)
    (ended,) = await works.ends()
    assert isinstance(ended, CandidatesDrafted)


async def _nothing(*_: Any) -> None:
    return None


async def test_two_workers_that_do_the_same_job_change_the_log_once(works: Works) -> None:
    draft = await works.opens()
    slow, quick = Models(waits=True), Models()
    works.starts("slow", slow)
    await slow.begun.wait()
    # The queue forgets the job (it was flushed, or lay silent), and it is queued and done again.
    await works.queue._client.delete("{accord:jobs}", "{accord:jobs}:known")  # pyright: ignore[reportPrivateUsage]
    await works.queue.put("d", draft)
    slow.go_on.set()
    works.starts("quick", quick)
    assert len(await works.ends()) == 1
    await asyncio.sleep(0.3)
    assert len(await works.ends()) == 1


async def test_a_job_that_nobody_waits_for_any_more_is_dropped_unread(works: Works) -> None:
    await works.opens()
    await works.bot.do("d", c.Withdraw, "stop", reason="moved", moderator="mo")
    works.starts("a", models := Models())
    await works.until_idle()
    assert models.jobs == []


async def test_a_job_that_ends_while_it_is_worked_on_is_let_go(works: Works) -> None:
    await works.opens()
    works.starts("a", models := Models(waits=True))
    await models.begun.wait()
    await works.bot.do("d", c.Withdraw, "stop", reason="moved", moderator="mo")
    async with asyncio.timeout(PATIENCE):
        await models.let_go.wait()
    await works.until_idle()


async def test_a_worker_told_to_stop_gives_its_job_back_at_once(works: Works) -> None:
    await works.opens()
    works.starts("leaves", models := Models(waits=True))
    await models.begun.wait()
    await works.stops("leaves")
    async with asyncio.timeout(PATIENCE / 2):  # and not only once the one that left has been silent for long
        assert await works.queue.take("stays") is not None
    assert "leaves" not in (await works.queue.health()).workers


async def test_an_error_of_the_models_ends_the_draft_and_the_next_one_can_begin(works: Works) -> None:
    await works.opens()
    works.starts("a", Models(refuses="decode_failed"))
    (ended,) = await works.ends()
    assert isinstance(ended, DraftingFailed)
    assert (ended.code, ended.parameters) == ("decode_failed", {"status": 1})


async def test_a_job_that_ends_its_workers_is_given_up(works: Works) -> None:
    await works.opens()
    for number in range(MOST_DELIVERED):
        job = await works.queue.take(f"w{number}")
        assert job is not None
        await works.queue.release(f"w{number}", job)
    works.starts("a", models := Models())
    (ended,) = await works.ends()
    assert (ended.code, ended.parameters) == ("worker_gave_up", {"tries": MOST_DELIVERED})
    assert models.jobs == []


async def test_a_store_that_fails_while_a_worker_reads_costs_no_draft(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that could not read the log took it that nobody waits, and put the job off the queue."""
    monkeypatch.setattr("bot.live.working.STORE_AGAIN", 0.05)
    await works.opens()
    log = RedisEventLog(works.connection)
    read, failures = log.read, [StoreFileError("redis_unreachable", place="here", reason="gone")] * 2

    async def fails_first(deliberation: str, after: int = 0) -> list[AnyEvent]:
        if failures:
            raise failures.pop()
        return await read(deliberation, after)

    monkeypatch.setattr(log, "read", fails_first)
    works.starts("a", Models(), log, silent_after=0.2)
    (ended,) = await works.ends()
    assert isinstance(ended, CandidatesDrafted)
    assert failures == []


async def test_the_bot_hears_of_a_result_as_soon_as_it_is_in_the_log(works: Works) -> None:
    heard = asyncio.Event()
    await works.opens()
    works.bot.on_change(lambda _: heard.set() if works.bot.state("d").standing else None)
    following = asyncio.create_task(works.bot.follow())
    await asyncio.sleep(0.1)
    other = Deliberations(works.log, clock)
    await other.load()
    works.starts("a", Models())
    await asyncio.wait_for(heard.wait(), PATIENCE)
    await end(following)
