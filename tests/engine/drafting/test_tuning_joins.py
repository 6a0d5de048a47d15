from __future__ import annotations

import functools
from collections import Counter
from itertools import chain
from pathlib import Path
from statistics import mean

import pytest

from engine.drafting.tuning.checks import lean
from engine.drafting.tuning.examples import Entry, Example, ExampleError, read_examples
from engine.drafting.tuning.joins import MENDED, Join, check_join, read_joins

ENTRY = Entry(
    domain="hall",
    line=1,
    example=Example.model_validate(
        {
            "topic": "hall",
            "question": "Should we rent out the hall?",
            "opinions": [
                {"text": "Open it on Sundays too, it stands empty.", "side": "for"},
                {"text": "Not without a deposit, last time we scrubbed for two days.", "side": "against"},
                {"text": "who took my ladder", "side": "off"},
            ],
            "previous": None,
            "critiques": [],
            "statement": "-",
        }
    ),
)


@functools.cache
def joins() -> list[Join]:
    return read_joins(read_examples())


@functools.cache
def mended() -> list[Join]:
    return read_joins(read_examples(), MENDED)


def complaints(sentence: str, *opinions: int, draft: str | None = None) -> str:
    return "\n".join(map(str, check_join(Join(ENTRY, 1, opinions, sentence, draft))))


def test_every_sentence_stands_the_checks() -> None:
    assert [str(complaint) for join in (*joins(), *mended()) for complaint in check_join(join)] == []


def test_what_was_mended_stands_beside_a_draft_that_it_differs_from() -> None:
    assert all(join.draft is not None for join in mended())
    assert len({(join.texts, join.draft) for join in mended()}) == len(mended()) >= 500
    assert {join.entry.split for join in mended()} == {"train", "dev"}


def test_there_are_enough_for_training_and_to_measure_the_loss_on() -> None:
    splits = Counter(join.entry.split for join in joins())
    assert splits["train"] >= 4000
    assert splits["dev"] >= 300
    assert splits["test"] == 0


def test_no_sentence_is_there_twice_and_each_joins_other_opinions() -> None:
    assert len({join.sentence for join in joins()}) == len(joins())
    assert len({(join.entry.where, frozenset(join.opinions)) for join in joins()}) == len(joins())


def test_sentences_take_their_words_from_both_sides_alike() -> None:
    found = [leaning(join, join.sentence) for join in joins() if _both(join)]
    assert abs(mean(one for one in found if one is not None)) <= 0.1


def test_mending_favours_no_side() -> None:
    found = [(leaning(join, join.sentence), leaning(join, join.draft or "")) for join in mended()]
    assert abs(mean(after - before for after, before in found if after is not None and before is not None)) <= 0.03


def leaning(join: Join, text: str) -> float | None:
    return lean(join.entry.example.model_copy(update={"statement": text}))


def _both(join: Join) -> bool:
    return {"for", "against"} <= {join.entry.example.opinions[at].side for at in join.opinions}


@pytest.mark.parametrize(
    ("sentence", "opinions", "complaint"),
    [
        ("We open it on Sundays too, but not without a deposit.", (0, 1), ""),
        ("We open it on Sundays too with a deposit", (0, 1), "full stop"),
        ("We open it on Sundays. There is a deposit.", (0, 1), "one sentence"),
        ("A deposit.", (0, 1), "2 words"),
        ("We open it on Sundays for 40 euros and a deposit.", (0, 1), "nobody said 40"),
        ("We open it on Sundays with fresh flowers and cheerful volunteers.", (0, 1), "nobody said fresh, flowers"),
        ("Open it on Sundays too, it stands empty.", (0, 1), "copies one opinion"),
        ("The empty hall ought to be opened on Sundays.", (0, 1), "fewer than two"),
        ("A deposit for the days it stands empty, two last time.", (0, 1), "no single opinion's"),
        ("We open the hall on Sundays and look for the ladder.", (0, 2), "ladder comes from what is off"),
    ],
)
def test_a_sentence_is_refused_for_what_words_tell(sentence: str, opinions: tuple[int, ...], complaint: str) -> None:
    found = complaints(sentence, *opinions)
    assert complaint in found
    assert bool(found) is bool(complaint)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{}", "hall.jsonl:1: example"),
        ('{"example": 2, "opinions": [0, 1], "sentence": "Yes."}', "there is no example hall.jsonl:2"),
        ('{"example": 1, "opinions": [0, 3], "sentence": "Yes."}', "hall.jsonl:1 has 3 opinions"),
        ('{"example": 1, "opinions": [-1, 0], "sentence": "Yes."}', "hall.jsonl:1 has 3 opinions"),
        ('{"example": 1, "opinions": [0], "sentence": "Yes."}', "hall.jsonl:1: a sentence joins two or three"),
        ('{"example": 1, "opinions": [1, 1], "sentence": "Yes."}', "hall.jsonl:1: a sentence joins two or three"),
    ],
)
def test_a_line_that_names_what_there_is_not_is_refused_with_its_place(line: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "hall.jsonl").write_text(line + "\n")
    with pytest.raises(ExampleError, match=problem):
        read_joins([ENTRY], tmp_path)


def test_a_folder_without_sentences_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match="No joined sentences"):
        read_joins([ENTRY], tmp_path)


def test_most_sentences_join_two_opinions_and_nearly_every_example_for_training_has_some() -> None:
    assert Counter(len(join.opinions) for join in joins()).most_common(1)[0][0] == 2
    joined = Counter(chain.from_iterable([join.entry.where] for join in joins()))
    training = [entry for entry in read_examples() if entry.split == "train"]
    assert sum(joined[entry.where] < 2 for entry in training) <= 0.01 * len(training)
