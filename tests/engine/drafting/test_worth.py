from __future__ import annotations

import numpy as np
import pytest

from engine.drafting.tuning.examples import read_examples
from engine.drafting.tuning.points import read_points
from engine.drafting.tuning.worth import concordance, fit, without_sides
from engine.drafting.worth import WorthWeights, worth_of
from tests.engine.models.loaded import embedder


@pytest.mark.model
def test_a_proposal_that_answers_a_worry_is_worth_more_than_a_grumble_or_a_joke() -> None:
    proposal = "Try it for two months, and let the shops have deliveries until ten."
    best, *others = worth_of([proposal, "lol", "who took my wheelbarrow", "I've waited all my life"], embedder())
    assert best > max(others) + 1


@pytest.mark.model
def test_it_tells_worthier_opinions_on_topics_that_it_was_not_learned_from() -> None:
    dev = [point for point in read_points(read_examples()) if point.entry.split == "dev"]
    found = worth_of([point.opinion.text for point in dev], embedder())
    assert concordance(found, np.array([float(point.worth) for point in dev])) > 0.7


@pytest.mark.model
def test_neither_side_is_worth_more() -> None:
    dev = [point for point in read_points(read_examples()) if point.entry.split == "dev"]
    found = worth_of([point.opinion.text for point in dev], embedder())
    sides = np.array([point.opinion.side for point in dev])
    assert abs(found[sides == "for"].mean() - found[sides == "against"].mean()) < 0.15


def test_what_a_side_has_on_average_is_taken_out() -> None:
    found = without_sides(np.array([3.0, 2.0, 1.0, 0.0, 3.0]), ["for", "for", "against", "against", "mixed"])
    assert found == pytest.approx([2.0, 1.0, 2.0, 1.0, 3.0])


def test_a_fit_finds_the_weights_that_made_the_worth() -> None:
    random = np.random.default_rng(1)
    vectors, weights = random.normal(size=(400, 5)), np.array([1.0, -2.0, 0.0, 0.5, 3.0])
    found = fit(vectors, vectors @ weights + 1.5, ridge=1e-6)
    assert found.weights == pytest.approx(weights, abs=1e-6)
    assert found.mean == pytest.approx(1.5)


def test_concordance_is_one_half_for_what_tells_nothing() -> None:
    worth = np.array([0.0, 1.0, 2.0])
    assert concordance(worth, worth) == 1.0
    assert concordance(-worth, worth) == 0.0
    assert concordance(np.zeros(3), worth) == 0.5


def test_weights_are_written_as_json() -> None:
    assert WorthWeights(np.array([0.123456, -1.0]), 2.0).to_json() == '{"mean": 2.0, "weights": [0.12346, -1.0]}\n'
