from __future__ import annotations

import pytest

from engine.drafting.said_words import SaidWords, content_words

STREET = SaidWords(
    ["Close the street to cars on Saturdays.", "My shop needs parking for its customers.", "only 2 hours, says Maria"]
)


@pytest.mark.parametrize("word", ["closing", "closed", "shops", "customer", "parked"])
def test_another_form_of_a_word_that_was_used_is_known(word: str) -> None:
    assert STREET.knows(word)


@pytest.mark.parametrize("word", ["pharmacy", "noise", "parade"])
def test_a_word_that_nobody_used_is_not_known(word: str) -> None:
    assert not STREET.knows(word)


def test_numbers_and_names_that_nobody_said_are_invented() -> None:
    assert STREET.invented("We close it for 2 hours, as Maria says.") == []
    assert STREET.invented("We close it for 3 hours, as Peter says.") == ["3", "Peter"]


def test_saying_openly_what_stays_open_adds_nothing_of_its_own() -> None:
    assert STREET.share_new("Whether the street should be closed is something on which we do not agree yet.") == 0
    assert STREET.share_new("Whether the harbour should be deepened is something on which we do not agree yet.") == 1


def test_joining_words_hide_no_content() -> None:
    assert content_words("Because those which remain would differ, whoever pollutes pays.") == ["pollutes"]
    assert STREET.share_new("Those customers would rather have playgrounds there instead.") == 0.5
