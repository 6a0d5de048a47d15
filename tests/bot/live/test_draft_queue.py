"""The queue between bots and workers, on a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import redis

from bot.live.draft_queue import DraftQueue
from engine.deliberation.drafts import Leaning
from storage.redis_connection import RedisConnection
from tests.redis_server import RedisServer


@pytest.fixture
async def queue(redis_server: RedisServer) -> AsyncIterator[DraftQueue]:
    connection = await RedisConnection.open(redis_server.emptied())
    yield DraftQueue(connection, silent_after=0.4)
    await connection.close()


async def test_each_job_goes_to_one_worker(queue: DraftQueue) -> None:
    for number in range(4):
        assert await queue.put("d", f"r{number}")
    taken = [await queue.take(worker) for worker in ("a", "b", "a", "b")]
    assert [job.draft for job in taken if job is not None] == ["r0", "r1", "r2", "r3"]
    assert (await queue.health()).running == 4


async def test_what_the_deployment_has_learnt_goes_with_the_job(queue: DraftQueue) -> None:
    leaning = Leaning(level=0.25, variance=0.04)
    await queue.put("d", "r1", leaning)
    await queue.put("d", "r2")
    taken = [await queue.take("a"), await queue.take("a")]
    assert [job.leaning for job in taken if job is not None] == [leaning, None]


async def test_a_job_put_twice_is_there_once_and_after_it_is_done_it_may_come_again(queue: DraftQueue) -> None:
    assert await queue.put("d", "r1")
    assert not await queue.put("d", "r1")
    job = await queue.take("a")
    assert job is not None
    assert not await queue.put("d", "r1")
    await queue.done(job)
    await queue.done(job)
    assert await queue.put("d", "r1")
    assert (await queue.health()).waiting == 1


async def test_a_silent_worker_loses_its_job_though_nothing_else_is_queued(queue: DraftQueue) -> None:
    await queue.put("d", "r1")
    first = await queue.take("dies")
    assert first is not None
    await asyncio.sleep(0.5)
    second = await queue.take("lives")
    assert second is not None
    assert (second.draft, second.delivered) == ("r1", 2)
    # Were it only slow, it hears that the job is another's and does not take it back.
    assert not await queue.keep("dies", first)
    assert await queue.keep("lives", second)


async def test_a_worker_that_is_heard_keeps_its_job_for_as_long_as_it_takes(queue: DraftQueue) -> None:
    await queue.put("d", "r1")
    job = await queue.take("slow")
    assert job is not None
    for _ in range(8):
        await asyncio.sleep(queue.beat)
        assert await queue.keep("slow", job)
    assert await queue.take("other") is None


async def test_a_job_that_is_given_back_is_taken_at_once(queue: DraftQueue) -> None:
    await queue.put("d", "r1")
    job = await queue.take("leaves")
    assert job is not None
    await queue.release("leaves", job)
    again = await queue.take("stays")
    assert again is not None
    assert again.draft == "r1"


async def test_a_job_that_was_done_while_its_first_worker_slept_does_not_come_again(queue: DraftQueue) -> None:
    await queue.put("d", "r1")
    first = await queue.take("sleeps")
    await asyncio.sleep(0.5)
    second = await queue.take("works")
    assert first is not None
    assert second is not None
    await queue.done(second)
    assert await queue.take("sleeps") is None
    await queue.done(first)
    health = await queue.health()
    assert (health.waiting, health.running) == (0, 0)


async def test_the_queue_says_how_long_it_is_how_old_and_who_works(queue: DraftQueue) -> None:
    await queue.put("d", "r1")
    await queue.put("d", "r2")
    await queue.take("a")
    await queue.heard("a", "bundled", "drafting", 3, 1)
    await asyncio.sleep(0.05)
    health = await queue.health()
    assert (health.waiting, health.running) == (1, 1)
    assert 0.05 <= health.oldest < 5
    assert (health.alive["a"].done, health.alive["a"].failed, health.alive["a"].doing) == (3, 1, "drafting")
    await queue.left("a")
    assert not (await queue.health()).workers


async def test_what_lies_in_the_queue_holds_no_words_and_no_pickle(
    queue: DraftQueue, redis_server: RedisServer
) -> None:
    await queue.put("d", "r1")
    client: Any = redis.Redis(port=redis_server.port)
    ((_, fields),) = client.xrange("{accord:jobs}")
    client.close()
    assert fields == {b"deliberation": b"d", b"draft": b"r1"}


async def test_a_queue_that_was_emptied_under_way_goes_on(queue: DraftQueue, redis_server: RedisServer) -> None:
    await queue.put("d", "r1")
    job = await queue.take("a")
    assert job is not None
    redis_server.emptied()
    assert not await queue.keep("a", job)
    await queue.done(job)
    assert await queue.put("d", "r1")
    assert await queue.take("a") is not None
