"""A connection to Redis that may be trusted with ballots, and its errors as ours."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable
from typing import Any, Final, cast

import redis.asyncio
import redis.asyncio.cluster
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import (
    ClusterDownError,
    OutOfMemoryError,
    RedisClusterException,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from storage.errors import StorageError, StoreClosedError, StoreFileError, StoreFullError

logger = logging.getLogger("accord.storage")

RedisCluster: Any = cast("Any", redis.asyncio.cluster).RedisCluster
MOST_CONNECTIONS: Final = 64
TURN_SECONDS: Final = 30
"""How long a call waits for one of them; as long as a server is given to come back."""
SETTLED: Final = "accord:settled"
RETRIES: Final = 5
"""redis-py runs a call again after a timeout, so everything that is written must bear being written twice."""


class RedisConnection:
    """One pool of connections. `client` is redis-py's; what it is asked goes through `do`. Make it with `open`.

    `is_cluster`: the keys lie on several servers, so only those with the same hash tag can be asked about together.
    """

    def __init__(self, client: Any, place: str, *, syncs: bool, is_cluster: bool = False) -> None:
        self.client = client
        self.place = place
        self.is_cluster = is_cluster
        self._syncs = syncs
        self._closed = False

    @classmethod
    async def open(cls, url: str) -> RedisConnection:
        """Connect to `redis://[:password@]host[:port][/number]` (or `rediss://`, `unix://`), or to its Redis Cluster.

        Any node of a cluster will do: the server itself says that it is one, and where the others are.
        Raises `StoreFileError`: `redis_url` for what is no such address, `redis_unreachable`, and `redis_not_durable`
        for a server that could lose an acknowledged ballot: one without an append-only file, or one that writes it
        later and cannot be asked to wait for it (WAITAOF, Redis 7.2).
        """
        try:
            again = Retry(ExponentialWithJitterBackoff(base=0.1, cap=2.0), RETRIES)
            # One that waits for its turn: redis-py's usual pool refuses the hundred-and-first call at once.
            pool = cast("Any", redis.asyncio.BlockingConnectionPool).from_url(
                url, decode_responses=True, retry=again, max_connections=MOST_CONNECTIONS, timeout=TURN_SECONDS
            )
            client = cast("Any", redis.asyncio.Redis).from_pool(pool)
        except ValueError as problem:
            raise StoreFileError("redis_url") from problem
        place = _without_password(client)
        try:
            if await _is_cluster(client, place):
                await client.aclose()
                # Its nodes' pools do not wait, so they may be larger than anybody needs.
                client = RedisCluster.from_url(url, decode_responses=True, retry=again, max_connections=10_000)
                await _check_durable_cluster(client, place)
                return cls(client, place, syncs=False, is_cluster=True)
            return cls(client, place, syncs=await _check_durable(client, place))
        except BaseException:
            await client.aclose()
            raise

    async def do(self, answer: Awaitable[Any]) -> Any:
        """Wait for an answer. Raises `StorageError` where there is none, or the server refuses."""
        if self._closed:
            cast("Any", answer).close()
            raise StoreClosedError("store_closed")
        try:
            return await answer
        except (RedisConnectionError, RedisTimeoutError, RedisClusterException, ClusterDownError) as problem:
            raise StoreFileError("redis_unreachable", place=self.place, reason=str(problem)) from problem
        except ResponseError as problem:
            # redis-py takes the word OOM off the message of that error, and leaves MISCONF on the other. Redis 6 says
            # of both inside a script where in it they came up.
            if isinstance(problem, OutOfMemoryError) or re.search(r"(?:^|-)MISCONF |-OOM ", str(problem)):
                raise StoreFullError("store_full", path=self.place) from problem
            raise StorageError("redis_refused", place=self.place, reason=str(problem)) from problem
        except RedisError as problem:
            raise StorageError("redis_refused", place=self.place, reason=str(problem)) from problem

    async def settle(self) -> None:
        """Wait until what was written is on the disk, where the server does not see to that by itself."""
        if self._syncs:
            # WAITAOF waits for what its own connection wrote, and this may be another one of the pool than the one
            # that wrote: so it writes something itself first, which comes after that.
            asked = self.client.pipeline(transaction=False)
            asked.set(SETTLED, "")
            asked.execute_command("WAITAOF", 1, 0, 0)
            await self.do(asked.execute())

    async def rewrite(self) -> None:
        """Write the append-only file anew, so that deleted text is not in it; a server may forbid it."""
        for _ in range(50):
            try:
                if self.is_cluster:
                    await self.do(self.client.bgrewriteaof(target_nodes=self.client.get_nodes()))
                else:
                    await self.do(self.client.bgrewriteaof())
            except StorageError as problem:
                # One that is under way may have begun before the deletion: another must follow it.
                if "in progress" in str(problem):
                    await asyncio.sleep(0.1)
                    continue
                logger.warning("what was erased stays in Redis' append-only file until its next rewrite: %s", problem)
            return
        logger.warning("what was erased stays in Redis' append-only file until its next rewrite")

    async def close(self) -> None:
        """Let go of the connections."""
        self._closed = True
        await self.client.aclose()


async def _is_cluster(client: Any, place: str) -> bool:
    try:
        found = await client.info("cluster")
    except (RedisConnectionError, RedisTimeoutError) as problem:
        raise StoreFileError("redis_unreachable", place=place, reason=str(problem)) from problem
    except ResponseError:  # one that may not be asked; what is wrong with it is found next
        return False
    return int(found.get("cluster_enabled", 0)) == 1


async def _check_durable_cluster(client: Any, place: str) -> None:
    """Every server that takes writes must sync each of them: WAITAOF would have to be asked of the one that wrote."""
    try:
        asked = [
            await client.config_get(name, target_nodes=client.get_primaries()) for name in ("appendonly", "appendfsync")
        ]
    except (RedisConnectionError, RedisTimeoutError, RedisClusterException) as problem:
        raise StoreFileError("redis_unreachable", place=place, reason=str(problem)) from problem
    except ResponseError as problem:
        logger.warning("Redis does not tell whether it keeps what it acknowledges: %s", problem)
        return
    wanted = {"appendonly": "yes", "appendfsync": "always"}
    # Several servers answer by their names, a single one for itself.
    answers = [[one] if name in one else [*one.values()] for one, name in zip(asked, wanted, strict=True)]
    for (name, value), found in zip(wanted.items(), answers, strict=True):
        if any(one[name] != value for one in found):
            raise StoreFileError("redis_not_durable", place=place)


async def _check_durable(client: Any, place: str) -> bool:
    """Whether each write must be waited for by WAITAOF; raises where nothing would make it durable."""
    try:
        settings = {**await client.config_get("appendonly"), **await client.config_get("appendfsync")}
        version = str((await client.info("server")).get("redis_version", "0"))
    except (RedisConnectionError, RedisTimeoutError) as problem:
        raise StoreFileError("redis_unreachable", place=place, reason=str(problem)) from problem
    except ResponseError as problem:
        if str(problem).startswith(("NOAUTH", "WRONGPASS")):
            raise StoreFileError("redis_unreachable", place=place, reason=str(problem)) from problem
        logger.warning("Redis does not tell whether it keeps what it acknowledges: %s", problem)
        return False
    if settings.get("appendonly") == "yes":
        if settings.get("appendfsync") == "always":
            return False
        if tuple(int(part) for part in version.split(".")[:2]) >= (7, 2):
            return True
    raise StoreFileError("redis_not_durable", place=place)


def _without_password(client: Any) -> str:
    options = client.connection_pool.connection_kwargs
    return str(options.get("path") or f"{options.get('host', 'localhost')}:{options.get('port', 6379)}")


def entries_of(news: Any) -> list[Any]:
    """The entries of the one stream that was read, in either of redis-py's forms; none where nothing came."""
    if not news:
        return []
    if isinstance(news, dict):
        return next(iter(cast("dict[str, Any]", news).values()))[0]
    return cast("list[Any]", news[0][1])
