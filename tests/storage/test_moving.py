"""A log moves to another kind of store and back, and nobody can tell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.deliberation.events import OpinionGiven
from storage.errors import StorageError, VersionConflictError
from storage.event_log import EventLog, Linked
from storage.export import export
from storage.moving import copy
from storage.redis_log import RedisEventLog
from storage.sqlite import SqliteEventLog
from tests.redis_server import RedisServer
from tests.storage.logged import opened, spoken


async def both(tmp_path: Path, server: RedisServer) -> tuple[EventLog, EventLog]:
    return await SqliteEventLog.open(tmp_path / "log.sqlite"), await RedisEventLog.open(server.emptied())


async def test_there_and_back_it_is_the_same_to_the_last_byte(tmp_path: Path, redis_server: RedisServer) -> None:
    files, redis = await both(tmp_path, redis_server)
    await files.append("d", 0, spoken(["At the library.", "ببيتنا"]).events)
    key = await files.secret_key("d")
    moved = await copy(files, redis, "d")
    back = await SqliteEventLog.open(tmp_path / "back.sqlite")
    assert await copy(redis, back, "d") == moved
    assert (moved.records, moved.head) == (3, (await files.records("d"))[-1][0].hash)
    assert await back.secret_key("d") == key
    await export(files, "d", tmp_path / "first.jsonl")
    await export(back, "d", tmp_path / "last.jsonl")
    assert (tmp_path / "first.jsonl").read_bytes() == (tmp_path / "last.jsonl").read_bytes()
    for log in (files, redis, back):
        await log.close()


async def test_what_was_forgotten_stays_forgotten_and_can_still_be_forgotten(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    files, redis = await both(tmp_path, redis_server)
    await files.append("d", 0, spoken(["one", "two", "three"]).events)
    await files.erase("d", ["m0"])
    await files.forget_key("d")
    await copy(files, redis, "d")
    assert await redis.known_key("d") is None
    assert await redis.erase("d", ["m1"]) == 1
    said = [event.text.value for event in await redis.read("d") if isinstance(event, OpinionGiven)]
    assert said == [None, None, "three"]
    await files.close()
    await redis.close()


async def test_copied_again_it_takes_what_is_new(tmp_path: Path, redis_server: RedisServer) -> None:
    files, redis = await both(tmp_path, redis_server)
    events = spoken(["one", "two"]).events
    await files.append("d", 0, events[:2])
    await copy(files, redis, "d")
    await files.append("d", 2, events[2:])
    assert (await copy(files, redis, "d")).records == 3
    assert await redis.append("d", 3, spoken(["one", "two", "three"]).events[3:]) == 4
    await files.close()
    await redis.close()


async def test_another_deliberation_of_that_name_is_not_touched(tmp_path: Path, redis_server: RedisServer) -> None:
    files, redis = await both(tmp_path, redis_server)
    await files.append("d", 0, spoken(["one"]).events)
    await redis.append("d", 0, opened(rounds=1).events)
    for source, target in ((files, redis), (redis, files)):
        before = await target.records("d")
        with pytest.raises(VersionConflictError):
            await copy(source, target, "d")
        assert await target.records("d") == before
    await files.close()
    await redis.close()


@pytest.mark.parametrize("back", [False, True])
async def test_copied_again_it_takes_along_what_was_forgotten_since(
    tmp_path: Path, redis_server: RedisServer, back: bool
) -> None:
    first, second = await both(tmp_path, redis_server)
    source, target = (second, first) if back else (first, second)
    await source.append("d", 0, spoken(["one", "two"]).events)
    await source.secret_key("d")
    assert (await copy(source, target, "d")).forgotten == 0
    await source.erase("d", ["m0"])
    await source.forget_key("d")
    moved = await copy(source, target, "d")
    assert (moved.forgotten, moved.values, moved.only_in_source) == (1, 1, 0)
    said = [event.text.value for event in await target.read("d") if isinstance(event, OpinionGiven)]
    assert said == [None, "two"]
    assert await target.known_key("d") is None
    await source.close()
    await target.close()


async def test_what_was_forgotten_in_the_new_place_is_not_put_back(tmp_path: Path, redis_server: RedisServer) -> None:
    files, redis = await both(tmp_path, redis_server)
    await files.append("d", 0, spoken(["one", "two"]).events)
    await copy(files, redis, "d")
    await redis.erase("d", ["m0"])
    moved = await copy(files, redis, "d")
    assert (moved.forgotten, moved.values, moved.only_in_source) == (0, 1, 1)
    assert "one" in [event.text.value for event in await files.read("d") if isinstance(event, OpinionGiven)]
    await files.close()
    await redis.close()


async def test_a_copy_that_lost_a_value_on_the_way_is_said(tmp_path: Path, redis_server: RedisServer) -> None:
    files, redis = await both(tmp_path, redis_server)
    await files.append("d", 0, spoken(["one", "two"]).events)
    copy_in = redis.copy_in

    async def loses(deliberation: str, chain: Sequence[Linked], key: bytes | None) -> None:
        await copy_in(deliberation, [(record, side[1:]) for record, side in chain], key)

    redis.copy_in = loses
    with pytest.raises(StorageError) as differs:
        await copy(files, redis, "d")
    assert differs.value.code == "copy_differs"
    await files.close()
    await redis.close()
