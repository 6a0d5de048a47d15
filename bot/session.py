"""One deliberation at work: commands go in, decided events go into the log, the state follows."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from engine.deliberation.commands import AnyCommand, ForgetMember
from engine.deliberation.decide import decide
from engine.deliberation.erasure import owners_to_erase
from engine.deliberation.events import AnyEvent
from engine.deliberation.evolve import fold
from engine.deliberation.state import State
from storage.event_log import EventLog

C = TypeVar("C", bound="Any")


class Session:
    """The only writer of a new deliberation. `clock` gives milliseconds since 1970."""

    def __init__(self, log: EventLog, deliberation: str, clock: Callable[[], int]) -> None:
        self._log = log
        self.deliberation = deliberation
        self._clock = clock
        self._state: State | None = None
        self._version = 0

    @property
    def state(self) -> State:
        """The deliberation as it stands; it must have been opened."""
        assert self._state is not None
        return self._state

    async def do(self, command: type[C], **fields: Any) -> tuple[AnyEvent, ...]:
        """Decide a command of this kind and append what it leads to. Raises `DeliberationError`."""
        made: AnyCommand = command(
            at=self._clock(), request=secrets.token_hex(8), entropy=secrets.token_hex(32), **fields
        )
        events = decide(self._state, made)
        self._version = await self._log.append(self.deliberation, self._version, events)
        self._state = fold(events, self._state)
        if isinstance(made, ForgetMember):
            await self._forget(made)
        return events

    async def _forget(self, command: ForgetMember) -> None:
        """Delete what is personal beside the chain, also reasons that were published without a handle."""
        events = await self._log.read(self.deliberation)
        owners = owners_to_erase(events, command.member, command.voter)
        await self._log.erase(self.deliberation, sorted(owners))
        self._state = fold(await self._log.read(self.deliberation))
