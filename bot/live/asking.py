"""What to ask whom next: the reward model's choice where it is known by now, and an order that needs no model else.

Nobody who presses a button waits for the model. What it said last is used, and asked for anew after the next quiet
spell; it answers in the process that drafts, between two drafts.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, runtime_checkable

from bot.live.deliberations import Deliberations, Person
from bot.live.quiet import AfterQuiet
from engine.deliberation.asking import Asking, AskingJob, asking_job
from engine.deliberation.drafts import Statement
from engine.deliberation.errors import EngineError
from engine.deliberation.quick_votes import statements_to_ask, times_answered
from engine.deliberation.state import State

logger = logging.getLogger("accord.live")

QUIET, CEILING = 0.5, 5.0
"""Seconds after which the model is asked: after the last press, and at most after the first."""


@runtime_checkable
class Asker(Protocol):
    """Whoever asks the reward model: the model process, or what takes its place in tests."""

    async def ask(self, job: AskingJob) -> Asking:
        """Do a job; raises `EngineError` if that cannot be."""
        ...


class Questions:
    """The next statement for each member of each deliberation."""

    def __init__(
        self,
        deliberations: Deliberations,
        asker: Asker | None,
        voters: Callable[[str], Awaitable[Mapping[str, str]]],
    ) -> None:
        """Without an `asker` (drafts are made elsewhere) the order is the one that needs no model: what the fewest have
        answered comes first, so that what was said late is heard too.
        """
        self._deliberations = deliberations
        self._asker = asker
        self._voters = voters
        self._known: dict[str, Asking] = {}
        self._after_quiet = AfterQuiet(self._ask, QUIET, CEILING)

    def left(self, deliberation: str, person: Person) -> list[Statement]:
        """What somebody can still be asked, in the order in which to ask it."""
        state = self._deliberations.state(deliberation)
        known = self._known.get(deliberation)
        left = _in_the_race(state, statements_to_ask(state, person.member, person.voter), known)
        ranked = () if known is None else known.order.get(person.member, ())
        places = {statement: place for place, statement in enumerate(ranked)}
        answered = times_answered(state)
        return sorted(left, key=lambda one: (places.get(one.id, len(places)), answered[one.id], _shuffled(person, one)))

    def refresh(self, deliberation: str) -> None:
        """Somebody is being asked, or has answered: let the model look again."""
        state = self._deliberations.state(deliberation)
        if self._asker is not None and state.stage in ("collecting", "critique") and state.standing:
            self._after_quiet.ask(deliberation)

    async def settle(self, deliberation: str) -> None:
        """Wait until the model has said what it was asked."""
        await self._after_quiet.settle(deliberation)

    async def close(self) -> None:
        """Ask no more."""
        await self._after_quiet.close()

    async def _ask(self, deliberation: str) -> None:
        assert self._asker is not None
        voters = await self._voters(deliberation)
        state = self._deliberations.state(deliberation)
        # Whoever took part last is asked for first, where there are more than the model looks at.
        people = tuple(reversed([member for member in state.notices if member in voters] or list(voters)))
        seed = int(hashlib.sha256(deliberation.encode()).hexdigest()[:8], 16)
        try:
            self._known[deliberation] = await self._asker.ask(asking_job(state, people, voters, seed))
        except EngineError as problem:
            logger.info("%s: the model did not say what to ask (%s)", deliberation, problem)


def _in_the_race(state: State, left: tuple[Statement, ...], known: Asking | None) -> list[Statement]:
    """Opinions, and of the shown draft's candidates those of which none clearly wins, once that is known."""
    if known is None or state.draft is None or known.draft != state.draft.id:
        return list(left)
    return [one for one in left if one.id in state.opinions or one.id in known.contenders]


def _shuffled(person: Person, statement: Statement) -> bytes:
    """Another order for each person, so that of those answered equally often none is always first."""
    return hashlib.sha256(f"{person.voter}/{statement.id}".encode()).digest()
