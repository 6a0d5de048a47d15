"""What is wrong with the numbers is said by its code, before any rule sees them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from welfare import (
    RULE_NAMES,
    EmptyProfileError,
    NotANumberError,
    OutOfRangeError,
    UnknownRuleError,
    WelfareError,
    WrongShapeError,
    find_rule,
    grades_from_profile,
    margins,
    profile_from_grades,
    rank,
    rank_ballots,
    ranks_from_profile,
)
from welfare.condorcet import schulze
from welfare.inputs import as_grades, as_ranks, as_weights, levels

ALL_RULES = [name.replace("<x>", "0.5") for name in RULE_NAMES]


@pytest.mark.parametrize("rule", ALL_RULES)
@pytest.mark.parametrize(
    ("profile", "error"),
    [
        (np.zeros(0), EmptyProfileError),
        (np.zeros((1, 0)), EmptyProfileError),
        (np.zeros((0, 3)), EmptyProfileError),
        ([0.5, 0.5], WrongShapeError),
        ([[[0.5]]], WrongShapeError),
        ([[0.5], [0.5, 0.5]], WrongShapeError),
        ([["yes"]], WrongShapeError),
        ([[0.5, math.nan]], NotANumberError),
        ([[math.inf, 0.5]], NotANumberError),
        ([[0.5, 1.1]], OutOfRangeError),
        ([[-0.1, 0.5]], OutOfRangeError),
    ],
)
def test_every_rule_refuses_a_broken_profile(rule: str, profile: Any, error: type[WelfareError]) -> None:
    with pytest.raises(error):
        rank(profile, rule)


@pytest.mark.parametrize("rule", ALL_RULES)
@pytest.mark.parametrize(
    ("weights", "error"),
    [
        ([1.0], WrongShapeError),
        ([1.0, -1.0], OutOfRangeError),
        ([0.0, 0.0], OutOfRangeError),
        ([1.0, math.nan], NotANumberError),
    ],
)
def test_every_rule_refuses_broken_weights(rule: str, weights: list[float], error: type[WelfareError]) -> None:
    with pytest.raises(error):
        rank([[0.1, 0.9], [0.5, 0.4]], rule, weights=weights)


def test_an_error_names_its_code_and_the_first_place() -> None:
    with pytest.raises(NotANumberError) as caught:
        rank([[0.1, 0.2], [0.3, math.nan]], "nash")
    assert caught.value.code == "not_a_number"
    assert caught.value.parameters == {"name": "profile", "where": (1, 1)}


@pytest.mark.parametrize(
    "name",
    ["", "plurality", "atkinson", "atkinson:-1", "atkinson:x", "atkinson:nan", "nash:2", "gini:0.5", "approval:2"],
)
def test_an_unknown_rule_is_refused_with_the_names_that_exist(name: str) -> None:
    with pytest.raises(UnknownRuleError) as caught:
        rank([[0.5]], name)
    assert caught.value.parameters == {"rule": name, "known": RULE_NAMES}
    assert "majority_judgment" in str(caught.value)


@pytest.mark.parametrize("name", ["atkinson:inf", "atkinson:0.1", "gini:2.5", "approval:0.6666666666666666", "irv"])
def test_the_name_of_a_rule_found_finds_it_again(name: str) -> None:
    assert find_rule(find_rule(name).name) == find_rule(name)


@pytest.mark.parametrize("rule", ["nash", "approval", "majority_judgment"])
def test_rankings_do_not_do_for_a_rule_that_reads_utilities(rule: str) -> None:
    with pytest.raises(WrongShapeError):
        rank_ballots([[1, 2]], rule)


def test_ranks_may_be_any_whole_numbers_and_unranked_is_last() -> None:
    huge = 2**60
    assert margins([[huge, 70_000, -1]]).tolist() == margins([[2, 1, 3]]).tolist()
    assert margins([[-1, -1]]).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert margins(np.array([[300, 2, -1]], dtype=np.int16)).tolist() == margins([[2, 1, 3]]).tolist()
    assert as_ranks([[1.0, 2.0]]).dtype == np.int64
    for broken in ([[0.5, 1]], [["a"]]):
        with pytest.raises(WrongShapeError):
            as_ranks(broken)
    with pytest.raises(OutOfRangeError):
        as_ranks([[-2, 1]])


@pytest.mark.parametrize("grades", [[[0, 3]], [[8, 3]]])
def test_grades_run_from_one_to_seven(grades: list[list[int]]) -> None:
    with pytest.raises(OutOfRangeError):
        as_grades(grades)


def test_a_pairwise_matrix_is_square_and_whole() -> None:
    with pytest.raises(WrongShapeError):
        schulze([[0, 1]])
    with pytest.raises(NotANumberError):
        schulze([[0, math.nan], [0, 0]])
    with pytest.raises(EmptyProfileError):
        schulze([])


def test_grades_survive_the_way_to_utilities_and_back() -> None:
    grades = np.array([[1, 2, 3, 4, 5, 6, 7]])
    np.testing.assert_array_equal(grades_from_profile(profile_from_grades(grades)), grades)
    np.testing.assert_array_equal(ranks_from_profile(profile_from_grades(grades)), [[6, 5, 4, 3, 2, 1, 0]])


def test_noise_makes_no_level_and_a_difference_does() -> None:
    assert levels(np.array([0.1 * 3, 0.3, 0.3 + 1e-6])).tolist() == [0, 0, 1]
    assert ranks_from_profile([[0.1 * 3, 0.3, 0.3 + 1e-6]]).tolist() == [[1, 1, 0]]


def test_the_input_is_never_written_to() -> None:
    profile = np.random.default_rng(0).random((5, 4))
    profile.setflags(write=False)
    for rule in ALL_RULES:
        rank(profile, rule)
    assert as_weights(None, 2).tolist() == [1.0, 1.0]
