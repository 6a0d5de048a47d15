"""What every reward model answers: how likely is each member to agree with each statement, and how sure is that?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PastBallot:
    """One statement that a member graded before: `agreement` in [0, 1], 0 = grade 1, 1 = grade 7."""

    statement: str
    agreement: float


@dataclass(frozen=True)
class MemberWords:
    """What the model may know of one member within one deliberation."""

    opinions: tuple[str, ...]
    critiques: tuple[str, ...] = ()
    ballots: tuple[PastBallot, ...] = ()


@dataclass(frozen=True)
class Prediction:
    """`mean` and `spread`: (members, candidates), P(grade >= 5) in [0, 1] and its standard deviation."""

    mean: Floats
    spread: Floats


class RewardModel(Protocol):
    """Predicts agreement. It never invents a value: what it does not know has a wide spread."""

    def predict(self, members: Mapping[str, MemberWords], statements: Sequence[str]) -> Prediction:
        """Rows in the order of `members`, columns in that of `statements`."""
        ...
