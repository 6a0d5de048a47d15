"""Drafting jobs for whoever has a GPU: one Redis stream with a consumer group, the queue that Redis itself brings.

A message names a draft and holds no words: a worker folds the log for them. So nothing personal lies here, and what
was erased meanwhile is not drafted. The keys share a hash tag, for one slot of a Redis Cluster:

    {accord:jobs}           stream; deliberation and draft of every job that is not done, and where predictions start
    {accord:jobs}:known     hash; draft -> its message, so that a job which is put twice is there once
    {accord:jobs}:workers   hash; worker -> what it last said of itself

taskiq with taskiq-redis was tried first (1.2.3). It takes over a dead worker's job only once another job is queued, and
knows no heartbeat, so that its time limit must exceed the longest draft. Here whoever works says so every few seconds,
and a job whose worker fell silent is anybody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import ValidationError

from engine.deliberation.drafts import Leaning
from engine.deliberation.events import Frozen
from storage.errors import StorageError
from storage.redis_connection import RedisConnection, entries_of

JOBS, KNOWN, WORKERS = "{accord:jobs}", "{accord:jobs}:known", "{accord:jobs}:workers"
GROUP: Final = "workers"
SILENT_AFTER: Final = 15.0
"""Seconds without a heartbeat after which a job is taken over."""
WAIT_MILLISECONDS: Final = 1_000
"""How long an idle worker waits for a job before it looks for silent ones; below redis-py's socket timeout of 5 s."""
FORGOTTEN_AFTER: Final = 86_400.0
"""Seconds after which a worker that fell silent is no longer listed."""

# All of these may run twice: redis-py repeats a call whose answer was lost.
_PUT = """
local known = redis.call('HGET', KEYS[2], ARGV[2])
if known and #redis.call('XRANGE', KEYS[1], known, known) > 0 then return 0 end
local fields = {'deliberation', ARGV[1], 'draft', ARGV[2]}
if ARGV[3] ~= '' then fields[5] = 'leaning' fields[6] = ARGV[3] end
local id = redis.call('XADD', KEYS[1], '*', unpack(fields))
redis.call('HSET', KEYS[2], ARGV[2], id)
return 1
"""
_MINE = """
local found = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1)
local held = not found.err and found[1]
if not held or held[2] ~= ARGV[3] then return 0 end
"""
_KEEP = _MINE + "redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[3], 0, ARGV[2], 'JUSTID') return 1"
_RELEASE = _MINE + "redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[3], 0, ARGV[2], 'IDLE', 86400000, 'JUSTID') return 1"
_DONE = """
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[1], ARGV[2])
if redis.call('HGET', KEYS[2], ARGV[3]) == ARGV[2] then redis.call('HDEL', KEYS[2], ARGV[3]) end
return 1
"""


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job in a worker's hands. `delivered`: how many times it was given to a worker, this one included."""

    message: str
    deliberation: str
    draft: str
    delivered: int
    leaning: Leaning | None = None


class WorkerNote(Frozen):
    """What a worker says of itself. `at` is Redis' own clock, in seconds."""

    at: float
    model: str
    doing: Literal["starting", "waiting", "drafting"]
    done: int = 0
    failed: int = 0


@dataclass(frozen=True)
class QueueHealth:
    """How the queue stands: `waiting` and `running` jobs, the `oldest` one's age in seconds, and who works."""

    waiting: int
    running: int
    oldest: float
    workers: dict[str, WorkerNote]
    now: float

    @property
    def alive(self) -> dict[str, WorkerNote]:
        """The workers that were heard lately."""
        return {name: note for name, note in self.workers.items() if self.now - note.at < SILENT_AFTER}


