from __future__ import annotations

import numpy as np
import pytest

from engine.reward.interface import MemberWords, PastBallot, StatementVote
from engine.reward.voting_model import VotingModel
from engine.reward.weights import Sizes, TextWeights, Weights
from tests.engine.models.loaded import STREET, BagOfWords

DIMENSIONS = 256
WEIGHTS = Weights(TextWeights(np.zeros(DIMENSIONS), np.zeros(DIMENSIONS)), Sizes())
STATEMENTS = ["Close the street to cars on Saturdays.", "Keep parking for the shop."]


def model() -> VotingModel:
    return VotingModel(BagOfWords(), WEIGHTS)


def agree(*statements: str) -> tuple[StatementVote, ...]:
    return tuple(StatementVote(statement, 1) for statement in statements)


def disagree(*statements: str) -> tuple[StatementVote, ...]:
    return tuple(StatementVote(statement, -1) for statement in statements)


def camps(size: int) -> dict[str, MemberWords]:
    """Two camps that vote alike within and against each other between, on six statements."""
    left, right = [f"left {n}" for n in range(3)], [f"right {n}" for n in range(3)]
    return {
        **{f"l{n}": MemberWords((), votes=(*agree(*left), *disagree(*right))) for n in range(size)},
        **{f"r{n}": MemberWords((), votes=(*disagree(*left), *agree(*right))) for n in range(size)},
    }


def test_with_no_votes_everybody_is_near_the_base_rate_and_wide() -> None:
    prediction = model().predict({"a": MemberWords((STREET[0],)), "b": MemberWords(())}, STATEMENTS)
    assert ((prediction.mean > 0.5) & (prediction.mean < 0.85)).all()
    assert (prediction.spread > 0.15).all()


def test_a_quick_vote_moves_a_prediction_and_narrows_it() -> None:
    silent = MemberWords((STREET[0],))
    against = MemberWords((STREET[0],), votes=disagree(STATEMENTS[0]))
    prediction = model().predict({"before": silent, "after": against}, STATEMENTS)
    assert prediction.mean[1, 0] < prediction.mean[0, 0] - 0.2
    assert prediction.spread[1, 0] < prediction.spread[0, 0]


def test_a_pass_lies_between_agreeing_and_disagreeing() -> None:
    members = {
        "against": MemberWords((), votes=disagree(STATEMENTS[0])),
        "passed": MemberWords((), votes=(StatementVote(STATEMENTS[0], 0),)),
        "for": MemberWords((), votes=agree(STATEMENTS[0])),
    }
    against, passed, agreed = model().predict(members, STATEMENTS).mean[:, 0]
    assert against < passed < agreed


def test_a_past_grade_counts_like_a_vote() -> None:
    members = {
        "liked": MemberWords((), ballots=(PastBallot(STATEMENTS[0], 1.0),)),
        "hated": MemberWords((), ballots=(PastBallot(STATEMENTS[0], 0.0),)),
    }
    liked, hated = model().predict(members, STATEMENTS).mean[:, 0]
    assert liked > hated + 0.3


def test_who_votes_with_a_camp_is_expected_to_agree_with_the_rest_of_it() -> None:
    group = camps(12)
    group["new"] = MemberWords((), votes=(*agree("left 0"), *disagree("right 0")))
    prediction = model().predict(group, ["left 2", "right 2"])
    assert prediction.mean[-1, 0] > 0.75
    assert prediction.mean[-1, 1] < 0.45


def test_who_has_not_voted_sits_between_the_camps_and_stays_wide() -> None:
    group = camps(12)
    group["new"] = MemberWords(())
    prediction = model().predict(group, ["left 2", "right 2"])
    voted, silent = prediction.spread[0], prediction.spread[-1]
    assert (np.abs(prediction.mean[-1] - 0.5) < 0.2).all()
    assert (silent > voted + 0.1).all()


def test_the_authors_of_a_sentence_are_expected_to_agree_with_it_more() -> None:
    author, other = model().predict({"a": MemberWords((STREET[0],)), "b": MemberWords((STREET[1],))}, STREET[:2]).mean
    assert author[0] > other[0]
    assert other[1] > author[1]


@pytest.mark.parametrize(
    "words",
    [
        MemberWords(()),
        MemberWords(("", "\u200b", "😀")),
        MemberWords(("word " * 4_000,)),
        MemberWords((STREET[0],), votes=agree(*STATEMENTS) + disagree(*STATEMENTS)),
        MemberWords((), votes=agree(*(f"statement {n}" for n in range(600)))),
        MemberWords((), votes=(*agree("", "😀"), *disagree("\u200b"))),
    ],
    ids=["nothing", "empty", "20,000 characters", "contradictory", "600 votes", "votes on nothing"],
)
def test_whatever_a_member_did_the_prediction_is_a_share(words: MemberWords) -> None:
    prediction = model().predict({"odd": words, "b": MemberWords((STREET[1],))}, [*STATEMENTS, ""])
    assert prediction.mean.shape == prediction.spread.shape == (2, 3)
    assert ((prediction.mean > 0) & (prediction.mean < 1)).all()
    assert ((prediction.spread > 0) & (prediction.spread <= 0.5)).all()


def test_contradictory_votes_leave_the_chance_in_the_middle() -> None:
    both = MemberWords((), votes=agree(STATEMENTS[0]) + disagree(STATEMENTS[0]))
    once = MemberWords((), votes=agree(STATEMENTS[0]))
    mean = model().predict({"both": both, "once": once}, STATEMENTS).mean[:, 0]
    assert 0.3 < mean[0] < mean[1]


def test_ten_thousand_votes_of_one_member_do_not_drown_the_others() -> None:
    flood = MemberWords((), votes=disagree(*(f"statement {n}" for n in range(10_000))))
    calm = {f"m{n}": MemberWords((), votes=agree("left 0", "left 1")) for n in range(4)}
    prediction = model().predict({"flood": flood, **calm}, ["left 0", "left 1"])
    assert (prediction.mean[1:] > 0.7).all()


def test_in_a_language_that_the_embedding_does_not_know_it_says_so_and_votes_still_count() -> None:
    words = "この公園にはもっと木が必要です。みんなで植えましょう。"
    prediction = model().predict(
        {"a": MemberWords((words,)), "b": MemberWords((words,), votes=disagree("駐車場は残すべきです。"))},
        ["駐車場は残すべきです。", "土曜日は通りを車に閉じるべきです。"],
    )
    assert not prediction.reads_text
    assert prediction.mean[1, 0] < prediction.mean[0, 0] - 0.2


def test_nobody_and_nothing_have_an_empty_prediction() -> None:
    assert model().predict({}, STATEMENTS).mean.shape == (0, 2)
    assert model().predict({"a": MemberWords((STREET[0],))}, []).mean.shape == (1, 0)


def test_predictions_do_not_depend_on_who_is_listed_first() -> None:
    group = camps(4)
    turned = dict(reversed(list(group.items())))
    one, other = model().predict(group, STATEMENTS), model().predict(turned, STATEMENTS)
    assert np.allclose(one.mean, other.mean[::-1], atol=1e-4)
