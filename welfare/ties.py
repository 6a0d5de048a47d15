"""Breaking ties: a named choice of the caller, the same each time for the same seed.

- `lottery`: the order of SHA-256 of "seed:candidate", so that anyone can check the draw with `sha256sum` and no random
  number generator's version can change it.
- `listed`: the candidate with the lower index first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Method: TypeAlias = Literal["lottery", "listed"]


@dataclass(frozen=True, slots=True)
class TieBreak:
    """A tie-break by name; the seed matters to the lottery only.

    >>> str(TieBreak("lottery", seed=7))
    'lottery(seed=7)'
    """

    method: Method = "lottery"
    seed: int = 0

    def __str__(self) -> str:
        return f"lottery(seed={self.seed})" if self.method == "lottery" else self.method

    def order(self, candidates: Iterable[int]) -> tuple[int, ...]:
        """The candidates in the order in which a tie among them is decided, first one first.

        Leaving a candidate out never changes the order of the others.

        >>> TieBreak("lottery", seed=7).order(range(4))
        (3, 2, 1, 0)
        >>> TieBreak("lottery", seed=7).order([0, 1, 3])
        (3, 1, 0)
        """
        if self.method == "listed":
            return tuple(sorted(candidates))
        return tuple(sorted(candidates, key=self._ticket))

    def _ticket(self, candidate: int) -> tuple[str, int]:
        return hashlib.sha256(f"{self.seed}:{candidate}".encode()).hexdigest(), candidate


def break_ties(ranking: Sequence[Sequence[int]], tie_break: TieBreak) -> tuple[int, ...]:
    """All candidates in one strict order: tier after tier, each tier in the order of the tie-break.

    >>> break_ties(((2,), (1, 0)), TieBreak("listed"))
    (2, 0, 1)
    """
    return tuple(candidate for tier in ranking for candidate in tie_break.order(tier))


def refine(ranking: Sequence[Sequence[int]], by: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """Break ties by a second ranking, such as another rule's; what that one ties stays tied.

    >>> refine(((0, 1, 2), (3,)), by=((3,), (2,), (0, 1)))
    ((2,), (0, 1), (3,))
    """
    parts = ((set(tier), finer) for tier in ranking for finer in by)
    split = (tuple(sorted(tier.intersection(finer))) for tier, finer in parts)
    return tuple(part for part in split if part)
