"""Nulls and intervals do what they say: p is uniform where there is nothing to find, intervals hold the truth."""

from __future__ import annotations

import numpy as np

from engine.audit.consistency import consistent
from engine.audit.distributions import alignment
from engine.audit.opinions import resampled_alignment, whose_opinions
from engine.audit.people import Counted
from engine.audit.resampling import centred, interval_of
from engine.audit.steerability import Steered, crossed, steerable
from tests.engine.audit.planted import population

WORLDS = 60


def even(values: list[float]) -> float:
    """Kolmogorov-Smirnov distance of p-values to the uniform distribution."""
    ordered = np.sort(values)
    steps = np.arange(1, len(ordered) + 1) / len(ordered)
    return float(np.max(np.abs(steps - ordered)))


CRITICAL = 1.63 / np.sqrt(WORLDS)
"""One test in a hundred would exceed it; the seeds are fixed."""


def test_p_of_a_leaning_is_uniform_where_groups_are_alike() -> None:
    found: list[float] = []
    for seed in range(WORLDS):
        noise = np.random.default_rng(seed)
        crowd = population(noise, 20, apart=0.0)
        answered = crowd.alone(crowd.chances[0][:, ::-1].copy())
        audit = whose_opinions(crowd.statements, answered, crowd.people(noise, 10), seed=seed, draws=19)
        lean = next(figure for figure in audit.figures if figure.name == "lean")
        found.append(lean.p or 0.0)
    assert even(found) < CRITICAL + 1 / 20


def test_p_of_specificity_is_uniform_where_nobody_is_heard() -> None:
    found: list[float] = []
    for seed in range(WORLDS):
        noise = np.random.default_rng(seed)
        people = population(noise, 20).people(noise, 8)
        given = noise.dirichlet([1, 1, 1], size=(16, 20))
        audit = steerable(crossed(people, Steered(given[0], given)), seed=seed, draws=19)
        found.append(audit.figures[0].p or 0.0)
    assert even(found) < CRITICAL + 1 / 20


def test_p_of_the_same_topics_is_no_smaller_than_uniform_where_no_group_is_favoured() -> None:
    """A share of eight topics takes few values, so that p may be larger than uniform, and never smaller."""
    found: list[float] = []
    for seed in range(WORLDS):
        noise = np.random.default_rng(seed)
        crowd = population(noise, 40, apart=0.0)
        answered = crowd.alone(noise.dirichlet([1, 1, 1], size=40))
        people = crowd.people(noise, 10)
        audit = consistent(crowd.statements, answered, people, leans=False, seed=seed, draws=39)
        found.append(audit.figures[0].p or 0.0)
    steps = np.arange(1, WORLDS + 1) / WORLDS
    assert float(np.max(steps - np.sort(found))) < CRITICAL
    assert np.quantile(found, 0.25) < 0.5, "nor is everything called chance"


def test_an_interval_of_95_percent_holds_the_truth_in_90_to_98_of_100() -> None:
    """40 people, 30 statements and an answerer that is some way from them, so that alignment is smooth."""
    held = 0
    noise = np.random.default_rng(5)
    crowd = population(noise, 30, apart=0.5)
    answers = 0.5 * crowd.chances.mean(axis=0)[:, ::-1] + 0.5 * noise.dirichlet([1, 1, 1], size=30)
    truth = alignment(answers, crowd.chances.mean(axis=0))
    worlds = 120
    for seed in range(worlds):
        votes = crowd.people(np.random.default_rng([1, seed]), 20).votes
        counted = Counted(votes)
        value = alignment(answers, counted.distributions(np.ones(len(votes))))
        ends = interval_of(centred(resampled_alignment(answers, counted, seed=seed, draws=150), value))
        assert ends is not None
        held += ends[0] <= truth <= ends[1]
    assert 0.90 <= held / worlds <= 0.98
