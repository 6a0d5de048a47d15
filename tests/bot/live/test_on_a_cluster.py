"""The queue, the notes and a worker on a Redis Cluster, where no script may touch keys of two slots."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from engine.deliberation.events import CandidatesDrafted
from tests.bot.live.test_working import Models, Works, works_on
from tests.redis_cluster import RedisTrio


@pytest.fixture
async def works(redis_cluster: RedisTrio) -> AsyncGenerator[Works]:
    async with works_on(redis_cluster.emptied()) as works:
        yield works


async def test_when_a_worker_dies_another_does_its_job(works: Works) -> None:
    await works.opens()
    works.starts("dies", stuck := Models(waits=True))
    await stuck.begun.wait()
    works.dies("dies")
    works.starts("lives", Models(), silent_after=0.4)
    (ended,) = await works.ends()
    assert isinstance(ended, CandidatesDrafted)
    assert (await works.queue.health()).waiting == 0


async def test_a_worker_told_to_stop_gives_its_job_back(works: Works) -> None:
    await works.opens()
    works.starts("leaves", models := Models(waits=True))
    await models.begun.wait()
    await works.stops("leaves")
    assert await works.queue.take("stays") is not None
    assert "leaves" not in (await works.queue.health()).workers


async def test_of_two_processes_one_gets_a_lease_and_notes_are_found_by_their_beginning(works: Works) -> None:
    claims = [await works.notebook.claim("poll/1", now, 1000) for now in (0, 10, 2000)]
    assert claims == [True, False, True]
    await works.notebook.put("person/d/1", 1)
    assert await works.notebook.all("person/") == {"d/1": 1}
    await works.notebook.drop_all("person/d/")
    assert await works.notebook.all("person/") == {}
