"""What every reward model answers: how likely is each member to agree with each statement, and how sure is that?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import Leaning

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PastBallot:
    """One statement that a member graded before: `agreement` in [0, 1], 0 = grade 1, 1 = grade 7."""

    statement: str
    agreement: float


@dataclass(frozen=True)
class StatementVote:
    """One tap on a statement: agree 1, pass 0, disagree -1. A pass is an answer too: it stands between the two."""

    statement: str
    vote: Literal[-1, 0, 1]


@dataclass(frozen=True)
class MemberWords:
    """What the model may know of one member within one deliberation; critiques are no part of it (docs/reward.md)."""

    opinions: tuple[str, ...]
    ballots: tuple[PastBallot, ...] = ()
    votes: tuple[StatementVote, ...] = ()


@dataclass(frozen=True)
class Prediction:
    """`mean` and `spread`: (members, candidates), P(grade >= 5) in [0, 1] and its standard deviation.

    The spread is how unsure the model is of that chance, not how much a vote would vary around it. `reads_text` is
    False where the words are in a language that the embedding does not know: then only votes count.
    """

    mean: Floats
    spread: Floats
    reads_text: bool = True


class RewardModel(Protocol):
    """Predicts agreement. It never invents a value: what it does not know has a wide spread."""

    def predict(
        self, members: Mapping[str, MemberWords], statements: Sequence[str], leaning: Leaning | None = None
    ) -> Prediction:
        """Rows in the order of `members`, columns in that of `statements`. `leaning`: where the group starts from."""
        ...
