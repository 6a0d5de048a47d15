"""How a deployment stands, in numbers: for `accord status`, for /metrics and for whoever is woken up at night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.live.draft_queue import QueueHealth
from bot.live.jobs import job_of
from bot.live.notebook import Notebook
from engine.deliberation.state import State
from engine.reward.deployment import LEAST_VOTERS, levels_of


@dataclass(frozen=True)
class Learning:
    """What a deployment learns from: `ballots` of `deliberations` that are over, as far as their voters allow it.

    `learnt`: whether they are as many as it takes to start predictions from them.
    """

    ballots: int
    deliberations: int
    learnt: bool


@dataclass(frozen=True)
class Figures:
    """`drafting`: deliberations that wait for a draft or a minority view; `overdue`: those past a deadline by more than
    a minute that wait for no draft; `ran`: seconds since each process of the bot last said that it runs; `learning`:
    None where it is off.
    """

    stages: dict[str, int]
    drafting: int
    overdue: int
    ran: dict[str, float]
    queue: QueueHealth | None
    learning: Learning | None = None

    @property
    def troubles(self) -> tuple[str, ...]:
        """Names of what an operator should look at."""
        found: list[str] = []
        if self.overdue:
            found.append("overdue")
        if self.queue is not None and self.queue.waiting and not self.queue.alive:
            found.append("no_workers")
        return tuple(found)


OVERDUE_AFTER = 60_000


def figures_of(states: Iterable[State], now: int, ran: dict[str, float], queue: QueueHealth | None) -> Figures:
    """Count. `now` is in milliseconds since 1970."""
    stages: Counter[str] = Counter()
    drafting = overdue = 0
    for state in states:
        stages[state.stage] += 1
        drafting += job_of(state) is not None
        running = state.stage != "closed" and state.paused_at is None and state.pending is None
        overdue += running and now - state.until > OVERDUE_AFTER
    return Figures(dict(stages), drafting, overdue, ran, queue)


def learning_of(states: Iterable[State]) -> Learning:
    """Count what a deployment that learns has to learn from."""
    levels = levels_of(states)
    ballots = sum(level.voters for level in levels)
    return Learning(ballots, len(levels), learnt=ballots >= LEAST_VOTERS)


async def last_ran(notebook: Notebook, now: int) -> dict[str, float]:
    """Seconds since each process of the bot last said that it runs, by the name of its share."""
    notes = await notebook.all("alive")
    return {name.lstrip("/") or "bot": max(0.0, (now - int(at)) / 1000) for name, at in notes.items()}
