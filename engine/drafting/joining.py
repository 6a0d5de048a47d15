"""Drafts that say one member's point and report another's beside it (`engine.drafting.reported`).

What stands in such a draft is known: each of its two sentences is one member's point (`engine.drafting.points`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.drafting.clauses import turning_words
from engine.drafting.points import Point
from engine.drafting.reported import told_sentences, with_report
from engine.drafting.said_words import telling_forms

Floats = NDArray[np.float64]

ALIKE, SAME = 0.9, 0.75
"""The cosine between two opinions, and the share of the shorter point's words that the other has, from which a
draft with both says the same twice, unless one turns round what the other says."""
MOST_USES = 4
"""In how many pairs a point stands before all the others had their turn: else the best would stand in every draft."""
ANSWERS = 1.0
"""What a cosine of 1 to all that was said about the last draft adds to a draft's quality."""
SUPPORT, BESIDE = 4.0, 1.0
"""What everybody's agreement with it adds to a draft for the point that it says as the group's own; and for the one
that it reports, the agreement of those who do not agree with the first."""


@dataclass(frozen=True)
class Joined:
    """A draft, and the points of its sentences in order.

    `quality`: the mean of its points', and what it has of what was said about the last draft (`ANSWERS`). `standing`:
    that and how far people agree with its points (`SUPPORT`, `BESIDE`), which is not for the log.
    """

    points: tuple[Point, Point]
    text: str
    quality: float
    standing: float


def joined(
    points: Sequence[Point], alike: Floats, members: Sequence[str], answers: Floats, agreement: Floats, *, count: int
) -> list[Joined]:
    """Up to `count` pairs of points of different members: each point once with its best partner, then the best pairs,
    each point in at most `MOST_USES` of them while there are others.

    `alike`: (opinions, opinions), cosine. `members`: who said each opinion. `answers`: (points, critiques), the cosine
    of each point to each of what was said about the last draft; a draft answers it as its closer point does.
    `agreement`: (members, points), in [0, 1], how likely each agrees with each; (0, points) where that is not known.
    The better point comes first, or where that is known the one that more agree with.
    """
    support = agreement.mean(axis=0) if len(agreement) else np.zeros(len(points))
    best_first = sorted(range(len(points)), key=lambda at: (-points[at].quality, points[at].opinion))
    pairs: list[Joined] = []
    for pair in combinations(best_first, 2):
        better, other = (points[at] for at in pair)
        if members[better.opinion] == members[other.opinion] or _says_twice(
            better.clause, other.clause, float(alike[better.opinion, other.opinion])
        ):
            continue
        first, second = max(pair, pair[::-1], key=lambda ordered: _welcome(agreement, support, *ordered))
        text = with_report(points[first].clause, points[second].clause)
        if len(told_sentences(text)) != 2:  # "... back on Market St. Others say: ..." is one.
            continue
        quality = (better.quality + other.quality) / 2
        if answers.shape[1]:
            quality += ANSWERS * float(answers[list(pair)].max(axis=0).mean())
        standing = quality + _welcome(agreement, support, first, second)
        pairs.append(Joined((points[first], points[second]), text, quality, standing))
    pairs.sort(key=lambda pair: -pair.standing)
    return _each_once_then_best([points[at] for at in best_first], pairs)[:count]


def _welcome(agreement: Floats, support: Floats, said: int, reported: int) -> float:
    """What people's agreement adds to a draft that says one point and reports another; 0 where nobody's is known."""
    apart = 1.0 - agreement[:, said]
    beside = float(apart @ agreement[:, reported] / apart.sum()) if apart.sum() > 0 else 0.0
    return SUPPORT * float(support[said]) + BESIDE * beside


def _each_once_then_best(points: Sequence[Point], pairs: Sequence[Joined]) -> list[Joined]:
    """The best pair; one with each point that is in none yet; the best of the others, each point in at most
    `MOST_USES`; then all that are left. `pairs`: best first.
    """
    chosen: dict[Joined, None] = {}
    uses: Counter[Point] = Counter()

    def choose(pair: Joined) -> None:
        if pair not in chosen and all(uses[point] < MOST_USES for point in pair.points):
            chosen[pair] = None
            uses.update(pair.points)

    for pair in pairs[:1]:
        choose(pair)
    for point in points:
        for pair in pairs:
            if uses[point] == 0 and point in pair.points:
                choose(pair)
    for pair in pairs:
        choose(pair)
    return [*chosen, *(pair for pair in pairs if pair not in chosen)]


def _says_twice(first: str, second: str, alike: float) -> bool:
    """Whether two clauses of opinions with this cosine say the same; opposites share all words and do not."""
    one, other = telling_forms(first), telling_forms(second)
    shared = len(one & other) / max(1, min(len(one), len(other)))
    return turning_words(first) == turning_words(second) and (alike >= ALIKE or shared >= SAME)
