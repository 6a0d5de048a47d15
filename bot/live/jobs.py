"""Doing a drafting job: the log's words in, a result or the reason why there is none into the log.

The same wherever it is done, in the bot or on a worker. Its request is named after the job, so a job that two did at
once changes the log once; and the command is decided against the newest state, so what came too late changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from bot.live.deliberations import Deliberations
from engine.deliberation import commands as c
from engine.deliberation.drafts import DraftJob, DraftResult, Leaning
from engine.deliberation.errors import DeliberationError, EngineError
from engine.deliberation.minority import pending_minority
from engine.deliberation.rounds import draft_job
from engine.deliberation.state import State
from storage.errors import StorageError, StoreClosedError

logger = logging.getLogger("accord.live")

Voters = Callable[[str], Awaitable[Mapping[str, str]]]
"""Maps a deliberation's members to their handles for voting, for the quick votes that a job holds."""

WRITE_AGAIN = 2.0
"""Seconds after which a store that did not take a result is asked again: a draft has cost minutes."""


class Drafter(Protocol):
    """Whoever does drafting jobs: the model process, or what takes its place in tests."""

    async def draft(self, job: DraftJob) -> DraftResult:
        """Do a job; raises `EngineError` if that cannot be."""
        ...


def is_wanted(deliberations: Deliberations, deliberation: str, draft: str) -> bool:
    """Whether a job is still the one that its deliberation waits for."""
    if deliberation not in deliberations:
        return False
    return job_of(deliberations.state(deliberation)) == draft


def job_of(state: State) -> str | None:
    """The job that a deliberation waits for: a draft's or, after the end, its minority view's."""
    waiting = state.pending or pending_minority(state)
    return None if waiting is None else waiting.id


async def do_job(
    deliberations: Deliberations,
    drafter: Drafter,
    deliberation: str,
    draft: str,
    voters: Voters,
    leaning: Leaning | None = None,
) -> bool:
    """Do a job and write down how it ended; whether there is a draft. `leaning`: what the deployment has learnt.

    Cancelling leaves the job where it is. Raises `StorageError` where the store does not say who votes as whom.
    """
    handles = await voters(deliberation)
    kind: type[Any]
    fields: dict[str, Any]
    try:
        job = draft_job(deliberations.state(deliberation), draft, handles).model_copy(update={"leaning": leaning})
        result = await drafter.draft(job)
        kind, fields = c.RecordDraft, {"result": result}
    except EngineError as problem:
        kind, fields = c.FailDraft, {"draft": draft, "code": problem.code, "parameters": problem.parameters}
    except Exception as problem:  # whatever it is, the job must end, or no other can begin
        logger.exception("%s: drafting failed", deliberation)
        fields = {"draft": draft, "code": "worker_bug", "parameters": {"problem": repr(problem), "incident": draft}}
        kind = c.FailDraft
    await write_down(deliberations, deliberation, draft, kind, fields)
    return kind is c.RecordDraft


async def write_down(
    deliberations: Deliberations, deliberation: str, draft: str, kind: type[Any], fields: dict[str, Any]
) -> None:
    """Bring a job's end into the log, however long the store takes."""
    while True:
        try:
            await deliberations.do(deliberation, kind, f"job:{draft}", **fields)
        except DeliberationError as problem:
            logger.warning("%s: the result of %s was not taken (%s)", deliberation, draft, problem)
            if problem.code in ("wrong_inputs", "malformed_result"):
                failed = {"draft": draft, "code": problem.code, "parameters": problem.parameters}
                await deliberations.do(deliberation, c.FailDraft, f"failed:{draft}", **failed)
        except StoreClosedError:
            raise
        except StorageError as problem:
            logger.warning("%s: the result of %s waits for the store (%s)", deliberation, draft, problem)
            await asyncio.sleep(WRITE_AGAIN)
            continue
        return
