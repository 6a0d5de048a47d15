"""Win probabilities: shared in a tie, sure when the utilities are, and the same for the same seed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from welfare import OutOfRangeError, UnknownRuleError, WrongShapeError, rank, win_probabilities
from welfare.uncertainty import draw_profiles

MEAN = np.array([[0.7, 0.5, 0.2], [0.6, 0.6, 0.1], [0.3, 0.5, 0.9]])


@pytest.mark.parametrize("rule", ["nash", "schulze", "irv", "majority_judgment"])
def test_without_spread_the_winner_is_certain(rule: str) -> None:
    found = win_probabilities(MEAN, np.zeros_like(MEAN), rule, seed=0, draws=5)
    winners = rank(MEAN, rule).winners
    assert [c for c, p in enumerate(found.probability) if p] == list(winners)
    assert sum(found.probability) == pytest.approx(1)
    assert found.standard_error == (0.0, 0.0, 0.0)


def test_two_equal_candidates_win_half_of_the_time() -> None:
    mean = np.full((4, 2), 0.5)
    found = win_probabilities(mean, np.full((4, 2), 0.2), "utilitarian", seed=1, draws=4000)
    assert abs(found.probability[0] - 0.5) < 4 * found.standard_error[0]
    assert found.standard_error[0] == pytest.approx(0.5 / math.sqrt(4000), rel=0.01)


def test_the_chance_is_the_one_that_can_be_computed_by_hand() -> None:
    # One member; uniform utilities (mean 1/2, sd 1/sqrt(12)) against a certain 0.8.
    spread = [[1 / math.sqrt(12), 0.0]]
    found = win_probabilities([[0.5, 0.8]], spread, "utilitarian", seed=2, draws=5000)
    assert abs(found.probability[0] - 0.2) < 4 * found.standard_error[0]


def test_more_spread_means_less_certainty() -> None:
    sure, unsure = (
        max(win_probabilities(MEAN, np.full_like(MEAN, sd), "nash", seed=3, draws=500).probability)
        for sd in (0.02, 0.3)
    )
    assert unsure < sure


def test_errors_that_hit_all_members_alike_do_not_average_out() -> None:
    mean = np.tile([[0.55, 0.5]], (60, 1))
    spread = np.full_like(mean, 0.15)
    own = win_probabilities(mean, spread, "utilitarian", seed=4, draws=500)
    shared = win_probabilities(mean, spread, "utilitarian", seed=4, draws=500, correlation=0.8)
    assert own.probability[0] > 0.93
    assert 0.52 < shared.probability[0] < 0.75


@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_draws_have_the_mean_spread_and_correlation_asked_for(correlation: float) -> None:
    mean, spread = np.array([[0.2, 0.9], [0.5, 0.0], [0.5, 1.0]]), np.array([[0.1, 0.2], [0.25, 0.1], [0.1, 0.1]])
    drawn = draw_profiles(mean, spread, 20_000, correlation, np.random.default_rng(5))
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.01)
    expected = np.where((mean == 0) | (mean == 1), 0.0, spread)
    np.testing.assert_allclose(drawn.std(axis=0), expected, atol=0.01)
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    same = np.corrcoef(drawn[:, 0, 0], drawn[:, 1, 0])[0, 1]
    other = np.corrcoef(drawn[:, 0, 0], drawn[:, 0, 1])[0, 1]
    assert same == pytest.approx(correlation, abs=0.05)
    assert other == pytest.approx(0, abs=0.03)


def test_a_spread_that_cannot_be_is_brought_down_to_the_largest_that_can() -> None:
    drawn = draw_profiles(np.array([[0.3]]), np.array([[9.0]]), 20_000, 0.0, np.random.default_rng(6))
    assert drawn.mean() == pytest.approx(0.3, abs=0.02)
    assert drawn.std() == pytest.approx(math.sqrt(0.21), abs=0.01)


def test_the_same_seed_gives_the_same_answer_and_the_winners_sum_to_one() -> None:
    spread = np.full_like(MEAN, 0.2)
    first, second, third = (
        win_probabilities(MEAN, spread, "ranked_pairs", seed=seed, draws=200, correlation=0.3) for seed in (7, 7, 8)
    )
    assert first == second
    assert first != third
    assert sum(first.probability) == pytest.approx(1)
    assert first.inexact == 0


def test_broken_input_is_refused() -> None:
    with pytest.raises(WrongShapeError):
        win_probabilities(MEAN, [[0.1]], "nash", seed=0)
    with pytest.raises(UnknownRuleError):
        win_probabilities(MEAN, MEAN, "best", seed=0)
    for spread in (-MEAN, np.full_like(MEAN, np.nan)):
        with pytest.raises(OutOfRangeError):
            win_probabilities(MEAN, spread, "nash", seed=0)
    with pytest.raises(OutOfRangeError):
        win_probabilities(MEAN, MEAN, "nash", seed=0, draws=0)
    with pytest.raises(OutOfRangeError):
        win_probabilities(MEAN, MEAN, "nash", seed=0, correlation=1.0)
