"""The store for many processes: one Redis stream per deliberation, written by one atomic script.

All keys of a deliberation share a hash tag, so they lie in one slot of a Redis Cluster:

    accord:{name}:log           stream; entry `version-0` holds a record and its hash
    accord:{name}:side          hash; commitment -> personal value
    accord:{name}:owner:<who>   set; the commitments of one pseudonym, so that forgetting finds them
    accord:{name}:key           the deliberation's secret key
    accord:deliberations        set; every name (its own slot; written before the first record)
    accord:feed                 stream, bounded; names of what was appended to: lossy, so followers also look

XADD alone is no compare-and-append: it only wants an id that is larger. The script compares the last version and its
hash first. Run again it finds its own records and changes nothing, so redis-py may repeat it after a timeout.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from redis.exceptions import NoScriptError, RedisError

from engine.deliberation.events import AnyEvent
from engine.deliberation.sealed import canonical_json
from storage.chain import Record, SideValue, event_of, genesis, link_all
from storage.errors import VersionConflictError
from storage.event_log import Linked, Logged
from storage.redis_connection import RedisConnection, entries_of

NAMES, FEED = "accord:deliberations", "accord:feed"
FEED_LENGTH: Final = 10_000
WAIT_MILLISECONDS: Final = 2_000
"""How long a follower waits for news before it looks by itself; below redis-py's socket timeout of 5 s."""
AT_ONCE: Final = 1_000
"""Records per read, so that a long log does not block the server for others."""

_APPEND = """
local wanted = cjson.decode(ARGV[1])
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local found, head = 0, wanted.genesis
if last then
  found = tonumber(string.match(last[1], '^%d+'))
  head = last[2][2]
end
if found ~= wanted.expected then
  for _, record in ipairs(wanted.records) do
    local there = redis.call('XRANGE', KEYS[1], record.id, record.id)[1]
    if not there or there[2][2] ~= record.hash then return {0, found} end
  end
  return {1, found}
end
if head ~= wanted.previous then return {0, found} end
for _, value in ipairs(wanted.side) do
  redis.call('HSETNX', KEYS[2], value[1], value[2])
end
for _, owned in ipairs(wanted.owned) do
  redis.call('SADD', KEYS[2 + owned[1]], owned[2])
end
for _, record in ipairs(wanted.records) do
  redis.call('XADD', KEYS[1], record.id, 'hash', record.hash, 'body', record.body)
end
return {2, wanted.expected + #wanted.records}
"""

_ERASE = """
local erased = 0
for at = 2, #KEYS do
  for _, commitment in ipairs(redis.call('SMEMBERS', KEYS[at])) do
    erased = erased + redis.call('HDEL', KEYS[1], commitment)
  end
  redis.call('DEL', KEYS[at])
end
return erased
"""


