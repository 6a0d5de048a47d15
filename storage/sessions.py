"""Deliberations at work: commands go in, decided events go into the log, the state follows.

Any number of sessions, in one process or in several, can write the same deliberation. Each decides against the state
that it has; where another was faster it catches up and decides again, so nothing is lost and nothing happens twice.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from weakref import WeakValueDictionary

from engine.deliberation.commands import AnyCommand
from engine.deliberation.decide import decide
from engine.deliberation.erasure import FORGETTING
from engine.deliberation.errors import DeliberationError
from engine.deliberation.events import AnyEvent
from engine.deliberation.evolve import fold
from engine.deliberation.state import State
from storage.errors import StorageError, VersionConflictError
from storage.event_log import EventLog
from storage.settling import erase_what_is_due


class Session:
    """One deliberation. `Sessions` hands them out; made directly, it begins without knowing what the log holds."""

    def __init__(self, log: EventLog, deliberation: str) -> None:
        self._log = log
        self.deliberation = deliberation
        self._state: State | None = None
        self._turn = asyncio.Lock()

    @property
    def state(self) -> State:
        """The deliberation as this session last saw it. Raises `StorageError` where it was never opened."""
        if self._state is None:
            raise StorageError("no_such_deliberation", deliberation=self.deliberation)
        return self._state

    @property
    def version(self) -> int:
        """How many events this session has seen."""
        return 0 if self._state is None else self._state.version

    async def do(self, command: AnyCommand) -> tuple[AnyEvent, ...]:
        """Decide a command and append what it leads to; the events, none for a request that arrived before.

        Once this returns they are durable, and what they say is forgotten is deleted. Raises `DeliberationError`
        where the newest state refuses the command, and `StorageError`.
        """
        async with self._turn:
            while True:
                try:
                    events = decide(self._state, command)
                except DeliberationError:
                    # It may be about something that another session wrote.
                    if await self._catch_up():
                        continue
                    raise
                try:
                    await self._log.append(self.deliberation, self.version, events)
                except VersionConflictError:
                    await self._catch_up()
                    continue
                await self._take(events)
                return events

    async def catch_up(self) -> State | None:
        """The state with what others wrote since; None where the deliberation was never opened."""
        async with self._turn:
            await self._catch_up()
            return self._state

    async def made_by(self, request: str) -> tuple[AnyEvent, ...]:
        """The events of a request that was taken, for whoever must answer it again after a crash."""
        return tuple(event for event in await self._log.read(self.deliberation) if event.request == request)

    async def _catch_up(self) -> bool:
        events = await self._log.read(self.deliberation, after=self.version)
        await self._take(events)
        return bool(events)

    async def _take(self, events: Sequence[AnyEvent]) -> None:
        if not events:
            return
        whole = events if self._state is None else None
        self._state = fold(events, self._state)
        if any(isinstance(event, FORGETTING) for event in events):
            await erase_what_is_due(self._log, self.deliberation, whole)


class Sessions:
    """The sessions of a log. The `keep` used last stay in memory, and those that somebody still holds."""

    def __init__(self, log: EventLog, keep: int = 256) -> None:
        self._log = log
        self._keep = keep
        self._recent: OrderedDict[str, Session] = OrderedDict()
        self._alive: WeakValueDictionary[str, Session] = WeakValueDictionary()

    async def get(self, deliberation: str) -> Session:
        """The one session of a deliberation in this process, caught up when it was not in memory.

        A deliberation that does not exist has one as well: `Open` begins it.
        """
        session = self._alive.get(deliberation)
        if session is None:
            session = Session(self._log, deliberation)
            self._alive[deliberation] = session
        self._recent[deliberation] = session
        self._recent.move_to_end(deliberation)
        while len(self._recent) > self._keep:
            self._recent.popitem(last=False)
        if session.version == 0:
            await session.catch_up()
        return session
