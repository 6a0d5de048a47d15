"""All deliberations of a deployment at work: commands go in, decided events go into the log, the states follow."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.deliberation.commands import AnyCommand, ForgetMember
from engine.deliberation.decide import decide
from engine.deliberation.erasure import owners_to_erase
from engine.deliberation.errors import DeliberationError, EngineError
from engine.deliberation.events import AnyEvent
from engine.deliberation.evolve import fold
from engine.deliberation.state import State
from storage.errors import VersionConflictError
from storage.event_log import EventLog
from storage.pseudonyms import pseudonym

logger = logging.getLogger("accord.live")

Listener = Callable[[str, tuple[AnyEvent, ...]], None]
MOST_TRIES = 20


@dataclass(frozen=True, slots=True)
class Person:
    """What someone is called in one deliberation: when they speak, and when they vote."""

    member: str
    voter: str


class Deliberations:
    """Several processes may write to the same log: who comes second reads what came first and decides again."""

    def __init__(self, log: EventLog, clock: Callable[[], int]) -> None:
        self.log = log
        self.clock = clock
        self._states: dict[str, State] = {}
        self._keys: dict[str, bytes] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._listeners: list[Listener] = []

    async def load(self) -> None:
        """Fold every log of the store; one that cannot be read costs that deliberation, never the others."""
        for deliberation in await self.log.list():
            try:
                self._states[deliberation] = fold(await self.log.read(deliberation))
            except EngineError:
                logger.exception("the log of %s cannot be read; it is left as it is", deliberation)

    def on_change(self, listener: Listener) -> None:
        """Call `listener` with a deliberation and its new events, after they are in the log."""
        self._listeners.append(listener)

    def __contains__(self, deliberation: str) -> bool:
        return deliberation in self._states

    def state(self, deliberation: str) -> State:
        """The deliberation as it stands. Raises `DeliberationError` if there is none of that name."""
        found = self._states.get(deliberation)
        if found is None:
            raise DeliberationError("not_opened")
        return found

    @property
    def open(self) -> list[str]:
        """Those that have not ended."""
        return [deliberation for deliberation, state in self._states.items() if state.stage != "closed"]

    @property
    def all(self) -> dict[str, State]:
        """Every deliberation."""
        return dict(self._states)

    async def do(self, deliberation: str, kind: type[Any], request: str, **fields: Any) -> tuple[AnyEvent, ...]:
        """Decide a command of this kind and append what it leads to; a request that came before leads to nothing.

        Raises `DeliberationError` and `StorageError`.
        """
        entropy = secrets.token_hex(32)
        events: tuple[AnyEvent, ...] = ()
        async with self._turns[deliberation]:
            for attempt in itertools.count(1):
                state = self._states.get(deliberation)
                command: AnyCommand = kind(at=self.clock(), request=request, entropy=entropy, **fields)
                events = decide(state, command)
                if not events:
                    return ()
                try:
                    await self.log.append(deliberation, 0 if state is None else state.version, events)
                except VersionConflictError:
                    if attempt == MOST_TRIES:
                        raise
                    await self._catch_up(deliberation)
                    continue
                self._states[deliberation] = fold(events, state)
                if isinstance(command, ForgetMember):
                    await self._forget(deliberation, command)
                break
        self._tell(deliberation, events)
        return events

    async def person(self, deliberation: str, who: str) -> Person:
        """The pseudonyms of `who` here. Someone who was forgotten and comes back gets new ones."""
        key = self._keys.get(deliberation)
        if key is None:
            key = self._keys[deliberation] = await self.log.secret_key(deliberation)
        state = self._states.get(deliberation)
        generation = 0
        while True:
            name = who if generation == 0 else f"{who}#{generation}"
            person = Person(pseudonym(key, name, "member"), pseudonym(key, name, "voter"))
            if state is None or "erased" not in (
                state.barred_members.get(person.member),
                state.barred_voters.get(person.voter),
            ):
                return person
            generation += 1

    async def _catch_up(self, deliberation: str) -> None:
        state = self._states.get(deliberation)
        events = await self.log.read(deliberation, 0 if state is None else state.version)
        if events:
            self._states[deliberation] = fold(events, state)
            self._tell(deliberation, tuple(events))

    async def _forget(self, deliberation: str, command: ForgetMember) -> None:
        """Delete what is personal beside the chain, also reasons that were published without a handle."""
        owners = owners_to_erase(await self.log.read(deliberation), command.member, command.voter)
        await self.log.erase(deliberation, sorted(owners))
        self._states[deliberation] = fold(await self.log.read(deliberation))

    def _tell(self, deliberation: str, events: tuple[AnyEvent, ...]) -> None:
        for listener in self._listeners:
            try:
                listener(deliberation, events)
            except Exception:  # a listener's fault must not look like the command's
                logger.exception("a listener failed over %s", deliberation)
