from __future__ import annotations

import numpy as np

from engine.reward.polis import Conversation, Voter
from engine.reward.requests import Answerer, Request
from tests.engine.models.loaded import BagOfWords
from tests.engine.reward.test_voting_model import WEIGHTS

TEXTS = tuple(f"{side} {number}" for side in ("left", "right") for number in range(4))


def conversation() -> Conversation:
    """Twelve voters on either side, who never wrote anything."""
    sides = np.array([1.0] * 4 + [-1.0] * 4)
    voters = tuple(Voter(f"v{n}", np.arange(8), sides if n % 2 else -sides) for n in range(24))
    return Conversation("c", "en", tuple(map(str, range(8))), TEXTS, ("0",) * 8, voters)


def request(statement: str, **more: object) -> Request:
    fields = {"conversation": "c", "participant": "p", "opinions": (), "history": (), "language": "en", **more}
    return Request(id=f"c|p|{statement}", statement=statement, **fields)  # type: ignore[arg-type]


def answers(requests: list[Request], *, crowd: bool) -> list[float]:
    answerer = Answerer(BagOfWords(), {"c": conversation()} if crowd else {}, WEIGHTS)
    found = list(answerer.answer(requests))
    assert [answer.id for answer in found] == [asked.id for asked in requests]
    assert all(0 < answer.chance < 1 and 0 < answer.spread <= 0.5 for answer in found)
    return [answer.chance for answer in found]


def test_with_the_crowds_votes_two_of_ones_own_tell_the_camp() -> None:
    history = (("left 0", 1.0), ("right 0", -1.0))
    left, right = answers([request("left 3", history=history), request("right 3", history=history)], crowd=True)
    assert left > 0.7
    assert right < 0.4


def test_without_the_crowd_a_vote_on_another_statement_says_little() -> None:
    history = (("mice are nice", 1.0), ("cats purr", -1.0))
    one, other = answers([request("left 3", history=history), request("right 3", history=history)], crowd=False)
    assert abs(one - other) < 0.05


def test_what_somebody_wrote_places_them_among_the_crowd() -> None:
    wrote, silent = answers([request("left 3", opinions=("left 1",)), request("left 3")], crowd=True)
    assert wrote > silent


def test_an_answer_does_not_depend_on_what_else_is_asked() -> None:
    history = (("left 0", 1.0),)
    asked = [request(text, history=history) for text in (*TEXTS, "a new one", "left and new")]
    for crowd in (True, False):
        together = answers(asked, crowd=crowd)
        alone = [answers([single], crowd=crowd)[0] for single in asked]
        assert np.allclose(together, alone, atol=1e-9)


def test_a_statement_that_the_crowd_never_saw_is_answered_from_its_text() -> None:
    history = (("left 0", 1.0), ("right 0", -1.0))
    like_left, like_right = answers(
        [request("left wing", history=history), request("right wing", history=history)], crowd=True
    )
    assert like_left > like_right
