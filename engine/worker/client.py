"""The models in a process of their own, as an async object.

ggml ends its whole process on some errors. So the models live in a child: if it dies, it is started again after a
growing pause and the running job is done once more (the same job gives the same result, so nothing is lost).
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import sys
from collections import deque
from types import TracebackType

from engine.deliberation.asking import Asking, AskingJob
from engine.deliberation.drafts import DraftJob, DraftResult
from engine.deliberation.errors import EngineError
from engine.drafting.options import DraftingOptions, Progress, no_progress
from engine.worker import protocol
from engine.worker.errors import WorkerError

logger = logging.getLogger("accord.worker")

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0
"""Seconds between restarts: doubled each time, back to the first after a job that succeeded."""
TRIES = 2
_ENDS = protocol.Cancelled | protocol.Done | protocol.Asked | protocol.Failed
GRACE = 2.0
"""Seconds that the process has to end by itself when it is closed."""


class ModelWorker:
    """`async with ModelWorker() as worker: result = await worker.draft(job)`. Jobs are done in order, one at a time."""

    def __init__(
        self, model: str = "bundled", *, threads: int | None = None, runner: str | None = None, yields: bool = False
    ) -> None:
        """The process is started by the first job; with `yields` all others, such as this one, go before it.

        `runner` ("module:function") replaces the models in tests.
        """
        self._command = [sys.executable, "-m", "engine.worker", "--model", model]
        if threads is not None:
            self._command += ["--threads", str(threads)]
        if yields:
            self._command.append("--yield")
        if runner is not None:
            self._command += ["--runner", runner]
        self._process: asyncio.subprocess.Process | None = None
        self._log: asyncio.Task[None] | None = None
        self._last_words: deque[str] = deque(maxlen=5)
        self._turn = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._pause = 0.0

    async def __aenter__(self) -> ModelWorker:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def load(self, progress: Progress = no_progress) -> None:
        """Start the process now, so that a model which cannot be had is known before the first job.

        Raises what `draft` does.
        """
        async with self._turn:
            try:
                await self._started(progress)
            except (ConnectionError, asyncio.IncompleteReadError):
                raise await self._buried() from None

    async def draft(
        self, job: DraftJob, *, options: DraftingOptions | None = None, progress: Progress = no_progress
    ) -> DraftResult:
        """Do a job; `progress` is called on the event loop. Cancelling the awaiting task cancels the job.

        Raises the error that the job ended in, with its code and parameters: those of `engine.models`, or
        `WorkerError` if the process died twice over it or nobody foresaw the problem.
        """
        wish = protocol.Draft(id=str(next(self._numbers)), job=job, options=options or DraftingOptions())
        answer = await self._done(wish, progress)
        assert isinstance(answer, protocol.Done)
        return answer.result

    async def ask(self, job: AskingJob) -> Asking:
        """Say which statement to ask whom about, once the jobs before it are done. Raises what `draft` does."""
        answer = await self._done(protocol.Ask(id=str(next(self._numbers)), job=job), no_progress)
        assert isinstance(answer, protocol.Asked)
        return answer.asking

    async def _done(self, wish: protocol.Draft | protocol.Ask, progress: Progress) -> protocol.Done | protocol.Asked:
        async with self._turn:
            for attempt in range(1, TRIES + 1):
                try:
                    process = await self._started(progress)
                    result = await self._ask(process, wish, progress)
                except (ConnectionError, asyncio.IncompleteReadError):
                    died = await self._buried()
                    if attempt == TRIES:
                        raise died from None
                    logger.warning("the model process died (%s); starting it again", died)
                else:
                    self._pause = 0.0
                    return result
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """End the process; a running job is abandoned."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), GRACE)
        except TimeoutError:
            process.kill()
            await process.wait()
        if self._log is not None:
            await self._log

    async def _started(self, progress: Progress) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await asyncio.sleep(self._pause)
        self._last_words.clear()
        process = self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=protocol.LONGEST_LINE,
            # Ctrl-C reaches the whole process group; the parent decides when the child ends.
            start_new_session=True,
        )
        self._log = asyncio.create_task(self._listen(process))
        try:
            while not isinstance(answer := await _hear(process), protocol.Ready):
                if isinstance(answer, protocol.Advanced):
                    progress(answer.stage, answer.done, answer.of)
                elif isinstance(answer, protocol.Failed):
                    raise _raised(answer)
        except (EngineError, asyncio.CancelledError):
            # A model that cannot be loaded is not tried again; the process is of no use.
            process.kill()
            await asyncio.shield(self.close())
            raise
        return process

    async def _ask(
        self, process: asyncio.subprocess.Process, wish: protocol.Draft | protocol.Ask, progress: Progress
    ) -> protocol.Done | protocol.Asked:
        try:
            await _tell(process, wish)
            while True:
                answer = await _hear(process)
                if isinstance(answer, protocol.Advanced):
                    progress(answer.stage, answer.done, answer.of)
                elif isinstance(answer, protocol.Done | protocol.Asked):
                    return answer
                elif isinstance(answer, protocol.Failed):
                    raise _raised(answer)
        except asyncio.CancelledError:
            await asyncio.shield(self._cancel(process, wish.id))
            raise

    async def _cancel(self, process: asyncio.subprocess.Process, identifier: str) -> None:
        """Tell the process and wait until it has let go, so that the next job finds it listening."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await _tell(process, protocol.Cancel(id=identifier))
            while not isinstance(await _hear(process), _ENDS):
                pass

    async def _buried(self) -> WorkerError:
        """Collect a dead process and lengthen the pause before the next one."""
        process, self._process = self._process, None
        exit_code = None
        if process is not None:
            # Its pipes are closed, so it is most likely dead: wait first. A kill would look for the exit code itself
            # and take it from under asyncio's nose, which then can only say 255.
            try:
                await asyncio.wait_for(process.wait(), GRACE)
            except TimeoutError:
                process.kill()
            exit_code = await process.wait()
        if self._log is not None:
            await self._log
        self._pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, 2 * self._pause))
        return WorkerError("worker_died", exit_code=exit_code, last_words=" / ".join(self._last_words))

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        async for data in process.stderr:
            said = data.decode(errors="replace").rstrip()
            self._last_words.append(said)
            logger.info("model process: %s", said)


async def _tell(process: asyncio.subprocess.Process, message: protocol.Draft | protocol.Ask | protocol.Cancel) -> None:
    assert process.stdin is not None
    process.stdin.write(protocol.line(message))
    await process.stdin.drain()


async def _hear(process: asyncio.subprocess.Process) -> protocol.Answer:
    assert process.stdout is not None
    data = await process.stdout.readuntil(b"\n")
    return protocol.ANSWER.validate_json(data)


def _raised(answer: protocol.Failed) -> EngineError:
    if answer.code == "worker_bug":
        return WorkerError(answer.code, **answer.parameters)
    return EngineError(answer.code, **answer.parameters)
