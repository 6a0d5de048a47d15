"""What only Redis can do wrong: lose what it acknowledged, run a write twice, keep what was forgotten."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from engine.deliberation.events import OpinionGiven
from storage.errors import StorageError, StoreFileError, StoreFullError, VersionConflictError
from storage.export import export, read_events
from storage.redis_log import RedisEventLog
from storage.verify import verify
from tests.redis_server import RedisServer
from tests.storage.logged import opened, spoken


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """One that a test may kill."""
    started = RedisServer(tmp_path).start()
    yield started
    started.kill()


async def test_what_was_acknowledged_survives_a_power_cut(server: RedisServer) -> None:
    log = await RedisEventLog.open(server.url)
    events = spoken([f"opinion {number}" for number in range(20)]).events
    for version, event in enumerate(events):
        await log.append("d", version, [event])
    await log.close()
    server.kill()
    server.start()
    log = await RedisEventLog.open(server.url)
    assert await log.read("d") == list(events)
    await log.close()


async def test_an_append_that_the_client_library_repeats_is_there_once(redis_server: RedisServer) -> None:
    log = await RedisEventLog.open(redis_server.emptied())
    events = spoken(["one", "two"]).events
    write = log._write  # pyright: ignore[reportPrivateUsage]

    async def twice(*arguments: Any) -> Any:
        # What redis-py does when the first answer is lost on the way.
        await write(*arguments)
        return await write(*arguments)

    log._write = twice  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
    assert await log.append("d", 0, events) == 3
    assert await log.read("d") == list(events)
    await log.close()


async def test_a_server_that_hangs_for_longer_than_the_timeout_loses_and_doubles_nothing(server: RedisServer) -> None:
    log = await RedisEventLog.open(server.url + "?socket_timeout=0.3")
    await log.append("d", 0, opened().events)
    server.freeze()
    appending = asyncio.create_task(log.append("d", 1, spoken(["one"]).events[1:]))
    await asyncio.sleep(0.5)
    server.thaw()
    assert await appending == 2
    assert await log.list() == {"d": 2}
    await log.close()


async def test_a_full_disk_ends_redis_and_loses_nothing_that_it_acknowledged(server: RedisServer) -> None:
    """With `appendfsync always` Redis ends itself where it cannot write; a half-written end is cut off at its start."""
    log = await RedisEventLog.open(server.url)
    events = spoken([f"opinion {number} " + "x" * 300 for number in range(40)]).events
    acknowledged = await log.append("d", 0, events[:2])
    server.fills(left=8_000)
    with contextlib.suppress(StorageError):
        while acknowledged < len(events):
            acknowledged = await log.append("d", acknowledged, [events[acknowledged]])
    assert 2 <= acknowledged < len(events)
    assert server.ended_by_itself() == 1
    await log.close()
    server.start()  # with room again
    log = await RedisEventLog.open(server.url)
    kept = await log.read("d")
    assert kept == list(events[: len(kept)])
    # One more than was acknowledged may be there, if the write went through and only its answer was lost.
    assert len(kept) in (acknowledged, acknowledged + 1)
    assert await log.append("d", len(kept), events[len(kept) :]) == len(events)
    await log.close()


async def test_a_full_memory_refuses_writes_in_words_and_keeps_what_is_there(server: RedisServer) -> None:
    log = await RedisEventLog.open(server.url)
    await log.append("d", 0, opened().events)
    client: Any = redis.Redis(port=server.port)
    client.config_set("maxmemory", 1)
    with pytest.raises(StoreFullError) as full:
        await log.append("d", 1, spoken(["aardvark"]).events[1:])
    assert (full.value.code, "aardvark" in str(full.value)) == ("store_full", False)
    assert await log.list() == {"d": 1}
    client.config_set("maxmemory", 0)
    assert await log.append("d", 1, spoken(["aardvark"]).events[1:]) == 2
    client.close()
    await log.close()


async def test_hundreds_of_calls_at_once_take_turns(redis_server: RedisServer) -> None:
    log = await RedisEventLog.open(redis_server.emptied())
    names = [f"d{number}" for number in range(300)]
    assert await asyncio.gather(*(log.append(name, 0, opened(name).events) for name in names)) == [1] * 300
    await log.close()


async def test_two_writers_in_two_processes_cannot_take_the_same_version(redis_server: RedisServer) -> None:
    url = redis_server.emptied()
    first, second = await RedisEventLog.open(url), await RedisEventLog.open(url)
    await first.append("d", 0, opened().events)
    attempts = [
        log.append("d", 1, spoken([f"from {number}"]).events[1:]) for number, log in enumerate([first, second] * 10)
    ]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    # The same writer's own repetitions count as the same append.
    assert {type(outcome) for outcome in outcomes} == {int, VersionConflictError}
    assert await first.list() == {"d": 2}
    await first.close()
    await second.close()


async def test_forgotten_words_are_not_on_the_disk_any_more(server: RedisServer) -> None:
    log = await RedisEventLog.open(server.url)
    await log.append("d", 0, spoken(["unmistakable words", "other words"]).events)
    assert b"unmistakable words" in server.files()
    await log.erase("d", ["m0"])
    assert b"unmistakable words" not in server.files()
    assert b"other words" in server.files()
    await log.close()


async def test_everyone_is_told_of_every_deliberation(redis_server: RedisServer) -> None:
    log = await RedisEventLog.open(redis_server.emptied())
    await log.append("old", 0, opened("old").events)
    seen: list[tuple[str, int]] = []

    async def follow() -> None:
        async for logged in log.follow():
            seen.append((logged.deliberation, logged.version))
            if len(seen) == 4:
                return

    follower = asyncio.create_task(follow())
    await asyncio.sleep(0.1)
    await log.append("new", 0, spoken(["one", "two"]).events)
    await asyncio.wait_for(follower, 10)
    assert seen == [("old", 1), ("new", 1), ("new", 2), ("new", 3)]
    await log.close()


async def test_a_log_moves_out_of_redis_as_it_is(redis_server: RedisServer, tmp_path: Path) -> None:
    log = await RedisEventLog.open(redis_server.emptied())
    events = spoken(["one", "two"]).events
    await log.append("d", 0, events)
    await export(log, "d", tmp_path / "d.jsonl")
    await log.close()
    assert verify(tmp_path / "d.jsonl").records == 3
    given = [event for event in read_events(tmp_path / "d.jsonl") if isinstance(event, OpinionGiven)]
    assert [event.text.value for event in given] == ["one", "two"]


async def test_a_server_that_may_lose_ballots_is_refused(tmp_path: Path) -> None:
    for settings in (("--appendonly", "no"), ("--appendonly", "yes", "--appendfsync", "everysec")):
        server = RedisServer(tmp_path, *settings).start()
        client: Any = redis.Redis(port=server.port)
        version = tuple(int(part) for part in client.info("server")["redis_version"].split(".")[:2])
        client.close()
        try:
            if settings[1] == "yes" and version >= (7, 2):
                await (await RedisEventLog.open(server.url)).close()  # it can be asked to wait for the disk
                continue
            with pytest.raises(StoreFileError) as refused:
                await RedisEventLog.open(server.url)
            assert refused.value.code == "redis_not_durable"
        finally:
            server.kill()


async def test_no_address_and_no_server_are_said_without_the_password() -> None:
    with pytest.raises(StorageError) as refused:
        await RedisEventLog.open("somewhere")
    assert refused.value.code == "redis_url"
    with pytest.raises(StorageError) as refused:
        await RedisEventLog.open("redis://:hunter2@127.0.0.1:1/0?socket_connect_timeout=0.2")
    assert refused.value.code == "redis_unreachable"
    assert "hunter2" not in str(refused.value.parameters)
