"""Ending tasks for certain."""

from __future__ import annotations

import asyncio
from typing import Any, Final

AGAIN: Final = 0.2


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait until they have ended, whatever they ended in.

    Once is not enough: before Python 3.12 `asyncio.wait_for`, which redis-py sends with, loses a cancellation that
    arrives in the moment in which what it waits for is done (https://github.com/python/cpython/issues/81839).
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN)
    await asyncio.gather(*tasks, return_exceptions=True)
