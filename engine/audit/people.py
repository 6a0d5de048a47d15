"""People to compare a model with: their votes on statements, the groups they are in, and what they said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.audit.statements import AuditStatement

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_MEMBERS = 12
"""Below this a group of all people tells nothing of the structure or the leaning."""
LEAST_STATEMENTS = 20
LEAST_IN_GROUP = 8
"""Below this a group's answers are its members' moods: eight random people align with their own population by .90."""
LEAST_VOTES = 3
"""A group's answer to one statement is known from so many votes on."""
ANSWERS = 3
"""Disagree, pass, agree."""


@dataclass(frozen=True)
class People:
    """`votes`: (members, statements), 0 disagree, 0.5 pass, 1 agree, NaN unseen. `labels`: (members,), the group's
    place in `groups`, -1 for whoever is in none. `opinions`: what some members wrote, by member; a statement that a
    member wrote is NaN in their row, since that vote is no other vote.
    """

    members: tuple[str, ...]
    statements: tuple[AuditStatement, ...]
    votes: Floats
    groups: tuple[str, ...]
    labels: Ints
    opinions: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


class Counted:
    """Votes as counts that can be summed over any choice of members, quickly enough for a thousand resamples."""

    members: int
    statements: int

    def __init__(self, votes: Floats, answers: int = ANSWERS) -> None:
        """`votes`: (members, statements) in [0, 1], NaN unseen."""
        self.members, self.statements = len(votes), votes.shape[1]
        self.answers = answers
        seen = np.isfinite(votes)
        which = np.rint(np.where(seen, votes, 0.0) * (answers - 1)).astype(np.int64)
        cells = (which[..., None] == np.arange(answers)) & seen[..., None]
        self._cells = cells.reshape(self.members, -1).astype(np.float32)

    def distributions(self, weights: Floats) -> Floats:
        """(..., members) weights to (..., statements, answers); NaN where fewer than `LEAST_VOTES` votes are."""
        counts = (weights.astype(np.float32) @ self._cells).astype(np.float64)
        counts = counts.reshape(*weights.shape[:-1], self.statements, self.answers)
        totals = counts.sum(axis=-1, keepdims=True)
        return np.divide(counts, totals, out=np.full_like(counts, np.nan), where=totals >= LEAST_VOTES)


def membership(labels: Ints, groups: int) -> Floats:
    """(groups, members): 1 where somebody is in a group."""
    return (labels == np.arange(groups)[:, None]).astype(np.float64)


def weights_of(members: Ints, count: int) -> Floats:
    """How often each of `count` members is among `members` (indices): (count,)."""
    return np.bincount(members, minlength=count).astype(np.float64)
