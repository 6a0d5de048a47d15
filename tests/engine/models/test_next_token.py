from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from engine.models.context import Context, Entry
from engine.models.errors import CancelledError, ContextTooSmallError
from engine.models.next_token import read_next, read_one_by_one, tokens_read
from tests.engine.models.loaded import language_model

WORDS = "The street should be closed to cars on every Sunday of the summer because children play there"


def prompts(count: int) -> list[list[int]]:
    model, words = language_model(), WORDS.split()
    texts = [
        f"Say what you think.\n{order}\nStatement: {' '.join(words[: 2 + at % 15])} {at // 15}\nAnswer:"
        for order in ("A. yes\nB. no", "A. no\nB. yes")
        for at in range(count)
    ]
    return [model.tokens(text) for text in texts]


@pytest.mark.model
def test_prompts_read_together_say_what_prompts_one_by_one_say() -> None:
    asked = prompts(24)
    together = np.array(read_next(language_model(), asked, lambda chances: chances[:2000]))
    single = np.array(read_one_by_one(language_model(), asked[:6] + asked[-6:], lambda chances: chances[:2000]))
    assert np.abs(together[[*range(6), *range(-6, 0)]] - single).max() < 0.3, "other kernels round otherwise"
    assert np.array_equal(together.argmax(axis=1)[:6], single.argmax(axis=1)[:6])
    assert np.abs(together[0] - together[1]).max() > 0.3, "other prompts answer otherwise"


@pytest.mark.model
def test_chances_sum_to_one_and_come_in_the_order_asked() -> None:
    asked = prompts(3)
    sums = read_next(language_model(), asked, lambda chances: float(np.exp(chances).sum()))
    assert np.allclose(sums, 1.0)
    forwards = read_next(language_model(), asked, lambda chances: chances[:100].copy())
    backwards = read_next(language_model(), asked[::-1], lambda chances: chances[:100].copy())
    assert np.allclose(forwards, backwards[::-1])
    assert np.allclose(read_next(language_model(), [*asked, asked[0]], lambda chances: chances[7])[-1], forwards[0][7])


@pytest.mark.model
def test_a_prompt_that_the_model_cannot_hold_is_refused() -> None:
    with pytest.raises(ContextTooSmallError):
        read_next(language_model(), [[1] * 9000], lambda chances: chances)


def test_nothing_asked_is_nothing_read() -> None:
    assert read_next(language_model(), [], lambda chances: chances) == []


@pytest.mark.model
def test_what_it_will_cost_is_what_it_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = prompts(40)
    read: list[int] = []
    decode = Context.decode

    def counted(context: Context, entries: Sequence[Entry]) -> None:
        read.append(len(entries))
        decode(context, entries)

    monkeypatch.setattr(Context, "decode", counted)
    read_next(language_model(), asked, lambda chances: float(chances[0]))
    assert sum(read) == tokens_read(asked) < sum(map(len, asked)) / 3


@pytest.mark.model
def test_reading_stops_when_nobody_wants_it_any_more() -> None:
    answers = iter([False, True])
    with pytest.raises(CancelledError):
        read_next(language_model(), prompts(60), lambda chances: chances[0], cancelled=lambda: next(answers))