class RedisEventLog:
    """An `EventLog` in Redis 6.2 or newer. Make it with `open`, or on a connection that others use too."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection
        self._client = connection.client
        self._do = connection.do
        self._append_script = self._client.register_script(_APPEND)
        self._erase_script = self._client.register_script(_ERASE)

    @classmethod
    async def open(cls, url: str) -> RedisEventLog:
        """Connect to a server. Raises `StoreFileError` as `RedisConnection.open` does."""
        return cls(await RedisConnection.open(url))

    async def append(self, deliberation: str, expected_version: int, events: Sequence[AnyEvent]) -> int:
        """Implement `EventLog.append`."""
        if not events:
            return expected_version
        log = _key(deliberation, "log")
        previous = genesis(deliberation)
        if expected_version:
            there = await self._do(self._client.xrange(log, _entry(expected_version), _entry(expected_version)))
            if not there:
                raise await self._conflict(deliberation, expected_version)
            previous = str(there[0][1]["hash"])
        else:
            await self._do(self._client.sadd(NAMES, deliberation))
        return await self._append(deliberation, link_all(deliberation, expected_version, previous, events))

    async def _append(self, deliberation: str, linked: Sequence[Linked]) -> int:
        """Append records that follow each other, where the first one's predecessor is the last one there."""
        first, last = linked[0][0], linked[-1][0]
        side = [value for _, values in linked for value in values]
        owners = sorted({owner for value in side for owner in value.owners})
        wanted = {
            "expected": first.version - 1,
            "genesis": genesis(deliberation),
            "previous": first.previous,
            "records": [
                {"id": _entry(record.version), "hash": record.hash, "body": record.model_dump_json()}
                for record, _ in linked
            ],
            "side": [[value.commitment, value.model_dump_json()] for value in side],
            "owned": [[owners.index(owner) + 1, value.commitment] for value in side for owner in value.owners],
        }
        log = _key(deliberation, "log")
        keys = [log, _key(deliberation, "side"), *(_key(deliberation, f"owner:{owner}") for owner in owners)]
        outcome, found = await self._do(self._write(deliberation, keys, canonical_json(wanted)))
        if not outcome:
            raise VersionConflictError(
                "version_conflict", deliberation=deliberation, expected=first.version - 1, found=int(found)
            )
        await self._connection.settle()
        return last.version

    async def _write(self, deliberation: str, keys: list[str], wanted: bytes) -> Any:
        """The script's answer; what it wrote and the wake-up for followers go in one call, and so in one sync."""
        if self._connection.is_cluster:
            written = await self._append_script(keys=keys, args=[wanted])
            with contextlib.suppress(RedisError):  # The feed may lie on another server, which may be away.
                await _tell(self._client, deliberation)
            return written
        while True:
            asked = self._client.pipeline(transaction=False)
            asked.evalsha(self._append_script.sha, len(keys), *keys, wanted)
            _tell(asked, deliberation)
            # Not raised by redis-py, which would put the words of the call into the error.
            written, _ = await asked.execute(raise_on_error=False)
            if not isinstance(written, NoScriptError):
                break
            await self._client.script_load(_APPEND)
        if isinstance(written, Exception):
            raise written
        return written

    async def read(self, deliberation: str, after: int = 0) -> list[AnyEvent]:
        """Implement `EventLog.read`."""
        return [logged.event for logged in await self._events(deliberation, after)]

    async def records(self, deliberation: str) -> list[tuple[Record, tuple[SideValue, ...]]]:
        """Implement `EventLog.records`."""
        return await self._records(deliberation, 0)

    async def list(self) -> dict[str, int]:
        """Implement `EventLog.list`."""
        names = sorted(await self._do(self._client.smembers(NAMES)))
        found: dict[str, int] = {}
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            asked = self._client.pipeline(transaction=False)
            for name in some:
                asked.xrevrange(_key(name, "log"), "+", "-", 1)
            lasts = await self._do(asked.execute())
            found |= {name: _version_of(last) for name, last in zip(some, lasts, strict=True) if last}
        return found

    async def follow(self, deliberation: str | None = None, after: int = 0) -> AsyncIterator[Logged]:
        """Implement `EventLog.follow`."""
        seen: dict[str, int] = {} if deliberation is None else {deliberation: after}
        heard = "0-0"
        stream = FEED if deliberation is None else _key(deliberation, "log")
        if deliberation is None:
            newest = await self._do(self._client.xrevrange(FEED, "+", "-", 1))
            heard = newest[0][0] if newest else heard
        while True:
            versions = await self.list() if deliberation is None else {deliberation: await self._version(deliberation)}
            for name, version in versions.items():
                if version > seen.get(name, 0):
                    for logged in await self._events(name, seen.get(name, 0)):
                        seen[name] = logged.version
                        yield logged
            start = heard if deliberation is None else _entry(seen[deliberation])
            news = await self._do(self._client.xread({stream: start}, block=WAIT_MILLISECONDS))
            if news and deliberation is None:
                heard = entries_of(news)[-1][0]

    async def changed(self) -> AsyncIterator[str]:
        """Implement `EventLog.changed`."""
        newest = await self._do(self._client.xrevrange(FEED, "+", "-", 1))
        heard = newest[0][0] if newest else "0-0"
        while True:
            news = entries_of(await self._do(self._client.xread({FEED: heard}, block=WAIT_MILLISECONDS)))
            heard = news[-1][0] if news else heard
            for name in dict.fromkeys(fields["name"] for _, fields in news):
                yield name

    async def erase(self, deliberation: str, owners: Sequence[str]) -> int:
        """Implement `EventLog.erase`. The append-only file is rewritten; backups of it cannot be recalled."""
        if not owners:
            return 0
        keys = [_key(deliberation, "side"), *(_key(deliberation, f"owner:{owner}") for owner in owners)]
        erased = int(await self._do(self._erase_script(keys=keys)))
        await self._connection.settle()
        if erased:
            await self._connection.rewrite()
        return erased

    async def secret_key(self, deliberation: str) -> bytes:
        """Implement `EventLog.secret_key`."""
        key = _key(deliberation, "key")
        await self._do(self._client.set(key, secrets.token_hex(32), nx=True))
        found = await self._do(self._client.get(key))
        await self._connection.settle()
        return bytes.fromhex(found)

    async def forget_key(self, deliberation: str) -> None:
        """Implement `EventLog.forget_key`."""
        if await self._do(self._client.delete(_key(deliberation, "key"))):
            await self._connection.settle()
            await self._connection.rewrite()

    async def known_key(self, deliberation: str) -> bytes | None:
        """Implement `EventLog.known_key`."""
        found = await self._do(self._client.get(_key(deliberation, "key")))
        return None if found is None else bytes.fromhex(found)

    async def copy_in(self, deliberation: str, chain: Sequence[Linked], key: bytes | None) -> None:
        """Implement `EventLog.copy_in`."""
        here = await self._version(deliberation)
        there = await self._do(self._client.xrange(_key(deliberation, "log"), _entry(here), _entry(here)))
        known = await self.known_key(deliberation)
        same = here <= len(chain) and (not here or str(there[0][1]["hash"]) == chain[here - 1][0].hash)
        if not same or (known is not None and key is not None and known != key):
            raise VersionConflictError("version_conflict", deliberation=deliberation, expected=len(chain), found=here)
        if key is not None:
            await self._do(self._client.set(_key(deliberation, "key"), key.hex()))
        await self._do(self._client.sadd(NAMES, deliberation))
        for start in range(here, len(chain), AT_ONCE):
            await self._append(deliberation, chain[start : start + AT_ONCE])

    async def close(self) -> None:
        """Implement `EventLog.close`."""
        await self._connection.close()

    async def _version(self, deliberation: str) -> int:
        last = await self._do(self._client.xrevrange(_key(deliberation, "log"), "+", "-", 1))
        return _version_of(last) if last else 0

    async def _conflict(self, deliberation: str, expected: int) -> VersionConflictError:
        found = await self._version(deliberation)
        return VersionConflictError("version_conflict", deliberation=deliberation, expected=expected, found=found)

    async def _records(self, deliberation: str, after: int) -> list[tuple[Record, tuple[SideValue, ...]]]:
        found: list[tuple[Record, tuple[SideValue, ...]]] = []
        log, beside = _key(deliberation, "log"), _key(deliberation, "side")
        while True:
            entries = await self._do(self._client.xrange(log, _entry(after + 1), "+", AT_ONCE))
            records = [Record.model_validate_json(fields["body"]) for _, fields in entries]
            commitments = sorted({commitment for record in records for commitment in record.commitments})
            bodies: list[str | None] = await self._do(self._client.hmget(beside, commitments)) if commitments else []
            values = {
                commitment: SideValue.model_validate_json(body)
                for commitment, body in zip(commitments, bodies, strict=True)
                if body is not None
            }
            for record in records:
                mine = sorted(record.commitments & values.keys())
                found.append((record, tuple(values[commitment] for commitment in mine)))
            if len(records) < AT_ONCE:
                return found
            after = records[-1].version

    async def _events(self, deliberation: str, after: int) -> list[Logged]:
        return [
            Logged(deliberation, record.version, event_of(record, {value.commitment: value for value in side}))
            for record, side in await self._records(deliberation, after)
        ]


def _tell(client: Any, deliberation: str) -> Any:
    """Wake followers up, no more: whoever misses it looks by itself."""
    return client.xadd(FEED, {"name": deliberation}, maxlen=FEED_LENGTH, approximate=True)


def _key(deliberation: str, what: str) -> str:
    return f"accord:{{{deliberation}}}:{what}"


def _version_of(last: Any) -> int:
    return int(last[0][0].partition("-")[0])


def _entry(version: int) -> str:
    return f"{version}-0"
