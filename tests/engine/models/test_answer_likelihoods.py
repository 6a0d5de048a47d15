from __future__ import annotations

import numpy as np
import pytest

from engine.drafting.prompt import small_prompt
from engine.drafting.templates import TUNED_ENGLISH
from engine.models.likelihood import likelihoods
from tests.engine.models.loaded import language_model

OPINIONS = ["The well was empty in August.", "Ban hoses, the upper plots got nothing last year."]
RIGHT = "Ban hoses, as the well was empty in August."
WRONG = ("Ban the well in August, as the upper plots empty hoses.", "The well got hoses, so that August is banned.")


def prompt() -> tuple[int, ...]:
    return small_prompt("How do we water?", OPINIONS, language_model(), TUNED_ENGLISH)


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
