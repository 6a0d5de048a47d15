"""Live drafting: what was said leads to a new draft after a quiet spell, and every job handed out is done."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from bot.live.deliberations import Deliberations
from bot.live.quiet import AfterQuiet
from engine.deliberation import commands as c
from engine.deliberation.drafts import DraftJob, DraftResult
from engine.deliberation.errors import DeliberationError, EngineError
from engine.deliberation.rounds import draft_job
from engine.deliberation.state import State

logger = logging.getLogger("accord.live")


class Drafter(Protocol):
    """Whoever does drafting jobs: the model process, or what takes its place in tests."""

    async def draft(self, job: DraftJob) -> DraftResult:
        """Do a job; raises `EngineError` if that cannot be."""
        ...


def something_to_draft(state: State) -> bool:
    """Whether the draft shown lacks words that count, or has none that stand."""
    return bool(state.opinions) and bool(state.not_yet_held or state.critiques_not_yet_held or not state.standing)


class LiveDrafting:
    """One job at a time per deliberation (the log sees to it); the model process takes them in order."""

    def __init__(
        self,
        deliberations: Deliberations,
        drafter: Drafter,
        *,
        quiet: float,
        ceiling: float,
        from_members: int,
        waits_for_round: Callable[[str], bool],
        voters: Callable[[str], Awaitable[Mapping[str, str]]],
    ) -> None:
        """`waits_for_round(deliberation)`: drafts there are made between rounds only, not live.

        `voters(deliberation)` maps members to their handles for voting, for the quick votes that a job holds.
        """
        self._deliberations = deliberations
        self._drafter = drafter
        self._from_members = from_members
        self._waits_for_round = waits_for_round
        self._voters = voters
        self._after_quiet = AfterQuiet(self._start, quiet, ceiling)
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._tried: dict[str, frozenset[str]] = {}
        """What the last job of each deliberation held: the same words are not tried again by themselves."""
        deliberations.on_change(self._heed)

    def resume(self) -> None:
        """Take up jobs that were out when the program ended, and what was said since the last draft."""
        for deliberation in self._deliberations.open:
            self._heed(deliberation)

    async def close(self) -> None:
        """Leave jobs where they are: they are taken up again at the next start."""
        await self._after_quiet.close()
        tasks = list(self._jobs.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _heed(self, deliberation: str) -> None:
        pending = self._deliberations.state(deliberation).pending
        if pending is not None:
            self._take(deliberation, pending.id)
        else:
            self._consider(deliberation)

    def _consider(self, deliberation: str) -> None:
        state = self._deliberations.state(deliberation)
        if (
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
        try:
            await self._deliberations.do(
                deliberation, c.StartDraft, f"quiet:{secrets.token_hex(8)}", seed=secrets.randbits(31)
            )
        except DeliberationError as problem:
            logger.info("%s: no draft is started (%s)", deliberation, problem)

    def _take(self, deliberation: str, draft: str) -> None:
        if draft in self._jobs:
            return
        self._tried[deliberation] = _words(self._deliberations.state(deliberation))
        task = self._jobs[draft] = asyncio.create_task(self._work(deliberation, draft))
        task.add_done_callback(lambda _: self._jobs.pop(draft, None))

    async def _work(self, deliberation: str, draft: str) -> None:
        kind: type[Any]
        fields: dict[str, Any]
        try:
            voters = await self._voters(deliberation)
            job = draft_job(self._deliberations.state(deliberation), draft, voters)
            result = await self._drafter.draft(job)
            kind, fields = c.RecordDraft, {"result": result}
        except EngineError as problem:
            kind, fields = c.FailDraft, {"draft": draft, "code": problem.code, "parameters": problem.parameters}
        except Exception as problem:  # whatever it is, the job must end, or no other can begin
            logger.exception("%s: drafting failed", deliberation)
            fields = {"draft": draft, "code": "worker_bug", "parameters": {"problem": repr(problem), "incident": draft}}
            kind = c.FailDraft
        try:
            await self._deliberations.do(deliberation, kind, f"job:{draft}", **fields)
        except DeliberationError as problem:
            logger.warning("%s: the result of %s was not taken (%s)", deliberation, draft, problem)
            if problem.code in ("wrong_inputs", "malformed_result"):
                failed = {"draft": draft, "code": problem.code, "parameters": problem.parameters}
                await self._deliberations.do(deliberation, c.FailDraft, f"failed:{draft}", **failed)


def _words(state: State) -> frozenset[str]:
    """The commitments of all words that a draft would be made of now."""
    opinions = (opinion.text.commitment for opinion in state.live_opinions)
    critiques = (critique.text.commitment for critique in state.heard_critiques.values())
    return frozenset((f"round {state.round}", *opinions, *critiques))
