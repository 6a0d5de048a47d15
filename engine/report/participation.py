"""When people took part: opinions, reactions and ballots over the time that it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.deliberation.events import AnyEvent, BallotCast, CritiqueGiven, OpinionGiven, PointAnswered, QuickVoteCast

BINS: Final = 24
WHAT: Final = ("opinions", "reactions", "critiques", "ballots")


@dataclass(frozen=True, slots=True)
class Timeline:
    """`counts` by `WHAT`: how many in each of `BINS` equal spans from `since` to `until` (milliseconds)."""

    since: int
    until: int
    counts: dict[str, tuple[int, ...]]

    @property
    def totals(self) -> dict[str, int]:
        """How many in all."""
        return {what: sum(counts) for what, counts in self.counts.items()}


def timeline(events: Sequence[AnyEvent]) -> Timeline:
    """The course of a log's events up to its last ballot or closing; what was changed later counts each time."""
    times: dict[str, list[int]] = {what: [] for what in WHAT}
    for event in events:
        what = _what(event)
        if what is not None:
            times[what].append(event.at)
    everything = [at for found in times.values() for at in found]
    since = min([events[0].at, *everything])
    until = max([since + 1, *everything])
    return Timeline(since, until, {what: _binned(found, since, until) for what, found in times.items()})


def _binned(times: Sequence[int], since: int, until: int) -> tuple[int, ...]:
    counted = np.histogram(np.array(times, dtype=np.float64), bins=BINS, range=(since, until))[0]
    return tuple(int(count) for count in counted)


def _what(event: AnyEvent) -> str | None:
    if isinstance(event, OpinionGiven):
        return "opinions"
    if isinstance(event, QuickVoteCast):
        return "reactions"
    if isinstance(event, CritiqueGiven) or (isinstance(event, PointAnswered) and event.critique is not None):
        return "critiques"
    return "ballots" if isinstance(event, BallotCast) else None
