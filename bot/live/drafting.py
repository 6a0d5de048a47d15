"""Live drafting: what was said leads to a new draft after a quiet spell, and every job handed out is done."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import Protocol

from bot.live.deliberations import Deliberations
from bot.live.ending import end
from bot.live.jobs import Drafter, Voters, do_job, is_wanted, job_of
from bot.live.quiet import AfterQuiet
from engine.deliberation import commands as c
from engine.deliberation.drafts import Leaning
from engine.deliberation.errors import DeliberationError
from engine.deliberation.minority import minority_due
from engine.deliberation.state import PendingDraft, State
from storage.errors import StorageError, StoreClosedError

TRY_AGAIN = 5.0
"""Seconds after which it is seen to that a job which is still wanted is still queued, or tried again."""

logger = logging.getLogger("accord.live")


class JobQueue(Protocol):
    """Where jobs wait for workers elsewhere; they write their results into the log themselves."""

    async def put(self, deliberation: str, draft: str, leaning: Leaning | None = None) -> bool:
        """Queue a job with what the deployment has learnt; False where it is there already."""
        ...


def something_to_draft(state: State) -> bool:
    """Whether the draft shown lacks words that count, or has none that stand."""
    return bool(state.opinions) and bool(state.not_yet_held or state.critiques_not_yet_held or not state.standing)


class LiveDrafting:
    """One job at a time per deliberation (the log sees to it); the model process takes them in order, or a queue."""

    def __init__(
        self,
        deliberations: Deliberations,
        drafter: Drafter,
        *,
        quiet: float,
        ceiling: float,
        from_members: int,
        waits_for_round: Callable[[str], bool],
        voters: Voters,
        is_ours: Callable[[str], bool] = lambda _: True,
        queue: JobQueue | None = None,
        learnt: Callable[[], Leaning | None] = lambda: None,
    ) -> None:
        """`waits_for_round(deliberation)`: drafts there are made between rounds only, not live.

        `is_ours(deliberation)`: this process drafts there, where several share the store.
        With a `queue`, jobs are left to workers and `drafter` has none. `learnt()`: where predictions start from.
        """
        self._deliberations = deliberations
        self._drafter = drafter
        self._from_members = from_members
        self._waits_for_round = waits_for_round
        self._voters = voters
        self._is_ours = is_ours
        self._queue = queue
        self._learnt = learnt
        self._after_quiet = AfterQuiet(self._start, quiet, ceiling)
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._tried: dict[str, frozenset[str]] = {}
        """What the last job of each deliberation held: the same words are not tried again by themselves."""
        deliberations.on_change(self._heed)

    def resume(self) -> None:
        """Take up jobs that were out when the program ended, and what was said since the last draft."""
        for deliberation in self._deliberations.all:
            self._heed(deliberation)

    async def close(self) -> None:
        """Leave jobs where they are: they are taken up again at the next start."""
        await self._after_quiet.close()
        await end(*self._jobs.values())

    def _heed(self, deliberation: str) -> None:
        job = job_of(self._deliberations.state(deliberation))
        if job is not None and (self._queue is not None or self._is_ours(deliberation)):
            self._take(deliberation, job)
        elif job is None and self._is_ours(deliberation):
            self._consider(deliberation)

    def _consider(self, deliberation: str) -> None:
        state = self._deliberations.state(deliberation)
        if minority_due(state) or (
            state.stage in ("collecting", "critique")
            and state.pending is None
            and state.paused_at is None
            and self._deliberations.clock() < state.until
            and len(state.speakers) >= self._from_members
            and something_to_draft(state)
            and self._tried.get(deliberation) != _words(state)
            and not self._waits_for_round(deliberation)
        ):
            self._after_quiet.ask(deliberation)

    async def _start(self, deliberation: str) -> None:
        closed = self._deliberations.state(deliberation).stage == "closed"
        kind = c.StartMinority if closed else c.StartDraft
        try:
            await self._deliberations.do(deliberation, kind, f"quiet:{secrets.token_hex(8)}", seed=secrets.randbits(31))
        except DeliberationError as problem:
            logger.info("%s: no draft is started (%s)", deliberation, problem)

    def _take(self, deliberation: str, draft: str) -> None:
        if draft in self._jobs:
            return
        pending = self._deliberations.state(deliberation).pending
        if pending is not None:
            self._tried[deliberation] = _held(pending)
        task = self._jobs[draft] = asyncio.create_task(self._work(deliberation, draft))
        task.add_done_callback(lambda _: self._jobs.pop(draft, None))

    async def _work(self, deliberation: str, draft: str) -> None:
        # Until it is done: a store that did not answer is asked again, and a queue that was lost is filled anew.
        while is_wanted(self._deliberations, deliberation, draft):
            try:
                if self._queue is None:
                    await do_job(self._deliberations, self._drafter, deliberation, draft, self._voters, self._learnt())
                    return
                await self._queue.put(deliberation, draft, self._learnt())
            except StoreClosedError:
                return
            except StorageError as problem:
                logger.warning("%s: %s is tried again (%s)", deliberation, draft, problem)
            await asyncio.sleep(TRY_AGAIN)


def _held(pending: PendingDraft) -> frozenset[str]:
    """The commitments of the words that a job holds: less than was said by now, where it was handed out earlier."""
    opinions = (opinion.text.commitment for opinion in pending.opinions.values())
    critiques = (critique.text.commitment for critique in pending.critiques.values())
    return frozenset((f"round {pending.round}", *opinions, *critiques))


def _words(state: State) -> frozenset[str]:
    """The commitments of all words that a draft would be made of now."""
    opinions = (opinion.text.commitment for opinion in state.live_opinions)
    critiques = (critique.text.commitment for critique in state.heard_critiques.values())
    return frozenset((f"round {state.round}", *opinions, *critiques))
