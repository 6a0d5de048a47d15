from __future__ import annotations

import functools
import json
from collections import Counter
from pathlib import Path
from statistics import mean

import pytest

from engine.drafting.tuning.checks import check_each, check_together, lean, lone_voice, takes_up
from engine.drafting.tuning.examples import Entry, Example, ExampleError, read_examples, split_of

entries = functools.cache(read_examples)

GOOD = Example.model_validate(
    {
        "topic": "bench",
        "question": "Should the old bench by the pond be replaced?",
        "opinions": [
            {"text": "Replace it, the wood is rotten and I tore my coat.", "side": "for"},
            {"text": "Yes, a new one with a back please, my mother needs it.", "side": "for"},
            {"text": "My father carved his initials there. Repair it.", "side": "against"},
            {"text": "Has anyone seen my umbrella?", "side": "off"},
        ],
        "previous": "The bench is replaced by a new one.",
        "critiques": ["Keep the board with the initials at least."],
        "statement": (
            "The wood of the old bench is rotten, so we want a new one with a back."
            " The board with the carved initials is kept."
        ),
    }
)


def entry(example: Example = GOOD, line: int = 1) -> Entry:
    return Entry(domain="park", line=line, example=example)


def complaints(**changes: object) -> str:
    changed = Example.model_validate({**GOOD.model_dump(), **changes})
    return "\n".join(str(complaint) for complaint in check_each(entry(changed)))


def test_every_example_stands_the_checks() -> None:
    assert [str(complaint) for each in entries() for complaint in check_each(each)] == []


def test_no_example_repeats_another_and_no_topic_leans() -> None:
    assert [str(complaint) for complaint in check_together(entries())] == []


def test_there_are_enough_examples_and_topics_in_every_part() -> None:
    topics = {each.example.topic for each in entries()}
    assert len(entries()) >= 600
    assert len(topics) >= 60
    parts = Counter(split_of(topic) for topic in topics)
    assert parts["dev"] >= 5
    assert parts["test"] >= 5
    assert parts["train"] > 0.75 * len(topics)


def test_half_of_the_examples_answer_critiques() -> None:
    assert 0.45 <= mean(bool(each.example.critiques) for each in entries()) <= 0.55


def test_neither_side_has_the_majority_more_often() -> None:
    majorities = Counter(each.example.majority for each in entries())
    assert abs(majorities["for"] - majorities["against"]) <= 0.03 * len(entries())
    assert majorities["neither"] >= 0.1 * len(entries())


def test_statements_take_their_words_from_both_sides_alike() -> None:
    leans = [found for each in entries() if (found := lean(each.example)) is not None]
    undecided = [
        found for each in entries() if each.example.majority == "neither" and (found := lean(each.example)) is not None
    ]
    assert len(leans) > 0.9 * len(entries())
    assert abs(mean(leans)) <= 0.1
    assert abs(mean(undecided)) <= 0.1


def test_a_lone_voice_is_nearly_always_taken_up() -> None:
    alone = [(each.example.statement, voice) for each in entries() if (voice := lone_voice(each.example))]
    assert len(alone) > 100
    assert mean(takes_up(statement, voice) for statement, voice in alone) >= 0.9


def test_groups_are_small_and_large() -> None:
    sizes = {len(each.example.opinions) for each in entries()}
    assert sizes == set(range(3, 13))


def test_a_good_example_has_nothing_to_complain_of() -> None:
    assert complaints() == ""


WRONG = {
    "sentences": (
        "The wood is rotten. We want a back. Keep it. Repair it. The board with the initials stays.",
        "5 sen",
    ),
    "short": ("Replace the bench and keep the board.", "7 words"),
    "long": ("We want a new bench with a back and the board with the initials, " * 7 + "please.", "words"),
    "unfinished": (GOOD.statement.removesuffix("."), "full stop"),
    "heads": (f"Most of us want a back. {GOOD.statement}", "counts heads"),
    "person": (f"As Maria needs it, there is a back. {GOOD.statement}", "names Maria"),
    "number": (f"{GOOD.statement} It may be old, but not 30 years.", "nobody said 30"),
    "reason": (f"{GOOD.statement} Concrete benches attract pigeons.", "nobody said concrete"),
    "off": (f"{GOOD.statement} Keep an umbrella at the pond.", "off the topic"),
    "copied": ("Replace it, the wood is rotten and I tore my coat. Keep the initials.", "copies one"),
    "deaf": ("The old wood is rotten and tore a coat, so we want one with a back, for those who need it.", "critiques"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_statement_that_nobody_should_learn_from_is_named(wrong: str) -> None:
    statement, complaint = WRONG[wrong]
    assert complaint in complaints(statement=statement)


def test_a_name_that_begins_a_sentence_is_named_too() -> None:
    opinions = [*GOOD.model_dump()["opinions"], {"text": "I would ask Maria about it.", "side": "mixed"}]
    assert "names Maria" in complaints(opinions=opinions, statement=f"Maria would repair it. {GOOD.statement}")


def test_the_earlier_draft_must_not_come_back_unchanged() -> None:
    assert "repeats the earlier draft" in complaints(previous=GOOD.statement)


def test_examples_that_nearly_repeat_one_another_are_named() -> None:
    second = GOOD.model_copy(update={"topic": "table", "question": "Should the table be replaced?"})
    told = [str(complaint) for complaint in check_together([entry(), entry(second, 2)])]
    assert "park.jsonl:2: nearly repeats park.jsonl:1" in told
    assert any("says again" in complaint for complaint in told)


def test_a_topic_with_more_majorities_for_than_against_is_named() -> None:
    told = [str(complaint) for complaint in check_together([entry(), entry(GOOD, 2)])]
    assert "bench: 2 examples lean for, 0 against" in told


def test_a_statement_leans_to_the_side_whose_words_it_takes() -> None:
    taken = "The board with the carved initials stays."
    assert lean(GOOD.model_copy(update={"statement": taken, "critiques": ()})) == -1
    assert lean(GOOD.model_copy(update={"statement": "The wood is rotten and the mother needs a new one."})) == 1
    assert lean(GOOD.model_copy(update={"statement": "We do not agree."})) is None


def test_all_examples_of_a_topic_share_a_part_which_never_moves() -> None:
    parts = {"bus-lane": "train", "club-junior-fees": "train", "faith-live-stream": "test"}
    assert {topic: split_of(topic) for topic in parts} == parts


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"opinions": []}, "3 to 12 opinions"),
        ({"critiques": []}, "come together"),
        ({"critiques": ["no"] * 5}, "at most 4"),
        ({"statement": "Two\nlines"}, "statement"),
        ({"side": "for"}, "side"),
        ({"topic": "No slug"}, "topic"),
    ],
)
def test_a_line_that_is_no_example_is_named_by_file_and_line(
    tmp_path: Path, change: dict[str, object], problem: str
) -> None:
    good = GOOD.model_dump(mode="json")
    (tmp_path / "park.jsonl").write_text(f"{json.dumps(good)}\n{json.dumps({**good, **change})}\n", encoding="utf-8")
    with pytest.raises(ExampleError, match=rf"park\.jsonl:2: .*{problem}"):
        read_examples(tmp_path)


def test_an_installed_package_says_that_it_has_no_examples(tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match="source tree"):
        read_examples(tmp_path)
