from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.deliberation.drafts import Leaning
from engine.reward.interface import MemberWords, Prediction, StatementVote
from engine.reward.weakest_sentence import WeakestSentence

LIKED = {
    "Close it.": (0.9, 0.2),
    "Keep it open.": (0.3, 0.8),
    "Close it. Keep it open.": (0.95, 0.95),
    "Close it. Others say: keep it open.": (0.6, 0.5),
    "Close it. Others say: keep it open. Keep it open.": (0.4, 0.4),
}

REPORTS = "Close it. Others say: keep it open."


class Scripted:
    """Answers from a table, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def predict(
        self, members: Mapping[str, MemberWords], statements: Sequence[str], leaning: Leaning | None = None
    ) -> Prediction:
        self.asked = list(statements)
        mean = np.array([LIKED[statement] for statement in statements]).T
        return Prediction(mean, mean / 10)


def test_a_statement_that_says_a_thing_and_its_opposite_pleases_nobody() -> None:
    both = ["Close it.", "Close it. Keep it open."]
    prediction = WeakestSentence(Scripted()).predict({"ada": MemberWords(()), "bo": MemberWords(())}, both)
    assert prediction.mean.tolist() == [[0.9, 0.3], [0.2, 0.2]]
    assert np.allclose(prediction.spread, prediction.mean / 10)


def test_what_others_say_is_read_beside_what_the_statement_says() -> None:
    inner = Scripted()
    prediction = WeakestSentence(inner).predict({"ada": MemberWords(()), "bo": MemberWords(())}, [REPORTS])
    assert prediction.mean.tolist() == [[0.6], [0.5]]
    assert inner.asked == [REPORTS]
    inner = Scripted()
    WeakestSentence(inner).predict({"ada": MemberWords(()), "bo": MemberWords(())}, [f"{REPORTS} Keep it open."])
    assert inner.asked == [f"{REPORTS} Keep it open.", REPORTS, "Keep it open."]


def test_a_statement_that_somebody_reacted_to_is_known_as_a_whole() -> None:
    inner = Scripted()
    voted = MemberWords((), votes=(StatementVote("close it.  Keep it open.", 1),))
    prediction = WeakestSentence(inner).predict({"ada": voted, "bo": MemberWords(())}, ["Close it. Keep it open."])
    assert prediction.mean.tolist() == [[0.95], [0.95]]
    assert inner.asked == ["Close it. Keep it open."]


def test_nobody_and_nothing_are_answered_with_nothing() -> None:
    class Empty:
        def predict(
            self, members: Mapping[str, MemberWords], statements: Sequence[str], leaning: Leaning | None = None
        ) -> Prediction:
            nothing = np.zeros((len(members), len(statements)))
            return Prediction(nothing, nothing)

    assert WeakestSentence(Empty()).predict({}, ["Close it."]).mean.shape == (0, 1)
    assert WeakestSentence(Empty()).predict({"ada": MemberWords(())}, []).mean.shape == (1, 0)
