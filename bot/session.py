"""One deliberation as a program at a terminal drives it: it brings the time, the requests and the entropy."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from engine.deliberation.events import AnyEvent
from engine.deliberation.state import State
from storage import sessions
from storage.event_log import EventLog

C = TypeVar("C", bound="Any")


class Session:
    """A deliberation of `log`. `clock` gives milliseconds since 1970."""

    def __init__(self, log: EventLog, deliberation: str, clock: Callable[[], int]) -> None:
        self._session = sessions.Session(log, deliberation)
        self._clock = clock

    @property
    def state(self) -> State:
        """The deliberation as it stands; it must have been opened."""
        return self._session.state

    async def do(self, command: type[C], **fields: Any) -> tuple[AnyEvent, ...]:
        """Decide a command of this kind and append what it leads to. Raises `DeliberationError`."""
        made = command(at=self._clock(), request=secrets.token_hex(8), entropy=secrets.token_hex(32), **fields)
        return await self._session.do(made)
