"""Do a thing after a quiet spell, but not later than a ceiling after it was first asked for; never twice at a time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

logger = logging.getLogger("accord.live")

GRACE = 5.0
"""Seconds that what is being done has when it is closed."""


class AfterQuiet:
    """`action(key)` some `quiet` seconds after the last `ask(key)`, at most `ceiling` seconds after the first."""

    def __init__(self, action: Callable[[str], Awaitable[None]], quiet: float, ceiling: float) -> None:
        self._action = action
        self._quiet = quiet
        self._ceiling = ceiling
        self._first: dict[str, float] = {}
        self._last: dict[str, float] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._acting: set[str] = set()
        self._closed = False

    def ask(self, key: str) -> None:
        """Ask for the action; asking again while it waits puts it off, within the ceiling."""
        if self._closed:
            return
        now = time.monotonic()
        self._first.setdefault(key, now)
        self._last[key] = now
        if key not in self._tasks:
            self._tasks[key] = asyncio.create_task(self._run(key))

    async def settle(self, key: str) -> None:
        """Wait until nothing is asked for any more under this key."""
        while (task := self._tasks.get(key)) is not None:
            await asyncio.wait([task])

    async def close(self) -> None:
        """Give up what waits, finish what is being done, and take no more."""
        self._closed = True
        for key, task in self._tasks.items():
            if key not in self._acting:
                task.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks.values(), timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, key: str) -> None:
        try:
            while key in self._first and not self._closed:
                while (left := self._due(key) - time.monotonic()) > 0:  # noqa: ASYNC110 - the moment moves
                    await asyncio.sleep(left)
                del self._first[key], self._last[key]
                self._acting.add(key)
                try:
                    await self._action(key)
                except Exception:
                    logger.exception("what was to be done for %s failed", key)
                finally:
                    self._acting.discard(key)
        finally:
            self._tasks.pop(key, None)

    def _due(self, key: str) -> float:
        return min(self._last[key] + self._quiet, self._first[key] + self._ceiling)
