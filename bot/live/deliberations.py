"""All deliberations of a deployment at work: their sessions by name, who is who in them, and whoever wants to know."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.deliberation.errors import DeliberationError, EngineError
from engine.deliberation.events import AnyEvent
from engine.deliberation.state import State
from storage.errors import LogFileError, LogTooNewError, StorageError, StoreClosedError
from storage.event_log import EventLog
from storage.pseudonyms import pseudonym
from storage.sessions import Session

logger = logging.getLogger("accord.live")

FOLLOW_AGAIN = 2.0
"""Seconds after which a store that did not answer is asked again."""

Listener = Callable[[str], None]
Witness = Callable[[str, Sequence[AnyEvent]], None]


@dataclass(frozen=True, slots=True)
class Person:
    """What someone is called in one deliberation: when they speak, and when they vote."""

    member: str
    voter: str


def person_of(key: bytes, who: str, state: State | None) -> Person:
    """The pseudonyms of `who` under a deliberation's key: new ones after those that its state says were forgotten."""
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


class Deliberations:
    """Commands go in with this program's time and entropy; listeners hear that a deliberation changed."""

    def __init__(self, log: EventLog, clock: Callable[[], int]) -> None:
        self.log = log
        self.clock = clock
        self._sessions: dict[str, Session] = {}
        self._keys: dict[str, bytes] = {}
        self._listeners: list[Listener] = []
        self._witnesses: list[Witness] = []

    async def load(self) -> None:
        """Fold every log of the store; one that cannot be read costs that deliberation, never the others.

        Raises `StorageError` where the store does not answer.
        """
        for deliberation in await self.log.list():
            await self._open(deliberation)

    def on_change(self, listener: Listener) -> None:
        """Call `listener` with a deliberation's name after something of it is in the log."""
        self._listeners.append(listener)

    def on_events(self, witness: Witness) -> None:
        """Call `witness` with a deliberation's name and what this process itself has just written to its log."""
        self._witnesses.append(witness)

    def __contains__(self, deliberation: str) -> bool:
        return deliberation in self._sessions

    def state(self, deliberation: str) -> State:
        """The deliberation as it stands. Raises `DeliberationError` if there is none of that name."""
        session = self._sessions.get(deliberation)
        if session is None:
            raise DeliberationError("not_opened")
        return session.state

    @property
    def open(self) -> list[str]:
        """Those that have not ended."""
        return [name for name, session in self._sessions.items() if session.state.stage != "closed"]

    @property
    def all(self) -> dict[str, State]:
        """Every deliberation."""
        return {name: session.state for name, session in self._sessions.items()}

    async def do(self, deliberation: str, kind: type[Any], request: str, **fields: Any) -> tuple[AnyEvent, ...]:
        """Decide a command of this kind and append what it leads to; a request that came before leads to nothing.

        Raises `DeliberationError` and `StorageError`.
        """
        session = self._sessions.get(deliberation) or Session(self.log, deliberation)
        before = session.version
        command = kind(at=self.clock(), request=request, entropy=secrets.token_hex(32), **fields)
        try:
            events = await session.do(command)
        finally:
            if session.version > before:
                self._sessions.setdefault(deliberation, session)
                self._tell(deliberation)
        for witness in self._witnesses if events else ():
            witness(deliberation, events)
        return events

    async def made_by(self, deliberation: str, request: str) -> tuple[AnyEvent, ...]:
        """The events of a request that was taken before."""
        return await self._sessions[deliberation].made_by(request)

    async def catch_up(self) -> None:
        """Read what other processes wrote."""
        for deliberation, version in (await self.log.list()).items():
            session = self._sessions.get(deliberation)
            if session is None or session.version < version:
                await self.catch_up_on(deliberation)

    async def catch_up_on(self, deliberation: str) -> None:
        """Read what other processes wrote about one of them."""
        session = self._sessions.get(deliberation)
        before = 0 if session is None else session.version
        if session is None:
            await self._open(deliberation)
            session = self._sessions.get(deliberation)
        else:
            await session.catch_up()
        if session is not None and session.version > before:
            self._tell(deliberation)

    async def follow(self) -> None:
        """Read what other processes write as they write it, without end; what is missed, `catch_up` finds."""
        while True:
            try:
                async for deliberation in self.log.changed():
                    await self._heard_of(deliberation)
            except StoreClosedError:
                return
            except EngineError as problem:
                logger.warning("what others write cannot be followed just now (%s)", problem)
                await asyncio.sleep(FOLLOW_AGAIN)

    async def person(self, deliberation: str, who: str) -> Person:
        """The pseudonyms of `who` here. Someone who was forgotten and comes back gets new ones."""
        key = self._keys.get(deliberation)
        if key is None:
            key = self._keys[deliberation] = await self.log.secret_key(deliberation)
        session = self._sessions.get(deliberation)
        return person_of(key, who, None if session is None else session.state)

    async def _heard_of(self, deliberation: str) -> None:
        try:
            await self.catch_up_on(deliberation)
        except EngineError:  # one that cannot be read must not keep others from being heard
            logger.exception("what others wrote about %s cannot be read", deliberation)

    async def _open(self, deliberation: str) -> None:
        session = Session(self.log, deliberation)
        try:
            if await session.catch_up() is not None:
                self._sessions[deliberation] = session
        except StorageError as problem:
            # A store that does not answer says nothing about this log: who asks must not take it for one that is not.
            if not isinstance(problem, LogFileError | LogTooNewError):
                raise
            logger.exception("the log of %s cannot be read; it is left as it is", deliberation)
        except EngineError:
            logger.exception("the log of %s cannot be read; it is left as it is", deliberation)

    def _tell(self, deliberation: str) -> None:
        if deliberation not in self._sessions:
            return
        for listener in self._listeners:
            try:
                listener(deliberation)
            except Exception:  # a listener's fault must not look like the command's
                logger.exception("a listener failed over %s", deliberation)
