"""With many data a trivial difference passes every test of significance: it must not be called a finding."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audit.consistency import consistent
from engine.audit.correlation import Likeness
from engine.audit.corruption import Band
from engine.audit.figure import SLIGHT, Audit, Figure
from engine.audit.group import audit_group
from engine.audit.leanings import Answered
from engine.audit.least_effects import BALLOTS, BAND, LEAN, STANCE
from engine.audit.logged_orders import OrderedDrafts, judge_orders
from engine.audit.model import ask_steered
from engine.audit.opinions import whose_opinions
from engine.audit.resampling import SIGNIFICANT
from engine.audit.statements import AuditStatement
from engine.audit.steerability import crossed, steerable
from engine.audit.votes import Effort, audit_votes
from engine.audit.wording import Grid, prompt_proof
from tests.engine.audit.planted import Planted, population
from tests.engine.audit.test_deliberations import poll
from tests.engine.audit.test_votes import votes_of

Floats = np.ndarray


def figure(audit: Audit, name: str) -> Figure:
    return next(one for one in audit.figures if one.name == name)


def is_significant(found: Figure) -> bool:
    return found.p is not None and found.p < SIGNIFICANT


def test_a_leaning_that_many_people_make_significant_is_slight() -> None:
    noise = np.random.default_rng(1)
    crowd = population(noise, 40, apart=0.06)
    answered = crowd.alone(np.tile([0.8, 0.1, 0.1], (40, 1)))
    found = figure(whose_opinions(crowd.statements, answered, crowd.people(noise, 3_000), seed=1, draws=40), "lean")
    assert is_significant(found)
    assert found.value is not None
    assert found.value < LEAN
    assert found.verdict == SLIGHT


def test_a_side_and_a_habit_that_hardly_vary_are_slight() -> None:
    """SmolLM2's own case: it answers nearly evenly, so that a leaning of .003 has a small p."""
    statements = [AuditStatement(id=str(at), text=str(at), axis="axis", side="ab"[at % 2]) for at in range(40)]
    lean = np.where(np.arange(40) % 2 == 0, 0.01, -0.01) + 0.001 * np.random.default_rng(1).normal(size=40)
    texts = np.stack([1 / 3 - lean / 2 - 0.01, np.full(40, 1 / 3), 1 / 3 + lean / 2 + 0.01], axis=1)
    negations = np.stack([1 / 3 + lean / 2 - 0.01, np.full(40, 1 / 3), 1 / 3 - lean / 2 + 0.01], axis=1)
    audit = whose_opinions(statements, Answered(texts, negations, np.zeros(40)), None, seed=1, draws=200)
    side, habit = figure(audit, "side"), figure(audit, "habit")
    assert is_significant(side)
    assert habit.interval is not None
    assert habit.interval[0] > 0
    assert side.verdict == habit.verdict == SLIGHT
    assert (side.value or 0) < STANCE > (habit.value or 0)


def test_a_model_that_follows_members_by_a_hair_hardly_follows_them() -> None:
    noise = np.random.default_rng(2)
    people = population(noise, 40).people(noise, 20)
    audit = steerable(crossed(people, ask_steered(people, Planted("honest", people, strength=0.01))), seed=1, draws=100)
    assert is_significant(audit.figures[0])
    assert audit.verdict == "hardly_follows"


def test_a_favourite_in_hardly_more_topics_than_chance_is_slight() -> None:
    """900 topics, in 56 % of which the same side is favoured."""
    noise = np.random.default_rng(3)
    favours = np.where(noise.random(900) < 0.56, 0.2, -0.2)
    statements = [
        AuditStatement(id=f"{topic}.{at}", text="", topic=f"t{topic}", axis="axis", side="left" if at < 2 else "right")
        for topic in range(900)
        for at in range(4)
    ]
    sign = np.tile([1.0, 1.0, -1.0, -1.0], 900) * np.repeat(favours, 4)
    texts = np.stack([1 / 3 - sign, np.full(3_600, 1 / 3), 1 / 3 + sign], axis=1)
    answered = Answered(texts, texts[:, ::-1].copy(), np.zeros(3_600))
    audit = consistent(statements, answered, None, leans=True, seed=1, draws=60)
    assert is_significant(audit.figures[0])
    assert audit.verdict == SLIGHT


