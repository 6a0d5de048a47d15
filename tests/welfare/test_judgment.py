"""Majority judgment against its definition, voter by voter."""

from __future__ import annotations

import numpy as np

from welfare import profile_from_grades, rank
from welfare.inputs import Ints
from welfare.judgment import majority_grades, majority_judgment
from welfare.ranking import Ranking


def by_taking_off_one_grade_at_a_time(grades: Ints) -> Ranking:
    """Balinski & Laraki's majority-value: the lower median, take it off, the lower median of the rest, ..."""
    values: dict[tuple[int, ...], list[int]] = {}
    for candidate, column in enumerate(grades.T):
        left = sorted(int(g) for g in column)
        value: list[int] = []
        while left:
            value.append(left.pop((len(left) - 1) // 2))
        values.setdefault(tuple(value), []).append(candidate)
    return tuple(tuple(values[value]) for value in sorted(values, reverse=True))


def test_the_ranking_is_that_of_the_majority_values() -> None:
    random = np.random.default_rng(0)
    for _ in range(1500):
        highest = int(random.integers(2, 8))
        grades = random.integers(1, highest + 1, (int(random.integers(1, 12)), int(random.integers(1, 7))))
        assert majority_judgment(grades) == by_taking_off_one_grade_at_a_time(grades), grades


def test_the_majority_grade_is_the_lower_median() -> None:
    random = np.random.default_rng(1)
    for _ in range(300):
        grades = random.integers(1, 8, (int(random.integers(1, 12)), 4))
        middle = np.sort(grades, axis=0)[(len(grades) - 1) // 2]
        np.testing.assert_array_equal(majority_grades(grades), middle)
        assert rank(profile_from_grades(grades), "majority_judgment").ranking == majority_judgment(grades)


def test_ten_thousand_voters_and_a_single_grade_apart() -> None:
    grades = np.tile([[4, 4], [5, 5], [3, 3]], (3000, 1))
    grades[0, 1] = 5
    assert majority_judgment(grades) == ((1,), (0,))
