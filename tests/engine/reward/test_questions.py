from __future__ import annotations

import numpy as np
import pytest

from engine.reward.interface import MemberWords
from engine.reward.questions import MOST_ASKED, next_question, question_values, standing, whom_to_ask
from engine.reward.voting_model import Belief
from tests.engine.reward.test_voting_model import agree, camps, disagree, model

CANDIDATES = ["left 2", "right 2"]


def split_group(**members: MemberWords) -> Belief:
    """Two camps of four and some members more; the candidates are one statement of each camp."""
    return model().believe({**camps(4), **members}, CANDIDATES)


def test_a_vote_that_cannot_tell_the_candidates_apart_is_worth_less() -> None:
    """What the camps quarrel about tells where the newcomer stands; a statement of which nothing is known does not."""
    belief = split_group(new=MemberWords(()), other=MemberWords((), votes=agree("unrelated business")))
    statements = belief.places(["left 0", "unrelated business"])
    value, surprise = question_values(
        belief, standing(belief, belief.places(CANDIDATES), "utilitarian"), "new", statements
    )
    assert value[0] > 2 * value[1]
    assert surprise[0] > surprise[1]


def test_the_value_is_the_gain_that_asking_brings_on_average() -> None:
    """Against sampling: draw a vote from what is believed, choose again, and compare the welfare of the choice."""
    belief = split_group(new=MemberWords(()))
    candidates = belief.places(CANDIDATES)
    stands = standing(belief, candidates, "utilitarian")
    asked = belief.places(["left 0"])
    value, _ = question_values(belief, stands, "new", asked)
    own, shared, variance = belief.reach("new", candidates, asked)
    row = list(belief.members).index("new")
    others = stands.pull.sum(axis=0) - stands.pull[row]
    per_unit = (stands.pull[row] * own[:, 0] + others * shared[:, 0]) / (variance[0] + belief.vote_noise)
    surprise = np.random.default_rng(0).normal(0, np.sqrt(variance[0] + belief.vote_noise), 400_000)
    after = stands.welfare + surprise[:, None] * per_unit
    gain = after.max(axis=1).mean() - stands.welfare.max()
    assert value[0] == pytest.approx(gain, rel=0.02)


def test_nobody_is_asked_what_they_answered_or_more_than_is_fair() -> None:
    belief = split_group(new=MemberWords((), votes=disagree("left 0")))
    stands = standing(belief, belief.places(CANDIDATES), "nash")
    everything = range(len(belief.statements))
    question = next_question(belief, stands, "new", everything)
    assert question is not None
    assert belief.statements[question.statement] != "left 0"
    assert next_question(belief, stands, "new", everything, asked=MOST_ASKED) is None
    assert next_question(belief, stands, "l0", belief.places(["left 0", "right 1"]).tolist()) is None


def test_a_members_own_words_may_still_be_asked_about_only_votes_are_not_repeated() -> None:
    belief = split_group(new=MemberWords(("left 0",)))
    stands = standing(belief, belief.places(CANDIDATES), "nash")
    assert next_question(belief, stands, "new", belief.places(["left 0"]).tolist()) is not None


def test_who_was_asked_least_is_asked_first() -> None:
    belief = split_group(a=MemberWords(()), b=MemberWords(()), c=MemberWords(()))
    stands = standing(belief, belief.places(CANDIDATES), "utilitarian")
    questions = {name: next_question(belief, stands, name, range(len(belief.statements))) for name in "abc"}
    order = [question.member for question in whom_to_ask({**questions, "l0": None}, {"a": 2, "b": 1})]
    assert order == ["c", "b", "a"]


@pytest.mark.parametrize("rule", ["utilitarian", "nash", "maximin", "schulze"])
def test_values_are_finite_under_every_kind_of_rule(rule: str) -> None:
    belief = split_group(new=MemberWords(()))
    stands = standing(belief, belief.places(CANDIDATES), rule)
    value, surprise = question_values(belief, stands, "new", np.arange(len(belief.statements)))
    assert np.isfinite(value).all()
    assert (value >= 0).all()
    assert (surprise > 0).any()


def test_with_one_candidate_there_is_nothing_to_decide() -> None:
    belief = split_group(new=MemberWords(()))
    stands = standing(belief, belief.places(["left 2"]), "nash")
    value, _ = question_values(belief, stands, "new", np.arange(3))
    assert (value == 0).all()
