from __future__ import annotations

import functools
from collections import Counter
from pathlib import Path

import pytest

from engine.drafting.tuning.examples import Entry, Example, ExampleError, read_examples
from engine.drafting.tuning.points import Point, check_point, read_points

ENTRY = Entry(
    domain="hall",
    line=1,
    example=Example.model_validate(
        {
            "topic": "hall",
            "question": "Should we rent out the hall?",
            "opinions": [
                {"text": "Not without a deposit, last time we scrubbed for two days.", "side": "mixed"},
                {"text": "yes", "side": "for"},
                {"text": "who took my ladder", "side": "off"},
            ],
            "previous": None,
            "critiques": [],
            "statement": "-",
        }
    ),
)


@functools.cache
def points() -> list[Point]:
    return read_points(read_examples())


def complaints(opinion: int, clause: str | None) -> str:
    found = check_point(Point(ENTRY, 1, ENTRY.example.opinions[opinion], 2, clause))
    return "\n".join(map(str, found))


def test_every_point_stands_the_checks() -> None:
    assert [str(complaint) for point in points() for complaint in check_point(point)] == []


def test_there_are_enough_of_each_kind_and_none_of_test_topics() -> None:
    splits = Counter(point.entry.split for point in points())
    assert splits["train"] >= 3000
    assert splits["dev"] >= 400
    assert splits["test"] == 0
    without = sum(point.clause is None for point in points())
    assert 100 <= without <= len(points()) / 5
    assert {point.worth for point in points()} == {0, 1, 2, 3}


def test_no_opinion_is_said_twice() -> None:
    assert len({(point.entry.where, point.opinion) for point in points()}) >= len(points()) - 5


@pytest.mark.parametrize(
    ("opinion", "clause", "what"),
    [
        (0, "we should not rent out the hall without a deposit", ""),
        (1, "we should rent out the hall", ""),
        (0, None, ""),
        (0, "we should rent out the hall without a deposit.", "not one clause"),
        (0, "we want a deposit; last time we scrubbed", "not one clause"),
        (0, "I want a deposit", "speaks of I"),
        (0, "deposit", "1 words"),
        (0, "we want a deposit of 200", "nobody said 200"),
        (0, "the neighbours complain about music every weekend", "nobody said"),
        (0, "we should rent out the hall with fewer windows", "not the member's"),
        (2, "somebody took a ladder", "off the topic"),
    ],
)
def test_a_point_is_checked_against_its_opinion(opinion: int, clause: str | None, what: str) -> None:
    found = complaints(opinion, clause)
    assert what in found
    assert bool(what) == bool(found)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('{"example": 1, "opinion": 0, "worth": 4, "point": "a b"}', "worth"),
        ('{"example": 2, "opinion": 0, "worth": 1}', "there is no example"),
        ('{"example": 1, "opinion": 3, "worth": 1}', "has 3 opinions"),
        ('{"example": 1, "opinion": 0, "worth": 1, "pint": "a b"}', "pint"),
        ("nothing", "JSON"),
    ],
)
def test_a_line_that_is_no_point_is_named(tmp_path: Path, line: str, what: str) -> None:
    (tmp_path / "hall.jsonl").write_text(f'{{"example": 1, "opinion": 1, "worth": 1}}\n{line}\n')
    with pytest.raises(ExampleError, match=f"hall.jsonl:2.*{what}"):
        read_points([ENTRY], tmp_path)


def test_a_folder_without_points_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match="No points in"):
        read_points([ENTRY], tmp_path)
