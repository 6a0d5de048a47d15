"""Clauses beside what members said."""

from __future__ import annotations

import pytest

from engine.drafting.clauses import SaidClauses

QUESTION = "Should hens be allowed on the plots?"
OPINIONS = (
    "yes to hens, no to cocks, please",
    "They fly over fences and somebody will go on holiday and forget them.",
    "Only with a plan for the winter, I don't want to find frozen water again",
)


def share(text: str) -> float:
    return SaidClauses(OPINIONS, QUESTION).share_of_nobody(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hens should be allowed on the plots, but no cocks.",
        "Somebody will go on holiday and forget them.",
        "They fly over fences, but hens are fine only with a plan for the winter.",
        "Yes to hens and no to cocks, but they fly over fences, and somebody will forget them.",
    ],
)
def test_clauses_that_members_said_belong_to_somebody(text: str) -> None:
    assert share(text) < 0.15


@pytest.mark.parametrize(
    ("true", "mixed"),
    [
        ("Yes to hens, but they fly over fences.", "Hens want to fly over fences in winter, but somebody is frozen."),
        ("They fly over fences, and no cocks.", "They do not fly over fences, and no cocks."),
        ("We want a plan for the winter, and no cocks.", "We want no plan for the winter, and cocks."),
        ("Somebody will go on holiday and forget them.", "Somebody will forget holiday and go on them."),
        ("Some don't want to find frozen water again.", "Some want to find frozen water again."),
        ("No cocks, and only with a plan for the winter.", "Cocks, and only with a plan for the winter."),
    ],
)
def test_mixed_members_new_nots_and_other_orders_belong_to_nobody(true: str, mixed: str) -> None:
    assert share(mixed) > share(true) + 0.1


@pytest.mark.parametrize(
    "text",
    [
        "Yes to hens. They fly over fences.",
        "Yes to hens (they fly over fences).",
        "Yes to hens – they fly over fences.",
        "Some do not want to find frozen water again, and they fly over fences.",
        "Some dont want to find frozen water again, and they fly over fences.",
    ],
)
def test_marks_tie_clauses_and_a_not_is_a_not_however_it_is_written(text: str) -> None:
    assert share(text) < 0.15


def test_the_questions_own_not_is_free_to_nobody() -> None:
    said = SaidClauses(OPINIONS[1:2], "Should hens be allowed on the plots or not?")
    assert said.share_of_nobody("Hens should not be allowed, but they fly over fences.") > 0.2


def test_a_word_is_counted_once_and_nothing_belongs_to_nobody() -> None:
    assert share("Fences, fences, fences.") > 0
    assert share("...") == 1.0
    assert SaidClauses((), "Why?").share_of_nobody("We want hens.") == 1.0


@pytest.mark.parametrize(
    ("said", "turned"),
    [
        ("Nobody should be charged in the first year.", "Everybody should be charged in the first year."),
        ("Dogs mustn't run loose in the park.", "Dogs must run loose in the park."),
        ("Neither the shop nor the bakery needs cars.", "The shop and the bakery need cars."),
    ],
)
def test_what_nobody_must_is_turned_round_without_its_word(said: str, turned: str) -> None:
    opinion = SaidClauses([said], "What about it?")
    assert opinion.share_of_nobody(said) < 0.15
    assert opinion.share_of_nobody(turned) > 0.3
