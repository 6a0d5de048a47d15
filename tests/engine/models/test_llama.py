from __future__ import annotations

import pytest

from engine.models.errors import CancelledError, ContextTooSmallError
from engine.models.llama import Completion, Request, Sampling
from tests.engine.models.loaded import language_model

pytestmark = pytest.mark.model

COLD = Sampling(temperature=0.0, repetition_penalty=1.0)


def prompts() -> list[list[int]]:
    model = language_model()
    return [
        model.chat("Write about the sea.", ["- Salt water is blue.\n", end], answer_begins="The sea")
        for end in ("", "- Fish swim in it and people sail on it every day.\n", "- Waves.\n")
    ]


def test_the_same_requests_give_the_same_completions() -> None:
    requests = [Request(prompt=at % 3, seed=at) for at in range(6)]
    first, second = (language_model().complete(prompts(), requests, max_tokens=12) for _ in range(2))
    assert first == second
    assert len({completion.text for completion in first}) > 1


def test_prompts_that_share_a_beginning_continue_as_each_does_alone() -> None:
    model = language_model()
    together = model.complete(prompts(), [Request(at, 0, COLD) for at in range(3)], max_tokens=12)
    alone = [model.complete([prompt], [Request(0, 0, COLD)], max_tokens=12)[0] for prompt in prompts()]
    assert together == alone


def test_a_prompt_that_is_the_beginning_of_another_is_not_mixed_up_with_it() -> None:
    model = language_model()
    longer = model.tokens("One two three four five six seven")
    shorter = longer[:4]
    together = model.complete([shorter, longer], [Request(0, 0, COLD), Request(1, 0, COLD)], max_tokens=6)
    alone = [model.complete([prompt], [Request(0, 0, COLD)], max_tokens=6)[0] for prompt in (shorter, longer)]
    assert together == alone


def test_more_requests_than_sequences_run_in_waves_and_keep_their_order() -> None:
    told: list[tuple[int, int]] = []
    requests = [Request(at % 3, at, COLD) for at in range(140)]
    completions = language_model().complete(
        prompts(), requests, max_tokens=2, progress=lambda done, of: told.append((done, of))
    )
    assert len(completions) == 140
    assert len(set(completions[0::3])) == len(set(completions[1::3])) == 1
    assert told[-1] == (140, 140)
    assert told == sorted(told)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_cancelling_is_seen_at_the_next_step(steps: int) -> None:
    calls = 0

    def cancelled() -> bool:
        nonlocal calls
        calls += 1
        return calls >= steps

    with pytest.raises(CancelledError):
        language_model().complete(prompts(), [Request(0, 1)], max_tokens=40, cancelled=cancelled)
    assert calls == steps


def test_a_sequence_says_why_it_ended() -> None:
    model = language_model()
    cold = Request(0, 0, COLD)
    (limited,) = model.complete(prompts(), [cold], max_tokens=3)
    assert (limited.ended, limited.tokens) == ("limit", 3)
    (stopped,) = model.complete(prompts(), [cold], max_tokens=30, stop=lambda text: len(text) > 8)
    assert stopped.ended == "stop"
    assert len(stopped.text) > 8
    asked = [model.chat("Answer with one word: what colour is the sky?", [])]
    (ended,) = model.complete(asked, [cold], max_tokens=120)
    assert ended == Completion(ended.text, ended.tokens, "model")


def test_a_prompt_beyond_the_models_context_is_refused_with_figures() -> None:
    model = language_model()
    with pytest.raises(ContextTooSmallError) as refused:
        model.complete([[1] * model.context_limit], [Request(0, 0)], max_tokens=10)
    assert refused.value.parameters == {"needed": model.context_limit + 10, "limit": model.context_limit}


@pytest.mark.parametrize("text", ["", "plain", "日本語 😀", "a\x00b", "\ud800", "x" * 5000])
def test_any_text_can_be_tokenized_and_read_back(text: str) -> None:
    model = language_model()
    assert model.text(model.tokens(text)) == text.encode(errors="replace").decode()
