"""Bursts of votes and opinions as they happen: told once each, and never discounted."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from engine.deliberation.events import AnyEvent, BallotCast, OpinionGiven, QuickVoteCast
from engine.deliberation.oversight import Burst, bursts

WINDOW_SECONDS = 60
KEPT = 1_000
"""Newest events of one deliberation that are looked at; a burst is told long before."""


class BurstWatch:
    """Looks at what this process wrote within the last minute, and keeps no more than that."""

    def __init__(self) -> None:
        self._lately: dict[str, deque[AnyEvent]] = {}
        self._told: set[tuple[str, str]] = set()

    def heed(self, deliberation: str, events: Sequence[AnyEvent]) -> list[Burst]:
        """The bursts that begin to be ones with these events. One goes on until a minute is calm."""
        new = [event for event in events if isinstance(event, OpinionGiven | BallotCast | QuickVoteCast)]
        if not new:
            return []
        lately = self._lately.setdefault(deliberation, deque(maxlen=KEPT))
        lately.extend(new)
        newest = max(event.at for event in new)
        while lately and newest - lately[0].at > 1000 * WINDOW_SECONDS:
            lately.popleft()
        found = {burst.what: burst for burst in bursts(lately, seconds=WINDOW_SECONDS)}
        begun = [burst for what, burst in found.items() if (deliberation, what) not in self._told]
        for what in ("opinions", "votes"):
            (self._told.add if what in found else self._told.discard)((deliberation, what))
        return begun
