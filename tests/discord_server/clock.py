"""Discord's clock, which tests move forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

EPOCH = 1_420_070_400_000
"""The first millisecond of 2015, from which ids count."""


class Clock:
    """Real time, plus what tests added with `advance`."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The moment, in UTC."""
        return datetime.now(UTC) + self._ahead

    def seconds(self) -> float:
        """Since 1970."""
        return time.time() + self._ahead.total_seconds()

    def milliseconds(self) -> int:
        """Since 1970; what a bot under test takes as its clock."""
        return round(self.seconds() * 1000)

    def advance(self, **duration: float) -> None:
        """`clock.advance(minutes=15)`: arguments as those of `timedelta`."""
        self._ahead += timedelta(**duration)


class Snowflakes:
    """Ids as Discord makes them: time in the upper bits, never the same twice."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def __call__(self) -> int:
        """The next id."""
        self._last = max(self._last + 1, (self._clock.milliseconds() - EPOCH) << 22)
        return self._last


def iso(moment: datetime) -> str:
    """A moment as Discord writes it."""
    return moment.isoformat()
