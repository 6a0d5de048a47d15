from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine.deliberation.drafts import DraftedCandidate
from engine.deliberation.events import Rejection
from engine.drafting.faithfulness import likelihoods, most_faithful, only_most_faithful
from engine.drafting.guards import CODES
from engine.drafting.prompt import small_prompt
from engine.drafting.templates import TUNED_ENGLISH
from tests.engine.models.loaded import language_model

OPINIONS = ["The well was empty in August.", "Ban hoses, the upper plots got nothing last year."]
RIGHT = "Ban hoses, as the well was empty in August."
WRONG = ("Ban the well in August, as the upper plots empty hoses.", "The well got hoses, so that August is banned.")


def prompt() -> tuple[int, ...]:
    return small_prompt("How do we water?", OPINIONS, language_model(), TUNED_ENGLISH)


def test_the_highest_sixth_is_kept_and_one_of_any() -> None:
    assert most_faithful(np.array([-1.0, -3.0, -2.0] + 9 * [-4.0])) == [0, 2]
    assert most_faithful(np.array([-9.0])) == [0]


@pytest.mark.model
def test_what_members_said_is_likelier_to_the_model_than_what_joins_their_words_wrongly() -> None:
    model = language_model()
    right, *wrong = likelihoods(model, prompt(), [model.tokens(text) for text in (RIGHT, *WRONG)])
    assert max(wrong) < right < 0


@pytest.mark.model
def test_many_are_read_as_each_alone() -> None:
    model = language_model()
    answers = [model.tokens(text) for text in (RIGHT, *WRONG)] * 6
    found = likelihoods(model, prompt(), answers)
    alone = np.concatenate([likelihoods(model, prompt(), [answer]) for answer in answers[:3]])
    assert found == pytest.approx(np.tile(alone, 6), abs=0.02)


def candidates(*texts: str) -> list[DraftedCandidate]:
    """The first is refused already."""
    refused = Rejection(code="strays", parameters={"share": 0.6})
    return [
        DraftedCandidate(id=f"d{at}", origin="drafted", text=text, rejected=refused if at == 0 else None)
        for at, text in enumerate(texts)
    ]


def codes(judged: Sequence[DraftedCandidate]) -> list[str | None]:
    for one in judged:
        assert one.rejected is None or set(one.rejected.parameters) == set(CODES[one.rejected.code])
    return [one.rejected and one.rejected.code for one in judged]


def test_drafts_beside_the_most_faithful_are_rejected_with_what_was_measured() -> None:
    drafts = candidates(RIGHT, *WRONG, RIGHT)
    found = only_most_faithful(drafts, np.array([9.0, -1.0, -2.0, 0.5]), np.array([0.0, -1.5, -2.5, -1.0]))
    assert codes(found) == ["strays", "less_likely", "less_likely", None]
    assert found[2].rejected == Rejection(code="less_likely", parameters={"likelihood": -2.5})
    assert only_most_faithful(drafts[:1], np.zeros(1), np.zeros(1)) == drafts[:1]
    assert only_most_faithful([], np.zeros(0), np.zeros(0)) == []
