"""What a store of deliberations must do; the contract tests hold every store to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.deliberation.events import AnyEvent
from storage.chain import Record, SideValue

Linked = tuple[Record, tuple[SideValue, ...]]
"""A record and what lies beside it."""


@dataclass(frozen=True, slots=True)
class Logged:
    """An event in its place."""

    deliberation: str
    version: int
    event: AnyEvent


class EventLog(Protocol):
    """Append-only logs, one per deliberation, with optimistic concurrency."""

    async def append(self, deliberation: str, expected_version: int, events: Sequence[AnyEvent]) -> int:
        """Append all events or none and return the new version; once this returns they are durable.

        `expected_version` is the version that they were decided against (0 for a new deliberation). Raises
        `VersionConflictError` if another append came first. A repeated append that finds its own events in place
        succeeds and changes nothing.
        """
        ...

    async def read(self, deliberation: str, after: int = 0) -> list[AnyEvent]:
        """The events after a version, in order; none for a deliberation that does not exist."""
        ...

    async def records(self, deliberation: str) -> list[tuple[Record, tuple[SideValue, ...]]]:
        """The chain with what still lies beside it, secret values included: for exports, which leave them out."""
        ...

    async def list(self) -> dict[str, int]:
        """Every deliberation and its version."""
        ...

    def follow(self, deliberation: str | None = None, after: int = 0) -> AsyncIterator[Logged]:
        """All events of one deliberation after a version, or of every deliberation from the start, without end."""
        ...

    def changed(self) -> AsyncIterator[str]:
        """Names of deliberations that somebody, in any process, appended to from now on, without end.

        Only a wake-up: now and then a name is missed, so who must not miss anything also looks by itself.
        """
        ...

    async def erase(self, deliberation: str, owners: Sequence[str]) -> int:
        """Delete every personal value that one of these pseudonyms owns, from the disk too; how many there were."""
        ...

    async def secret_key(self, deliberation: str) -> bytes:
        """The deliberation's own 256-bit key for pseudonyms, made at the first call. It is never exported."""
        ...

    async def forget_key(self, deliberation: str) -> None:
        """Delete that key, so that nobody can tell any more who a pseudonym was; a next call makes a new one."""
        ...

    async def known_key(self, deliberation: str) -> bytes | None:
        """That key as it is; None where there is none, or where it was forgotten."""
        ...

    async def copy_in(self, deliberation: str, chain: Sequence[Linked], key: bytes | None) -> None:
        """Put another store's records and values in as they are, hashes included; what is there already stays.

        Raises `VersionConflictError` where there is another chain or key of that name; nothing is changed then.
        """
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the store."""
        ...