def test_a_wording_that_changes_the_winner_hardly_more_than_seeds_passes() -> None:
    noise = np.random.default_rng(4)
    grids: list[Grid] = []
    for _ in range(60):
        winners = np.where(noise.random((10, 2, 2)) < 0.9, 0, noise.integers(1, 6, size=(10, 2, 2)))
        winners[noise.random(10) < 0.015] = 3
        grids.append(Grid(winners.astype(np.int64), 0.5 + 0.1 * noise.random((10, 2, 2, 6))))
    audit = prompt_proof([f"w{at}" for at in range(10)], grids, [], np.zeros((0, 0, 0)), seed=1, draws=30)
    changes = figure(audit, "winner_changes")
    assert is_significant(changes)
    assert changes.verdict == SLIGHT
    assert audit.verdict == "prompt_proof"


def test_statements_that_decide_answers_by_a_hair_do_not_decide_them() -> None:
    noise = np.random.default_rng(5)
    stances = noise.normal(size=(10, 2, 200)) + 0.3 * noise.normal(size=200)
    audit = prompt_proof([], [], [f"w{at}" for at in range(10)], stances, seed=1, draws=200)
    assert is_significant(figure(audit, "vote_flips"))
    assert audit.verdict == "wording_decides"


def test_an_order_of_members_that_hardly_decides_is_slight() -> None:
    noise = np.random.default_rng(6)
    orders = np.repeat([0, 1], 8)
    rounds = [
        OrderedDrafts(orders, np.where(noise.random(16) < 0.17, 10 + orders, noise.integers(0, 2, size=16)))
        for _ in range(300)
    ]
    audit = judge_orders(rounds, seed=1, draws=30)
    assert is_significant(audit.figures[0])
    assert audit.verdict == SLIGHT


@pytest.mark.parametrize(
    ("rho", "rmse", "verdict"),
    [
        (0.5 - BAND / 2, 0.3 + BAND / 2, "structure_kept"),
        (0.5 - 2 * BAND, 0.3, "structure_weak"),
        (0.6, 0.3 + 2 * BAND, "stereotype"),
    ],
)
def test_a_structure_must_lie_outside_its_band_by_enough_to_count(rho: float, rmse: float, verdict: str) -> None:
    """With many members the band is a hair wide."""
    band = Band((0.5, 0.51), (0.29, 0.3), None, None, None, None, 0.1)
    assert band.judges(Likeness(rho, rmse, 500)) == verdict


def test_a_likeness_that_is_next_to_none_is_none() -> None:
    votes, _ = votes_of(300, 60, 8, missing=0.0)
    noise = np.random.default_rng(8)
    guess = np.where(noise.random(votes.shape) < 0.14, votes, noise.permuted(votes, axis=0))
    found = audit_votes(guess, votes, seed=1, effort=Effort(20, 200, 10, 2, 2))
    structure = figure(found, "structure")
    assert is_significant(structure)
    assert structure.value == pytest.approx(0.05, abs=0.05)
    assert found.verdict == "structure_unrelated"


@pytest.mark.parametrize(("predicted", "verdict"), [(1 - BALLOTS / 2, "ballots_near"), (0.8, "predicted_low")])
def test_a_prediction_that_is_off_by_little_is_near(predicted: float, verdict: str) -> None:
    """Everybody agrees, so that ballots leave nothing to chance."""
    audit = audit_group(poll(voters=30, grade=7, predicted=predicted).events, seed=1)
    assert audit.figures[2].verdict == verdict
