"""What to ask whom: the statement whose vote helps most to decide which candidate wins.

The value of a vote is the expected gain in welfare from choosing after it instead of before: the knowledge gradient
for correlated normal beliefs (Frazier, Powell and Dayanik 2009), here of the leader against its most promising rival.
A vote on one statement moves what is believed of its member on every candidate, and through the group's mean what is
believed of everybody. Votes are asked one at a time, so looking one step ahead is enough.

Utilitarian, Nash and maximin welfare are followed to first order; for other rules the mean chance stands in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.reward.link import chance, chance_slope, normal_cdf
from engine.reward.voting_model import Belief

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_ASKED = 5
"""Quick votes that one member is asked for in one round; they may stop at any time."""
_LEAST_UTILITY = 0.05
"""Nash welfare multiplies utilities; below this a chance counts as this much, so that one doubt is no veto."""
_NEAR_LEAST = 0.05
"""Chances this close to the least share what maximin looks at."""


@dataclass(frozen=True)
class Question:
    """A statement (its index in the belief) to ask a member about.

    `value`: the expected gain of welfare, at least 0; `surprise`: by how far the vote may move the candidates apart,
    which decides where no single vote can change the choice.
    """

    member: str
    statement: int
    value: float
    surprise: float


@dataclass(frozen=True)
class Standing:
    """How the candidates stand. `welfare`: (candidates,); `pull`: (members, candidates), by how much the welfare grows
    with a member's mean utility; `candidates`: their indices in the belief.
    """

    candidates: Ints
    welfare: Floats
    pull: Floats


def standing(belief: Belief, candidates: Ints, rule: str) -> Standing:
    """The candidates' predicted welfare under a rule, and what it hangs on."""
    mean, variance = belief.profile(candidates)
    welfare, weight = _welfare(chance(mean, variance, belief.slope), rule)
    return Standing(candidates, welfare, weight * chance_slope(mean, variance, belief.slope))


def next_question(
    belief: Belief, stands: Standing, member: str, askable: Collection[int], *, asked: int = 0
) -> Question | None:
    """What `member` should be asked about next; None where nothing is left to ask or enough was asked.

    `askable`: indices of statements that may be asked about, the candidates' among them or not; what the member voted
    on is left out. `asked`: how many votes they were asked for before.
    """
    ranked = [] if asked >= MOST_ASKED else ranked_questions(belief, stands, member, askable)
    return ranked[0] if ranked else None


def ranked_questions(belief: Belief, stands: Standing, member: str, askable: Collection[int]) -> list[Question]:
    """All that `member` can be asked about, what helps most first, each judged as if it were asked alone."""
    statements = np.array(sorted({int(place) for place in askable} - set(belief.voted[member])), dtype=np.int64)
    if not len(statements) or not len(stands.candidates):
        return []
    value, surprise = question_values(belief, stands, member, statements)
    return [
        Question(member, int(statements[at]), float(value[at]), float(surprise[at]))
        for at in np.lexsort((-surprise, -value))
    ]


def whom_to_ask(questions: Mapping[str, Question | None], asked: Mapping[str, int]) -> list[Question]:
    """The questions in the order in which to put them: who was asked least comes first, then the most valuable.

    So nobody is asked twice before everybody whose vote could matter was asked once.
    """
    given = [question for question in questions.values() if question is not None]
    return sorted(given, key=lambda question: (asked.get(question.member, 0), -question.value, -question.surprise))


def question_values(belief: Belief, stands: Standing, member: str, statements: Ints) -> tuple[Floats, Floats]:
    """The value of `member`'s vote on each of `statements` and how far it may move things: both (statements,)."""
    row = list(belief.members).index(member)
    own, shared, variance = belief.reach(member, stands.candidates, statements)
    deviation = np.sqrt(variance + belief.vote_noise)
    everybody = stands.pull.sum(axis=0) - stands.pull[row]
    # (candidates, statements): the welfare's move when the vote is one standard deviation from what is expected
    move = (stands.pull[row][:, None] * own + everybody[:, None] * shared) / deviation
    leader = int(np.argmax(stands.welfare))
    apart = np.abs(move - move[leader])
    behind = (stands.welfare[leader] - stands.welfare)[:, None]
    safe = np.maximum(apart, 1e-12)
    z = -behind / safe
    gain = np.where(apart > 1e-12, safe * (np.exp(-z * z / 2.0) / np.sqrt(2.0 * np.pi) + z * normal_cdf(z)), 0.0)
    gain[leader] = 0.0
    return np.maximum(gain.max(axis=0), 0.0), apart.sum(axis=0)


def _welfare(chances: Floats, rule: str) -> tuple[Floats, Floats]:
    """Welfare of each candidate (candidates,) and its derivative by each chance (members, candidates)."""
    members = len(chances)
    if rule == "nash":
        floored = np.maximum(chances, _LEAST_UTILITY)
        return np.log(floored).mean(axis=0), (chances > _LEAST_UTILITY) / floored / members
    if rule in {"maximin", "leximin"}:
        weight = np.exp(-(chances - chances.min(axis=0)) / _NEAR_LEAST)
        weight /= weight.sum(axis=0)
        return (weight * chances).sum(axis=0), weight
    return chances.mean(axis=0), np.full(chances.shape, 1.0 / members)
