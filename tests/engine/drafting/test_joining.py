from __future__ import annotations

import numpy as np
import pytest

from engine.drafting.joining import ANSWERS, MOST_USES, Joined, joined
from engine.drafting.points import Point

SAID = (("we want trees", 2.0), ("benches help", 1.0), ("leave a lane", 3.0), ("DJs play", 0.5))
POINTS = [Point(at, clause, at, quality) for at, (clause, quality) in enumerate(SAID)]
APART = np.eye(4)
NONE = np.zeros((4, 0))
"""No critique."""
NOBODY = np.zeros((0, 4))
"""Nobody's agreement is known."""


def opinions(found: list[Joined]) -> list[tuple[int, ...]]:
    return [tuple(point.opinion for point in one.points) for one in found]


def test_a_draft_says_the_better_point_and_reports_the_other() -> None:
    (pair,) = joined(POINTS[:2], APART, ["a", "b"], NONE, NOBODY, count=5)
    assert pair.text == "We want trees. Others say: Benches help."
    (other,) = joined([POINTS[1], POINTS[2]], APART, ["a", "b", "c"], NONE, NOBODY, count=5)
    assert other.text == "Leave a lane. Others say: Benches help."


def test_every_point_stands_in_a_draft_before_the_best_stand_again() -> None:
    found = opinions(joined(POINTS, APART, list("abcd"), NONE, NOBODY, count=9))
    assert found == [(2, 0), (2, 1), (2, 3), (0, 1), (0, 3), (1, 3)]
    assert opinions(joined(POINTS, APART, list("abcd"), NONE, NOBODY, count=2)) == found[:2]


def test_nobody_is_others_to_themselves() -> None:
    assert opinions(joined(POINTS[:3], APART, list("aab"), NONE, NOBODY, count=9)) == [(2, 0), (2, 1)]
    assert joined(POINTS[:3], APART, list("aaa"), NONE, NOBODY, count=9) == []


@pytest.mark.parametrize("clause", ["put the stop back on Market St", "e.g. Sundays would be fine"])
def test_what_would_not_be_one_sentence_is_not_joined(clause: str) -> None:
    points = [Point(0, clause, None, 3.0), *POINTS[1:3]]
    assert opinions(joined(points, APART, list("abc"), NONE, NOBODY, count=9)) == [(2, 1)]


def test_what_says_the_same_twice_is_not_joined() -> None:
    alike = np.eye(4)
    alike[0, 2] = alike[2, 0] = 0.95
    assert (2, 0) not in opinions(joined(POINTS, alike, list("abcd"), NONE, NOBODY, count=9))


def test_points_that_say_the_same_are_not_joined() -> None:
    twice = [Point(0, "close the street on Sundays", 1, 3.0), Point(1, "close our street on Sundays", 2, 2.0)]
    assert joined(twice, np.eye(2), ["a", "b"], NONE, NOBODY, count=5) == []


def test_opposites_stand_side_by_side() -> None:
    sides = [Point(0, "we should buy a new boat", 1, 3.0), Point(1, "we should not buy a new boat", 2, 2.0)]
    (pair,) = joined(sides, np.full((2, 2), 0.95), ["a", "b"], NONE[:2], NOBODY[:, :2], count=5)
    assert pair.text == "We should buy a new boat. Others say: We should not buy a new boat."


def test_the_best_pair_comes_first() -> None:
    assert opinions(joined(POINTS, APART, list("abcd"), NONE, NOBODY, count=1)) == [(2, 0)]
    agreement = np.array([[0.1, 0.1, 0.1, 0.99]] * 5)
    (best,) = joined(POINTS, APART, list("abcd"), NONE, agreement, count=1)
    assert best.points[0].opinion == 3


def test_the_best_point_does_not_stand_in_every_draft() -> None:
    many = [Point(at, f"word{at} helps", at, 9.0 - at) for at in range(8)]
    found = opinions(joined(many, np.eye(8), list("abcdefgh"), np.zeros((8, 0)), np.zeros((0, 8)), count=12))
    assert sum(0 in pair for pair in found) == MOST_USES
    assert {at for pair in found for at in pair} == set(range(8))
    assert len(joined(many, np.eye(8), list("abcdefgh"), np.zeros((8, 0)), np.zeros((0, 8)), count=99)) == 28


def test_who_alone_has_points_among_several_is_not_joined_with_themselves() -> None:
    assert joined(POINTS[:2], APART, ["a", "a", "b"], NONE, NOBODY, count=5) == []


def test_one_point_or_none_makes_no_draft() -> None:
    assert joined(POINTS[:1], APART, list("abcd"), NONE, NOBODY, count=9) == []
    assert joined([], APART, list("abcd"), NONE, NOBODY, count=9) == []


def test_a_redraft_holds_what_was_said_about_the_last_draft() -> None:
    about_lane_and_djs = np.array([[0.1, 0.0], [0.2, 0.1], [0.9, 0.0], [0.1, 0.9]])
    best = max(joined(POINTS, APART, list("abcd"), about_lane_and_djs, NOBODY, count=9), key=lambda one: one.quality)
    assert opinions([best]) == [(2, 0)]  # Good points still count for more.
    assert best.quality == pytest.approx((3.0 + 2.0) / 2 + ANSWERS * (0.9 + 0.0) / 2)
    alike = [Point(point.opinion, point.clause, point.seed, 1.0) for point in POINTS]
    best = max(joined(alike, APART, list("abcd"), about_lane_and_djs, NOBODY, count=9), key=lambda one: one.quality)
    assert {point.opinion for point in best.points} == {2, 3}


def test_what_most_agree_with_is_said_and_what_the_others_want_is_reported() -> None:
    points = [Point(at, clause, at, 2.0 + at / 10) for at, (clause, _) in enumerate(SAID)]
    # Three are for the benches and the DJs, the fourth for the lane, and nobody for the trees.
    agreement = np.array([*[[0.1, 0.9, 0.2, 0.8]] * 3, [0.1, 0.1, 0.9, 0.1]])
    best = max(joined(points, APART, list("abcd"), NONE, agreement, count=9), key=lambda pair: pair.standing)
    assert best.text == "Benches help. Others say: Leave a lane."
    assert best.quality == pytest.approx(2.15), "what is logged tells nothing of how people reacted"
    indifferent = joined(points, APART, list("abcd"), NONE, np.full((3, 4), 0.5), count=9)
    assert opinions(indifferent) == opinions(joined(points, APART, list("abcd"), NONE, NOBODY, count=9))
