"""A worker: takes drafting jobs off the queue, one after the other, and writes what becomes of them into the log.

A job leaves the queue only after its result is in the log. Who dies before that is silent, and another does the job;
who dies after it leaves a job that nobody waits for any more, which the next worker drops.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from bot.live.deliberations import Deliberations
from bot.live.draft_queue import DraftQueue, QueuedJob
from bot.live.ending import end
from bot.live.jobs import Drafter, do_job, is_wanted, write_down
from bot.live.notebook import Notebook
from bot.live.participants import voters
from engine.deliberation import commands as c
from engine.deliberation.errors import DeliberationError
from storage.errors import StorageError
from storage.event_log import EventLog

logger = logging.getLogger("accord.worker")

MOST_DELIVERED = 5
"""A job that so many workers took and none brought back is given up: it may be what ends them."""
STORE_AGAIN = 2.0
"""Seconds after which a store that did not answer is asked again."""


class Worker:
    """One worker of many. `clock` gives milliseconds since 1970."""

    def __init__(
        self, name: str, model: str, queue: DraftQueue, log: EventLog, notebook: Notebook, clock: Callable[[], int]
    ) -> None:
        self.name = name
        self.done = 0
        self.failed = 0
        self._model = model
        self._queue = queue
        self._log = log
        self._notebook = notebook
        self._clock = clock
        self._doing = "starting"

    async def run(self, drafter: Drafter, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set; a job in hand is then given back at once. The store may fail meanwhile."""
        beating = asyncio.create_task(self._beat())
        working = asyncio.create_task(self._work(drafter))
        stopped = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
        finally:
            await end(beating, working, stopped)
            with contextlib.suppress(StorageError):
                await self._queue.left(self.name)

    async def is_well(self) -> bool:
        """Whether the queue answers, and this worker is listed on it as alive."""
        return self.name in (await self._queue.health()).alive

    async def _work(self, drafter: Drafter) -> None:
        while True:
            self._doing = "waiting"
            try:
                await self._step(drafter)
            except StorageError as problem:
                logger.warning("the store does not answer; it is asked again (%s)", problem)
                await asyncio.sleep(STORE_AGAIN)

    async def _step(self, drafter: Drafter) -> None:
        job = await self._queue.take(self.name)
        if job is None:
            return
        self._doing = "drafting"
        try:
            await self._do(job, drafter)
        except asyncio.CancelledError:
            with contextlib.suppress(StorageError):
                await self._queue.release(self.name, job)
            raise

    async def _do(self, job: QueuedJob, drafter: Drafter) -> None:
        """Do a job unless nobody waits for it; stop as soon as that is so."""
        deliberations = Deliberations(self._log, self._clock)
        await deliberations.catch_up_on(job.deliberation)
        if not is_wanted(deliberations, job.deliberation, job.draft):
            logger.info("%s: nobody waits for %s any more", job.deliberation, job.draft)
            await self._queue.done(job)
            return
        if job.delivered > MOST_DELIVERED:
            code = {"draft": job.draft, "code": "worker_gave_up", "parameters": {"tries": job.delivered - 1}}
            await write_down(deliberations, job.deliberation, job.draft, c.FailDraft, code)
            self.failed += 1
            await self._queue.done(job)
            return
        logger.info("%s: drafting %s", job.deliberation, job.draft)
        drafting = asyncio.create_task(
            do_job(
                deliberations,
                drafter,
                job.deliberation,
                job.draft,
                lambda name: voters(self._notebook, name, lambda user: deliberations.person(name, user)),
                job.leaning,
            )
        )
        try:
            while not drafting.done():
                await asyncio.wait({drafting}, timeout=self._queue.beat)
                if not drafting.done() and not await self._goes_on(deliberations, job):
                    break
        finally:
            await end(drafting)
        if drafting.cancelled():
            return
        outcome = drafting.exception() or drafting.result()
        if isinstance(outcome, BaseException):
            if not isinstance(outcome, DeliberationError):
                raise outcome
            logger.info("%s: %s ended before its result came (%s)", job.deliberation, job.draft, outcome)
        self.done += outcome is True
        self.failed += outcome is not True
        await self._queue.done(job)

    async def _goes_on(self, deliberations: Deliberations, job: QueuedJob) -> bool:
        """The heartbeat of a job: whether it is still this worker's, and still wanted."""
        try:
            if not await self._queue.keep(self.name, job):
                logger.warning("%s: another worker has taken over %s", job.deliberation, job.draft)
                return False
            await deliberations.catch_up_on(job.deliberation)
        except StorageError as problem:
            logger.warning("the store does not answer; the job goes on (%s)", problem)
            return True
        if is_wanted(deliberations, job.deliberation, job.draft):
            return True
        logger.info("%s: nobody waits for %s any more", job.deliberation, job.draft)
        await self._queue.done(job)
        return False

    async def _beat(self) -> None:
        while True:
            try:
                await self._queue.heard(self.name, self._model, self._doing, self.done, self.failed)
            except StorageError as problem:
                logger.warning("nobody hears this worker just now (%s)", problem)
            await asyncio.sleep(self._queue.beat)
