"""What every store must do; a second backend joins by being added to `stores`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.deliberation import commands as c
from engine.deliberation.events import OpinionGiven
from storage.errors import VersionConflictError
from storage.event_log import EventLog
from storage.pseudonyms import pseudonym
from storage.redis_log import RedisEventLog
from storage.sqlite import SqliteEventLog
from tests.redis_cluster import RedisTrio
from tests.redis_server import RedisServer
from tests.storage.logged import opened, spoken


@pytest.fixture(params=["sqlite", "redis", "cluster"])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EventLog]:
    store: EventLog
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        store = await RedisEventLog.open(server.emptied())
    elif request.param == "cluster":
        cluster: RedisTrio = request.getfixturevalue("redis_cluster")
        store = await RedisEventLog.open(cluster.emptied())
    else:
        store = await SqliteEventLog.open(tmp_path / "log.sqlite")
    yield store
    await store.close()


async def test_what_was_appended_is_read_back_as_it_was(log: EventLog) -> None:
    events = spoken(["At the library.", "ببيتنا", "👍"]).events
    assert await log.append("d", 0, events) == len(events)
    assert await log.read("d") == list(events)
    assert await log.read("d", after=2) == list(events[2:])
    assert await log.list() == {"d": len(events)}


async def test_the_second_of_two_writers_at_one_version_loses_and_nothing_of_it_stays(log: EventLog) -> None:
    script = opened()
    await log.append("d", 0, script.events)
    first = spoken(["one"]).events[1:]
    await log.append("d", 1, first)
    with pytest.raises(VersionConflictError) as conflict:
        await log.append("d", 1, spoken(["two"]).events[1:])
    assert conflict.value.parameters == {"deliberation": "d", "expected": 1, "found": 2}
    assert await log.read("d", after=1) == list(first)


async def test_a_repeated_append_finds_its_own_events_and_changes_nothing(log: EventLog) -> None:
    events = spoken(["one", "two"]).events
    assert await log.append("d", 0, events) == 3
    assert await log.append("d", 0, events) == 3
    assert await log.append("d", 1, events[1:2]) == 2
    assert len(await log.read("d")) == 3


async def test_a_log_cannot_be_continued_from_a_version_that_it_does_not_have(log: EventLog) -> None:
    with pytest.raises(VersionConflictError):
        await log.append("d", 5, opened().events)


async def test_many_writers_at_once_lose_and_double_nothing(log: EventLog) -> None:
    await log.append("d", 0, opened().events)

    async def speak(number: int) -> None:
        while True:
            version = (await log.list())["d"]
            script = opened()
            script.name = f"w{number}"
            event = script.do(c.GiveOpinion, member=f"m{number}", text=f"opinion {number}")
            try:
                await log.append("d", version, event)
            except VersionConflictError:
                continue
            return

    await asyncio.gather(*(speak(number) for number in range(24)))
    said = [event.member for event in await log.read("d") if isinstance(event, OpinionGiven)]
    assert sorted(said) == sorted(f"m{number}" for number in range(24))


async def test_following_shows_old_and_new_events_once_and_in_order(log: EventLog) -> None:
    events = spoken(["one", "two", "three"]).events
    await log.append("d", 0, events[:2])
    seen: list[int] = []

    async def follow() -> None:
        async for logged in log.follow("d"):
            seen.append(logged.version)
            if logged.version == len(events):
                return

    follower = asyncio.create_task(follow())
    await asyncio.sleep(0.05)
    await log.append("d", 2, events[2:])
    await asyncio.wait_for(follower, 10)
    assert seen == [1, 2, 3, 4]


async def test_erasing_a_person_leaves_a_chain_that_still_links_and_words_that_are_gone(log: EventLog) -> None:
    await log.append("d", 0, spoken(["secret words", "other words"]).events)
    before = [record for record, _ in await log.records("d")]
    assert await log.erase("d", ["m0"]) == 1
    assert [record for record, _ in await log.records("d")] == before
    given = [event for event in await log.read("d") if isinstance(event, OpinionGiven)]
    assert given[0].text.erased
    assert given[1].text.value == "other words"
    assert await log.erase("d", ["m0"]) == 0


async def test_each_deliberation_has_its_own_key_that_stays(log: EventLog) -> None:
    key = await log.secret_key("a")
    assert key == await log.secret_key("a")
    assert key != await log.secret_key("b")
    assert len(key) == 32
    await log.forget_key("a")
    assert await log.secret_key("a") != key


def test_pseudonyms_are_stable_and_do_not_link_speaking_to_voting_or_two_deliberations() -> None:
    speaking = pseudonym(b"k" * 32, "ada", "member")
    assert speaking == pseudonym(b"k" * 32, "ada", "member")
    others = {pseudonym(b"k" * 32, "ada", "voter"), pseudonym(b"l" * 32, "ada", "member")}
    assert speaking[1:] not in {other[1:] for other in others}


async def test_whoever_wants_to_know_is_told_which_deliberation_got_longer(log: EventLog) -> None:
    await log.append("old", 0, opened("old").events)
    told: list[str] = []

    async def listen() -> None:
        async for name in log.changed():
            told.append(name)
            if {"new", "old"} <= set(told):
                return

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.2)
    assert told == []
    await log.append("new", 0, opened("new").events)
    await log.append("old", 1, spoken(["one"], "old").events[1:])
    await asyncio.wait_for(listening, 10)
