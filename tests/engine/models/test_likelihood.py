from __future__ import annotations

import numpy as np
import pytest

from engine.models.errors import ContextTooSmallError
from engine.models.likelihood import Parted, leave_one_out, one_by_one
from tests.engine.models.loaded import language_model

LINES = (
    "- Close the street to cars on Sundays so that children can play.\n",
    "- My shop needs deliveries every morning.\n",
    "- Trees and benches would make it a nicer place.\n",
    "- The bus must still get through.\n",
    "- I like soup.\n",
)


def parted(statement: str, lines: tuple[str, ...] = LINES) -> Parted:
    model = language_model()
    return Parted(
        head=tuple(model.tokens("A group discusses a street. What members said:\n")),
        parts=tuple(tuple(model.tokens(line)) for line in lines),
        tail=tuple(model.tokens("\nWhat they agree on: ")),
        continuation=tuple(model.tokens(statement)),
    )


@pytest.mark.model
def test_prompts_grown_by_halves_say_what_prompts_one_by_one_say() -> None:
    """The included part stands last in both, but the others come in another order, so two parts are the exact case."""
    prompt = parted("Close the street on Sundays.", LINES[:2])
    halves, single = leave_one_out(language_model(), prompt, [1, 0]), one_by_one(language_model(), prompt, [1, 0])
    # Processors that multiply BF16 round by the width of a batch, by up to .14 nats here; without one of the
    # parts it is .5 and 20.
    assert np.allclose(halves.included, single.included, atol=0.3)
    assert np.allclose(halves.left_out, single.left_out, atol=0.3)


@pytest.mark.model
def test_growing_by_halves_reads_far_fewer_tokens() -> None:
    prompt = parted("Close the street.", LINES * 4)
    halves = leave_one_out(language_model(), prompt, range(20))
    whole = len(prompt.head) + sum(map(len, prompt.parts)) + len(prompt.tail) + len(prompt.continuation)
    assert halves.evaluated < 20 * whole * 2 / 3


@pytest.mark.model
def test_an_opinion_copied_into_the_statement_has_the_top_influence_and_an_unrelated_one_none() -> None:
    prompt = parted("My shop needs deliveries every morning.")
    found = leave_one_out(language_model(), prompt, [3, 0, 4, 1, 2])
    gains = found.included - found.left_out
    assert int(np.argmax(gains)) == 1
    assert gains[1] > 5.0
    assert gains[4] < 0.2 * gains[1]


@pytest.mark.model
def test_a_prompt_that_the_model_cannot_hold_is_refused() -> None:
    prompt = parted("Close the street.", LINES * 200)
    with pytest.raises(ContextTooSmallError):
        leave_one_out(language_model(), prompt, range(len(prompt.parts)))


@pytest.mark.model
def test_with_nobody_there_is_nothing_to_leave_out() -> None:
    found = leave_one_out(language_model(), parted("Close the street.", ()), [])
    assert found.included.shape == found.left_out.shape == (0,)
