"""What each social welfare function says, where the answer is known by other means."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from welfare import OutOfRangeError, rank
from welfare.cardinal import atkinson, gini, leximin, maximin, nash, nash_ranking, sen, utilitarian

PROFILE = np.random.default_rng(0).random((9, 6))


def test_atkinson_goes_from_utilitarian_through_nash_to_maximin() -> None:
    np.testing.assert_allclose(atkinson(PROFILE, 0.0), utilitarian(PROFILE))
    np.testing.assert_allclose(atkinson(PROFILE, 1.0), np.exp(np.log(PROFILE).mean(axis=0)))
    np.testing.assert_allclose(atkinson(PROFILE, math.inf), maximin(PROFILE))
    np.testing.assert_allclose(atkinson(PROFILE, 1e-9), utilitarian(PROFILE), rtol=1e-7)
    for nearly_one in (1 - 1e-9, 1 + 1e-9, 1 + 1e-15):
        np.testing.assert_allclose(atkinson(PROFILE, nearly_one), nash(PROFILE), rtol=1e-7)
    np.testing.assert_allclose(atkinson(PROFILE, 1e6), maximin(PROFILE), rtol=1e-5)


@pytest.mark.parametrize("aversion", [0.3, 2.0, 5.0])
def test_atkinson_is_the_formula_of_bakker_et_al(aversion: float) -> None:
    expected = (PROFILE ** (1 - aversion)).mean(axis=0) ** (1 / (1 - aversion))
    np.testing.assert_allclose(atkinson(PROFILE, aversion), expected)


def test_more_aversion_to_inequality_never_raises_welfare() -> None:
    welfare = np.stack([atkinson(PROFILE, a) for a in (0, 0.2, 0.9, 1, 1.1, 2, 10, 500, math.inf)])
    assert (np.diff(welfare, axis=0) <= 1e-12).all()


@pytest.mark.parametrize("rule", ["utilitarian", "maximin", "nash", "sen", "gini", "atkinson:4"])
def test_what_all_get_equally_is_the_welfare(rule: str) -> None:
    assert rank(np.full((5, 1), 0.3), rule).scores == pytest.approx((0.3,))


def test_sen_is_the_mean_times_one_minus_gini() -> None:
    for column in PROFILE.T:
        gini_index = np.abs(column[:, None] - column).mean() / (2 * column.mean())
        np.testing.assert_allclose(sen(column[:, None]), [column.mean() * (1 - gini_index)])
    assert sen([[0.0], [0.0]]).tolist() == [0.0]


@pytest.mark.parametrize("draws", [1, 2, 3])
def test_the_rank_weighted_gini_is_the_worst_of_some_members_drawn_at_random(draws: int) -> None:
    weights = np.arange(1, 5)
    column = PROFILE[:4, 0]
    chances, worst = 0.0, 0.0
    for drawn in product(range(4), repeat=draws):
        chance = float(np.prod(weights[list(drawn)]))
        chances += chance
        worst += chance * float(column[list(drawn)].min())
    np.testing.assert_allclose(gini(column[:, None], draws, weights), [worst / chances])
    np.testing.assert_allclose(gini(PROFILE, math.inf), maximin(PROFILE))


def test_nash_prefers_fewer_members_at_zero_then_the_product_of_the_others() -> None:
    profile = [[0.0, 0.0, 0.0, 0.001], [0.0, 0.4, 0.5, 0.001], [1.0, 0.5, 0.5, 0.001]]
    assert nash_ranking(profile) == ((3,), (2,), (1,), (0,))
    assert nash(profile).round(6).tolist() == [0.0, 0.0, 0.0, 0.001]


def test_what_is_worthless_to_all_is_last_and_breaks_nothing() -> None:
    for rule in ("nash", "atkinson:0.5", "atkinson:2", "atkinson:300", "leximin", "sen"):
        assert rank([[0.0, 0.1], [0.0, 0.2]], rule).ranking == ((1,), (0,))
        assert rank([[0.0, 0.0], [0.0, 0.0]], rule).ranking == ((0, 1),)


def test_nash_tells_apart_what_is_tiny() -> None:
    many = np.full((400, 2), 0.01)
    many[0, 1] = 0.011
    assert nash_ranking(many) == ((1,), (0,))


def test_leximin_looks_past_the_worst_off() -> None:
    assert leximin([[0.1, 0.1, 0.1], [0.5, 0.5, 0.4], [0.6, 0.7, 0.9]]) == ((1,), (0,), (2,))
    assert leximin([[0.1, 0.9], [0.9, 0.1]]) == ((0, 1),)


def test_leximin_with_fractional_weights_weighs_the_lowest_level_first() -> None:
    assert leximin([[0.1, 0.5], [0.5, 0.1]], weights=[0.25, 0.75]) == ((0,), (1,))
    assert leximin([[0.1, 0.5], [0.5, 0.1]], weights=[0.0, 0.75]) == ((0,), (1,))


def test_the_same_mean_by_another_way_is_a_tie() -> None:
    profile = np.array([[0.1, 0.2], [0.2, 0.3], [0.3, 0.0]])
    assert rank(profile, "utilitarian").ranking == ((0,), (1,))
    tied = np.array([[0.1, 0.3], [0.2, 0.2], [0.3, 0.1]])
    for rule in ("utilitarian", "nash", "sen", "gini", "leximin", "atkinson:0.7"):
        assert rank(tied, rule).ranking == ((0, 1),)


def test_no_group_is_too_large() -> None:
    random = np.random.default_rng(1)
    large = random.random((20_000, 3))
    for rule in ("utilitarian", "maximin", "leximin", "nash", "atkinson:2", "sen", "gini"):
        assert len(rank(large, rule).ranking) == 3
    wide = random.random((3, 2_000))
    for rule in ("leximin", "nash", "gini"):
        assert rank(wide, rule).winners


@pytest.mark.parametrize("aversion", [-0.1, math.nan])
def test_an_aversion_below_zero_is_refused(aversion: float) -> None:
    with pytest.raises(OutOfRangeError):
        atkinson(PROFILE, aversion)
    with pytest.raises(OutOfRangeError):
        gini(PROFILE, aversion)
