"""How much one member may send: a bucket of acts that fills again within a minute."""

from __future__ import annotations

import math
import time

from bot.discord.errors import RefusalError

MOST_REMEMBERED = 10_000


class RateLimit:
    """At most `per_minute` acts at once, and as many in each minute after that."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._buckets: dict[int, tuple[float, float]] = {}

    def spend(self, person: int) -> None:
        """Take one act from a person's bucket. Raises `RefusalError` when it is empty."""
        now = time.monotonic()
        left, since = self._buckets.pop(person, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - since) * self._per_minute / 60)
        self._buckets[person] = (max(0.0, left - 1) if left >= 1 else left, now)
        while len(self._buckets) > MOST_REMEMBERED:
            self._buckets.pop(next(iter(self._buckets)))
        if left < 1:
            raise RefusalError("too_fast", seconds=math.ceil((1 - left) * 60 / self._per_minute))
