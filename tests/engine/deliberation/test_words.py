from __future__ import annotations

import pytest

from engine.deliberation import commands as c
from engine.deliberation.errors import DeliberationError
from engine.deliberation.words import LIMITS, words
from tests.engine.deliberation.world import World


@pytest.mark.parametrize(
    "text", ["👍", "👩‍👩‍👧", "שלום, мир", "نعم", "はい", "a\nb\tc", "1", "?", "e\u0301", "\U0001fae9"]
)
def test_what_people_write_is_taken_as_it_is(text: str) -> None:
    assert words(text, "opinion") == text


def test_text_is_trimmed_and_its_lines_end_alike() -> None:
    assert words("  a\r\nb\rc \n", "opinion") == "a\nb\nc"


@pytest.mark.parametrize("text", ["", "  \n\t", "\u200b\u200d", "\ufe0f", "\u3164", "\u2800 \u00a0"])
def test_text_that_shows_nothing_is_empty(text: str) -> None:
    with pytest.raises(DeliberationError) as caught:
        words(text, "critique")
    assert (caught.value.code, caught.value.parameters) == ("text_empty", {"field": "critique"})


def test_a_limit_says_how_long_it_was() -> None:
    assert words("x" * 4000, "opinion")
    with pytest.raises(DeliberationError) as caught:
        words(" " + "x" * 20_000, "opinion")
    assert caught.value.code == "text_too_long"
    assert caught.value.parameters == {"field": "opinion", "limit": LIMITS["opinion"], "length": 20_000}


def test_binary_junk_is_not_text() -> None:
    with pytest.raises(DeliberationError) as caught:
        words("ab\x00c", "opinion")
    assert (caught.value.code, caught.value.parameters["position"]) == ("text_unprintable", 2)


def test_half_a_surrogate_pair_is_refused_by_name_before_anything_is_written() -> None:
    world = World()
    refusal = world.refused(c.GiveOpinion, member="m1", text="a\ud83d")
    assert (refusal.code, refusal.parameters["position"]) == ("text_not_unicode", 1)


def test_half_a_surrogate_pair_in_a_link_is_refused_by_name() -> None:
    refusal = World().refused(c.GiveOpinion, member="m1", text="Yes.", link="https://\udc00")
    assert (refusal.code, refusal.parameters) == ("text_not_unicode", {"field": "link", "position": 8})
