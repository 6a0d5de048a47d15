"""What a cluster adds to one Redis: several servers, each of which must keep what it acknowledged, and may be away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import redis

from storage.errors import StoreFileError
from storage.redis_connection import RedisConnection
from storage.redis_log import RedisEventLog
from tests.redis_cluster import RedisTrio
from tests.storage.logged import spoken


async def test_deliberations_lie_on_all_servers_and_each_on_one(redis_cluster: RedisTrio) -> None:
    log = await RedisEventLog.open(redis_cluster.emptied())
    names = [f"d{number}" for number in range(24)]
    for name in names:
        await log.append(name, 0, spoken(["one", "two"], name).events)
        await log.secret_key(name)
    assert await log.list() == dict.fromkeys(names, 3)
    # Each has its stream, values, key and two owners; beside them there are the names and the feed.
    assert sum(redis_cluster.counts()) == 5 * len(names) + 2
    assert all(count >= 5 for count in redis_cluster.counts())
    await log.close()


async def test_one_server_that_could_lose_what_it_acknowledged_is_refused(redis_cluster: RedisTrio) -> None:
    url, last = redis_cluster.emptied(), redis_cluster.servers[-1]
    client: Any = redis.Redis(port=last.port)
    client.config_set("appendfsync", "everysec")
    try:
        with pytest.raises(StoreFileError) as refused:
            await RedisConnection.open(url)
    finally:
        client.config_set("appendfsync", "always")
        client.close()
    assert refused.value.code == "redis_not_durable"


async def test_a_forgotten_persons_words_leave_the_files_of_every_server(redis_cluster: RedisTrio) -> None:
    log = await RedisEventLog.open(redis_cluster.emptied())
    for number in range(6):
        await log.append(f"d{number}", 0, spoken(["aardvark", "and more"], f"d{number}").events)
    assert sum(b"aardvark" in server.files() for server in redis_cluster.servers) > 1
    for number in range(6):
        assert await log.erase(f"d{number}", ["m0"]) == 1
    for server in redis_cluster.servers:
        client: Any = redis.Redis(port=server.port)
        while (
            client.info("persistence")["aof_rewrite_in_progress"] or client.info("persistence")["aof_rewrite_scheduled"]
        ):
            pass
        client.close()
    assert not any(b"aardvark" in server.files() for server in redis_cluster.servers)
    await log.close()


async def test_while_a_server_is_away_its_deliberations_are_an_error_and_others_go_on(tmp_path: Path) -> None:
    cluster = RedisTrio(tmp_path, "--cluster-require-full-coverage", "no").start()
    try:
        log = await RedisEventLog.open(cluster.url + "?socket_timeout=0.5&socket_connect_timeout=0.5")
        lies_on: dict[int, str] = {}  # one deliberation by the server that its slot is on
        for number in range(30):
            before = cluster.counts()
            await log.secret_key(f"d{number}")
            changed = [at for at, (was, now) in enumerate(zip(before, cluster.counts(), strict=True)) if was != now]
            lies_on.setdefault(changed[0], f"d{number}")
        events = spoken(["one"], "x").events
        for name in lies_on.values():
            await log.append(name, 0, spoken(["one"], name).events)
        cluster.servers[2].kill()
        with pytest.raises(StoreFileError) as away:
            await log.read(lies_on[2])
        assert away.value.code == "redis_unreachable"
        assert len(await log.read(lies_on[0])) == len(await log.read(lies_on[1])) == len(events)
        cluster.servers[2].start()
        cluster.gathers()
        assert len(await log.read(lies_on[2])) == len(events)
        await log.close()
    finally:
        cluster.kill()
