"""The bot's notes in Redis, for several processes: one hash, which holds the leases too."""

from __future__ import annotations

import json
from typing import Any, Final

from storage.redis_connection import RedisConnection

NOTES = "accord:notes"
AT_ONCE: Final = 1_000

_CLAIM = """
local until_then = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if until_then > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
"""


class RedisNotebook:
    """A `Notebook` on a connection that the log uses too; whoever opened that closes it."""

    def __init__(self, connection: RedisConnection) -> None:
        self._client = connection.client
        self._connection = connection
        self._claim_script = self._client.register_script(_CLAIM)

    async def get(self, key: str) -> Any:
        """Implement `Notebook.get`."""
        found = await self._connection.do(self._client.hget(NOTES, key))
        return None if found is None else json.loads(found)

    async def put(self, key: str, value: Any) -> None:
        """Implement `Notebook.put`."""
        await self._connection.do(self._client.hset(NOTES, key, json.dumps(value)))
        await self._connection.settle()

    async def drop(self, key: str) -> None:
        """Implement `Notebook.drop`."""
        await self._connection.do(self._client.hdel(NOTES, key))
        await self._connection.settle()

    async def forget(self, *keys: str) -> None:
        """Implement `Notebook.forget`."""
        if keys and await self._connection.do(self._client.hdel(NOTES, *keys)):
            await self._connection.settle()
            await self._connection.rewrite()

    async def drop_all(self, prefix: str) -> None:
        """Implement `Notebook.drop_all`."""
        await self.forget(*(prefix + rest for rest in await self.all(prefix)))

    async def all(self, prefix: str) -> dict[str, Any]:
        """Implement `Notebook.all`."""
        found: dict[str, Any] = {}
        cursor = 0
        while True:
            pattern = "".join(f"[{sign}]" if sign in "*?[" else sign for sign in prefix.replace("\\", "\\\\")) + "*"
            cursor, some = await self._connection.do(self._client.hscan(NOTES, cursor, match=pattern, count=AT_ONCE))
            found |= {key[len(prefix) :]: json.loads(value) for key, value in some.items()}
            if int(cursor) == 0:
                return dict(sorted(found.items()))

    async def claim(self, what: str, now: int, milliseconds: int) -> bool:
        """Implement `Notebook.claim`. An answer that was lost on the way costs the lease's time, never a second go."""
        taken = await self._connection.do(
            self._claim_script(keys=[NOTES], args=[f"claim/{what}", now, now + milliseconds])
        )
        await self._connection.settle()
        return bool(taken)

    async def close(self) -> None:
        """Implement `Notebook.close`."""
