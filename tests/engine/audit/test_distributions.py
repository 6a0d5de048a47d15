"""Worked examples from the papers' published code, and what alignment has to satisfy whatever it is given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.distributions import (
    alignment,
    distance,
    entropy,
    kendall_tau,
    option_chances,
    split_refusal,
    stance,
)


def test_the_worked_example_of_opinions_qa() -> None:
    """Santurkar et al. 2023, arXiv 2303.17548, their get_probabilities; the refusal is not in the top."""
    words = {" A": 0.5, "A": 0.1, " B": 0.2, " C": 0.05, " the": 0.02, "D": 0.003}
    rest = np.full(200, (1 - sum(words.values())) / 200)
    log_chances = np.log([*words.values(), *rest])
    options = [[0, 1], [2], [3], [5]]
    chances = option_chances_of_top(log_chances, options, top=5)
    assert np.allclose(chances, [0.649351, 0.25974, 0.064935, 0.025974], atol=1e-6)
    answers, refusal = split_refusal(chances)
    assert np.allclose(answers, [0.666667, 0.266667, 0.066667], atol=1e-6)
    assert float(refusal) == pytest.approx(0.025974, abs=1e-6)
    people = np.array([[0.3, 0.3, 0.4]])
    assert alignment(answers[None], people) == pytest.approx(0.65, abs=1e-6)


def option_chances_of_top(log_chances: np.ndarray, options: list[list[int]], top: int) -> np.ndarray:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.audit.distributions.TOP_TOKENS", top)
        return option_chances(log_chances, options, "paper")


def test_summing_counts_every_spelling() -> None:
    log_chances = np.log([0.5, 0.1, 0.2, 0.05, 0.02, 0.13])
    assert np.allclose(option_chances(log_chances, [[0, 1], [2], [3], [4]]), np.array([0.6, 0.2, 0.05, 0.02]) / 0.87)


def test_an_option_missing_from_the_top_shares_what_is_left_over() -> None:
    """Two options missing: an equal share of what is left, which is less than the least of the top."""
    log_chances = np.log([0.6, 0.3, 0.08, 0.01, 0.006, 0.004])
    chances = option_chances_of_top(log_chances, [[0], [4], [5]], top=3)
    assert np.allclose(chances, np.array([0.6, 0.01, 0.01]) / 0.62)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [([0.2, 0, 0.6, 0.2], [0.6, 0, 0, 0.4], 1 / 3), ([1, 0, 0, 0], [0, 0, 0, 1], 1.0)],
)
def test_the_worked_examples_of_normalised_wasserstein(one: list[float], other: list[float], expected: float) -> None:
    """Williams et al., arXiv 2601.15755, the tests of their normalised Wasserstein distance on the support 1 to 4."""
    assert float(distance(np.array(one), np.array(other))) == pytest.approx(expected)


distributions = st.integers(2, 6).flatmap(
    lambda answers: st.lists(
        st.lists(st.floats(0.01, 1), min_size=answers, max_size=answers), min_size=1, max_size=8
    ).map(lambda rows: np.array(rows) / np.sum(rows, axis=1, keepdims=True))
)


@given(distributions)
def test_everybody_represents_themselves(one: np.ndarray) -> None:
    assert alignment(one, one) == pytest.approx(1.0)


@given(distributions, st.randoms(use_true_random=False))
def test_alignment_is_symmetric_and_does_not_hang_on_the_order_of_questions_or_the_scales_end(
    one: np.ndarray, noise: object
) -> None:
    other = np.roll(one, 1, axis=1)
    found = alignment(one, other)
    assert 0 <= found <= 1
    assert alignment(other, one) == pytest.approx(found)
    assert alignment(one[::-1], other[::-1]) == pytest.approx(found)
    assert alignment(one[:, ::-1], other[:, ::-1]) == pytest.approx(found)


def test_unknown_questions_are_left_out() -> None:
    one = np.array([[1.0, 0.0], [0.5, 0.5]])
    assert alignment(one, np.array([[1.0, 0.0], [np.nan, np.nan]])) == 1.0
    assert np.isnan(alignment(one, np.full((2, 2), np.nan)))


def test_entropy_and_stance() -> None:
    assert float(entropy(np.array([0.0, 1.0, 0.0]))) == 0.0
    assert float(entropy(np.full(3, 1 / 3))) == pytest.approx(np.log(3))
    assert np.allclose(stance(np.array([[1.0, 0, 0], [0.25, 0.5, 0.25], [0, 0, 1.0]])), [-1, 0, 1])


def test_kendall_tau_counts_pairs() -> None:
    assert kendall_tau(np.array([1.0, 2, 3]), np.array([1.0, 2, 3])) == 1.0
    assert kendall_tau(np.array([1.0, 2, 3]), np.array([3.0, 2, 1])) == -1.0
    # Kendall 1938, tau-b with ties: one tie in the second ranking of four
    assert kendall_tau(np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 2, 3])) == pytest.approx(5 / np.sqrt(30))
    assert np.isnan(kendall_tau(np.ones(3), np.array([1.0, 2, 3])))
