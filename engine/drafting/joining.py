"""Drafts that put the points of two members side by side, tied by "and" or "but".

What stands in such a draft is known: each half is one member's point (`engine.drafting.points`). What may be wrong is
that the halves do not go together, which the models read afterwards (`engine.drafting.faithfulness`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.drafting.points import Point

Floats = NDArray[np.float64]

TIES = ("and", "but")
ALIKE = 0.9
"""The cosine between two opinions from which one sentence with both says the same twice."""


@dataclass(frozen=True)
class Joined:
    """Two points as one sentence, tied in each of the `TIES`. `points`: in the order in which they stand."""

    points: tuple[Point, ...]
    texts: tuple[str, ...]


def joined(points: Sequence[Point], alike: Floats, members: Sequence[str], *, count: int) -> list[Joined]:
    """Up to `count` pairs of points of different members: each point once with its best partner, then the best pairs.

    `alike`: (opinions, opinions), cosine. `members`: who said each opinion. In a sentence the better point comes first.
    """
    ordered = sorted(points, key=lambda point: (-point.quality, point.opinion))
    several = len({members[point.opinion] for point in points}) > 1
    pairs = [
        (first, second)
        for first, second in combinations(ordered, 2)
        if alike[first.opinion, second.opinion] < ALIKE
        and (members[first.opinion] != members[second.opinion] or not several)
    ]
    pairs.sort(key=lambda pair: -sum(point.quality for point in pair))
    return [Joined(pair, tuple(_sentences(*pair))) for pair in _each_once_then_best(ordered, pairs)][:count]


def _each_once_then_best(
    points: Sequence[Point], pairs: Sequence[tuple[Point, Point]]
) -> Iterator[tuple[Point, Point]]:
    """The pairs, best first, but those before all others that a point needs to be in one."""
    needed = [next((pair for pair in pairs if point in pair), None) for point in points]
    yield from dict.fromkeys([*(pair for pair in needed if pair is not None), *pairs])


def _sentences(first: Point, second: Point) -> Iterator[str]:
    for tie in TIES:
        yield f"{first.clause[:1].upper()}{first.clause[1:]}, {tie} {second.clause}."
