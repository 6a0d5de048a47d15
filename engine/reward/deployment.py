"""What a deployment learns of how its members vote: the level that the next group starts from.

Only where the deployment has turned it on, and only from the ballots of voters who allowed "learning" in a deliberation
that is over. No words are read, and what comes out is two numbers of at least `LEAST_VOTERS` voters together. They are
worked out from the log whenever they are needed and kept nowhere: who is forgotten, takes the consent back, or whose
deliberation expired is no part of them any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from engine.deliberation.consent import allows
from engine.deliberation.drafts import Leaning
from engine.deliberation.state import State
from engine.reward.weights import Sizes, bundled_weights

LEAST_VOTERS: Final = 20
"""Of all deliberations together; a voter of two counts twice, since nobody can tell."""
LEAST_HERE: Final = 5
"""A deliberation with fewer who allow it teaches nothing: the difference it makes would tell too much of them."""
BETWEEN_DEPLOYMENTS: Final = 0.5
"""The share of groups' differences that is one deployment's against others'. Among the training conversations,
those of one source differ half as much as all do.
"""


@dataclass(frozen=True)
class Level:
    """One deliberation's mean vote among those who allow learning: in [-1, 1], its `variance`, and how many voted."""

    mean: float
    variance: float
    voters: int


def learn(states: Iterable[State], sizes: Sizes | None = None) -> Leaning | None:
    """Where a deployment's next group starts from; None where too few allowed it to learn."""
    known = sizes or bundled_weights().sizes
    return leaning_of(levels_of(states, known), known)


def levels_of(states: Iterable[State], sizes: Sizes | None = None) -> list[Level]:
    """What each deliberation teaches, of those that teach anything."""
    known = sizes or bundled_weights().sizes
    return [level for state in states if (level := level_of(state, known)) is not None]


def level_of(state: State, sizes: Sizes) -> Level | None:
    """What one deliberation teaches; None while it is open, and where fewer than `LEAST_HERE` voters allow it."""
    if state.stage != "closed":
        return None
    ballots = [event.ballot.value for event in state.valid_ballots if allows(state, event.voter, "learning")]
    grades = [[(grade - 4) / 3 for grade in ballot.grades.values()] for ballot in ballots if ballot is not None]
    votes = [own for own in grades if own]
    if len(votes) < LEAST_HERE:
        return None
    statements = max(map(len, votes))
    of_statements = sizes.group_text + sizes.group_own
    of_votes = sizes.member_text + sizes.member_own + sizes.graded_noise
    return Level(
        mean=sum(sum(own) / len(own) for own in votes) / len(votes),
        variance=of_statements / statements + (sizes.member_level + of_votes / statements) / len(votes),
        voters=len(votes),
    )


def leaning_of(levels: Iterable[Level], sizes: Sizes) -> Leaning | None:
    """The normal posterior of a deployment's level, and what a group of it may differ."""
    given = list(levels)
    if sum(level.voters for level in given) < LEAST_VOTERS:
        return None
    between = BETWEEN_DEPLOYMENTS * sizes.group_level
    within = sizes.group_level - between
    precision = 1.0 / between + sum(1.0 / (within + level.variance) for level in given)
    pulled = sizes.base / between + sum(level.mean / (within + level.variance) for level in given)
    return Leaning(level=pulled / precision, variance=within + 1.0 / precision)
