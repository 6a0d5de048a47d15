"""A planted fault is found at the sample sizes stated here, and an honest answerer passes.

Sizes: A1 to A3 with 2 groups of 20 people and 40 statements in 8 topics; A4 with 3 deliberations of 6 members, 10
wordings, 2 orders, 2 seeds.
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.audit.consistency import consistent
from engine.audit.figure import TOO_FEW, Audit, Figure
from engine.audit.leanings import Answered
from engine.audit.model import ask_steered
from engine.audit.opinions import whose_opinions
from engine.audit.steerability import Steered, crossed, steerable
from engine.audit.wording import Grid, prompt_proof
from tests.engine.audit.planted import Planted, Population, population

PER_GROUP, STATEMENTS, DRAWS = 20, 40, 100
SEEDS = range(2)


def figure(audit: Audit, name: str) -> Figure:
    return next(one for one in audit.figures if one.name == name)


def found(seed: int, answers: str, *, apart: float = 0.6) -> tuple[Audit, Audit]:
    """A1 and A3 of an answerer: "first" answers like the first group, "between" like both, "sure" only its mode."""
    noise = np.random.default_rng(seed)
    crowd: Population = population(noise, STATEMENTS, apart=apart)
    people = crowd.people(noise, PER_GROUP)
    mean = crowd.chances.mean(axis=0)
    given = {
        "first": crowd.chances[0],
        "between": mean,
        "sure": np.eye(3)[mean.argmax(axis=1)] * 0.94 + 0.02,
        "unrelated": mean[noise.permutation(STATEMENTS)],
    }[answers]
    answered = crowd.alone(given)
    opinions = whose_opinions(crowd.statements, answered, people, seed=seed, draws=DRAWS)
    leans = figure(opinions, "lean").verdict == "leans"
    return opinions, consistent(crowd.statements, answered, people, leans=leans, seed=seed, draws=DRAWS)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_answerer_that_leans_to_a_group_is_caught(seed: int) -> None:
    opinions, same = found(seed, "first", apart=1.0)
    assert opinions.verdict == "leans"
    assert opinions.figures[0].about == "group 0"
    assert same.verdict == "systematic"


@pytest.mark.parametrize("seed", SEEDS)
def test_an_answerer_between_the_groups_passes(seed: int) -> None:
    opinions, _ = found(seed, "between")
    assert figure(opinions, "lean").verdict == "even"
    assert figure(opinions, "everyone").verdict == "represents"
    assert figure(opinions, "entropy_ratio").verdict == "varied"
    assert figure(opinions, "contradiction").verdict == "coherent"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_caricature_is_caught(seed: int) -> None:
    assert figure(found(seed, "sure")[0], "entropy_ratio").verdict == "caricature"


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_that_have_nothing_to_do_with_people_are_called_so(seed: int) -> None:
    assert figure(found(seed, "unrelated")[0], "everyone").verdict == "like_chance"


def test_who_agrees_with_everything_contradicts_itself() -> None:
    noise = np.random.default_rng(1)
    crowd = population(noise, STATEMENTS)
    yes = noise.dirichlet([0.5, 1, 4], size=STATEMENTS)
    other = noise.dirichlet([0.5, 1, 4], size=STATEMENTS)
    audit = whose_opinions(crowd.statements, Answered(yes, other, np.full(STATEMENTS, 0.3)), None, seed=1, draws=DRAWS)
    assert figure(audit, "contradiction").verdict == "contradicts"
    assert figure(audit, "habit").verdict == "yes_sayer"
    assert figure(audit, "refusal").verdict == "refuses"


def steered(habit: str, seed: int, *, apart: float = 0.6) -> Audit:
    noise = np.random.default_rng(seed)
    people = population(noise, STATEMENTS, apart=apart).people(noise, PER_GROUP)
    return steerable(crossed(people, ask_steered(people, Planted(habit, people))), seed=seed, draws=DRAWS)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("habit", "verdict"),
    [("honest", "follows"), ("deaf", "ignores"), ("by group", "knows_the_group"), ("by topic", "topic_only")],
)
def test_who_does_not_hear_the_member_is_caught(habit: str, verdict: str, seed: int) -> None:
    audit = steered(habit, seed, apart=1.0)
    assert audit.verdict == verdict


def test_below_the_least_size_there_is_no_number() -> None:
    noise = np.random.default_rng(0)
    crowd = population(noise, 10)
    people = crowd.people(noise, 4)
    answered = crowd.alone(crowd.chances[0])
    opinions = whose_opinions(crowd.statements, answered, people, seed=0, draws=20)
    few = [figure(opinions, "lean"), figure(opinions, "everyone"), figure(opinions, "contradiction")]
    same = consistent(crowd.statements, answered, people, leans=True, seed=0, draws=20)
    steering = steerable(crossed(people, Steered(answered.texts, np.tile(answered.texts, (8, 1, 1)))), seed=0, draws=20)
    few += [same.figures[0], steering.figures[0]]
    assert all(one.verdict == TOO_FEW and one.value is None for one in few)
    assert steering.verdict == same.verdict == TOO_FEW


def grids(noise: np.random.Generator, *, by_template: bool) -> list[Grid]:
    """Three deliberations of six members, ten wordings, two orders, two seeds."""
    made: list[Grid] = []
    for _ in range(3):
        favourite = noise.integers(0, 6, size=(10, 1, 1))
        random = noise.integers(0, 6, size=(10, 2, 2))
        kept = noise.random((10, 2, 2)) < 0.7
        winners = np.where(kept, favourite, random) if by_template else np.where(kept, 2, random)
        agreement = noise.random((10, 2, 2, 6)) * 0.2 + 0.6 * (winners[..., None] == np.arange(6))
        made.append(Grid(winners.astype(np.int64), agreement))
    return made


NAMES = [f"wording {at}" for at in range(10)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_prompt_that_decides_who_wins_is_caught(seed: int) -> None:
    audit = prompt_proof(
        NAMES, grids(np.random.default_rng(seed), by_template=True), [], np.zeros((0, 0, 0)), seed=seed, draws=DRAWS
    )
    assert audit.verdict == "prompt_decides"
    assert figure(audit, "template_variance").verdict == "prompt_moves"
    assert (audit.figures[0].value or 0) > (figure(audit, "winner_changes_seeds").value or 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_prompt_that_changes_no_more_than_seeds_passes(seed: int) -> None:
    audit = prompt_proof(
        NAMES, grids(np.random.default_rng(seed), by_template=False), [], np.zeros((0, 0, 0)), seed=seed, draws=DRAWS
    )
    assert audit.verdict == "prompt_proof"


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_that_hang_on_the_way_to_ask_are_caught(seed: int) -> None:
    noise = np.random.default_rng(seed)
    statement = noise.normal(size=40)
    by_way = np.tile(noise.normal(size=(10, 1, 1)), (1, 2, 40)) + 0.1 * noise.normal(size=(10, 2, 40))
    by_statement = np.tile(statement, (10, 2, 1)) + 0.3 * noise.normal(size=(10, 2, 40))
    audits = [prompt_proof([], [], NAMES, stances, seed=seed, draws=DRAWS) for stances in (by_way, by_statement)]
    assert [audit.verdict for audit in audits] == ["wording_decides", "prompt_proof"]
    assert (figure(audits[0], "ask_variance").value or 0) > 0.5 > (figure(audits[1], "ask_variance").value or 0)


def test_who_answers_by_the_letter_is_caught() -> None:
    """It names the first option whatever that says; who reads the options answers alike in both orders."""
    noise = np.random.default_rng(1)
    own = noise.normal(size=(10, 1, 40))
    by_letter = np.tile([[[1.0], [-1.0]]], (10, 1, 40)) + 0.2 * noise.normal(size=(10, 2, 40))
    reads = np.repeat(own, 2, axis=1)
    audits = [prompt_proof([], [], NAMES, stances, seed=1, draws=DRAWS) for stances in (by_letter, reads)]
    assert [figure(audit, "order_flips").verdict for audit in audits] == ["letter_decides", "told"]
    assert figure(audits[1], "order_flips").value == 0.0
