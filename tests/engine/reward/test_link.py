from __future__ import annotations

import math

import numpy as np

from engine.reward.link import chance, chance_spread, normal_cdf


def test_the_normal_distribution_function_is_exact_enough() -> None:
    values = np.linspace(-6, 6, 241)
    exact = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in values])
    assert np.abs(normal_cdf(values) - exact).max() < 2e-7


def test_the_chance_and_its_spread_are_those_of_a_sample() -> None:
    random = np.random.default_rng(0)
    for mean, deviation, slope in ((0.3, 0.2, 1.5), (-0.5, 0.6, 2.0), (0.0, 1.0, 1.0)):
        drawn = normal_cdf(slope * random.normal(mean, deviation, 200_000))
        known = np.array([mean]), np.array([deviation**2])
        assert abs(chance(*known, slope)[0] - drawn.mean()) < 0.003
        assert abs(chance_spread(*known, slope)[0] - drawn.std()) < 0.006


def test_what_is_unknown_goes_to_the_middle_and_widens() -> None:
    mean = np.array([0.6, 0.6])
    variance = np.array([0.0, 4.0])
    sure, unsure = chance(mean, variance, 2.0)
    assert sure > unsure > 0.5
    assert chance_spread(mean, variance, 2.0)[0] < 1e-6
    assert chance_spread(mean, variance, 2.0)[1] > 0.3


def test_no_chance_is_certain() -> None:
    found = chance(np.array([-1e6, 1e6]), np.zeros(2), 5.0)
    assert found[0] > 0
    assert found[1] < 1