class DraftQueue:
    """The queue on a connection that the log uses too; whoever opened that closes it."""

    def __init__(self, connection: RedisConnection, *, silent_after: float = SILENT_AFTER) -> None:
        self._connection = connection
        self._client = connection.client
        self._do = connection.do
        self._silent = round(1000 * silent_after)
        self.beat = silent_after / 4
        self._put_script, self._keep_script, self._release_script, self._done_script = (
            self._client.register_script(script) for script in (_PUT, _KEEP, _RELEASE, _DONE)
        )

    async def put(self, deliberation: str, draft: str, leaning: Leaning | None = None) -> bool:
        """Queue a job; False where it is there already. Raises `StorageError`, as everything here."""
        learnt = "" if leaning is None else leaning.model_dump_json()
        put = await self._do(self._put_script(keys=[JOBS, KNOWN], args=[deliberation, draft, learnt]))
        await self._connection.settle()
        return bool(put)

    async def take(self, worker: str) -> QueuedJob | None:
        """A job for `worker`: one whose worker fell silent, or the next; None after a short wait without any."""
        await self._begin()
        silent = await self._do(self._client.xautoclaim(JOBS, GROUP, worker, self._silent, "0-0", count=1))
        entries = [entry for entry in silent[1] if entry[0] is not None]
        if not entries:
            entries = entries_of(
                await self._do(self._client.xreadgroup(GROUP, worker, {JOBS: ">"}, count=1, block=WAIT_MILLISECONDS))
            )
        if not entries:
            return None
        message, fields = entries[0]
        if not fields:  # done by another while this one lay silent
            await self._do(self._client.xack(JOBS, GROUP, message))
            return None
        held = await self._do(self._client.xpending_range(JOBS, GROUP, message, message, 1))
        delivered = int(held[0]["times_delivered"]) if held else 1
        learnt = fields.get("leaning")
        leaning = Leaning.model_validate_json(learnt) if learnt else None
        return QueuedJob(str(message), str(fields["deliberation"]), str(fields["draft"]), delivered, leaning)

    async def keep(self, worker: str, job: QueuedJob) -> bool:
        """The heartbeat of whoever works on a job; False where another has taken it over."""
        return bool(await self._do(self._keep_script(keys=[JOBS], args=[GROUP, job.message, worker])))

    async def release(self, worker: str, job: QueuedJob) -> None:
        """Give a job back undone: the next worker that looks takes it."""
        await self._do(self._release_script(keys=[JOBS], args=[GROUP, job.message, worker]))

    async def done(self, job: QueuedJob) -> None:
        """Take a job off the queue; its result is in the log, or nobody wants it any more."""
        await self._do(self._done_script(keys=[JOBS, KNOWN], args=[GROUP, job.message, job.draft]))

    async def heard(self, worker: str, model: str, doing: str, done: int, failed: int) -> None:
        """Write down that a worker lives."""
        note = {"at": await self._now(), "model": model, "doing": doing, "done": done, "failed": failed}
        await self._do(self._client.hset(WORKERS, worker, WorkerNote.model_validate(note).model_dump_json()))

    async def left(self, worker: str) -> None:
        """Take a worker that ended cleanly off the list."""
        await self._do(self._client.hdel(WORKERS, worker))
        if not await self._do(self._client.xpending_range(JOBS, GROUP, "-", "+", 1, worker)):
            await self._do(self._client.xgroup_delconsumer(JOBS, GROUP, worker))

    async def health(self) -> QueueHealth:
        """How the queue stands now."""
        await self._begin()
        now = await self._now()
        length = int(await self._do(self._client.xlen(JOBS)))
        running = int((await self._do(self._client.xpending(JOBS, GROUP)))["pending"])
        first = await self._do(self._client.xrange(JOBS, "-", "+", 1))
        oldest = max(0.0, now - int(first[0][0].partition("-")[0]) / 1000) if first else 0.0
        workers: dict[str, WorkerNote] = {}
        for name, body in (await self._do(self._client.hgetall(WORKERS))).items():
            try:
                note = WorkerNote.model_validate_json(body)
            except ValidationError:  # of another version of Accord
                continue
            if now - note.at < FORGOTTEN_AFTER:
                workers[name] = note
        return QueueHealth(max(0, length - running), running, oldest, workers, now)

    async def _begin(self) -> None:
        """Make the group where it is not there: from the first job on, not only from now."""
        groups = await self._do(self._client.exists(JOBS)) and await self._do(self._client.xinfo_groups(JOBS))
        if not groups:
            try:
                await self._do(self._client.xgroup_create(JOBS, GROUP, id="0", mkstream=True))
            except StorageError as problem:  # another was faster
                if "BUSYGROUP" not in str(problem.parameters.get("reason")):
                    raise

    async def _now(self) -> float:
        seconds, micro = await self._do(self._client.time())
        return int(seconds) + int(micro) / 1e6
