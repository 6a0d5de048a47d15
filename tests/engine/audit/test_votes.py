"""A6: correlation structure on worked examples, on real votes, and on predictors that are known to be good or bad."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.audit.correlation import (
    correlations,
    likeness,
    permuted_likeness,
    spectrum,
)
from engine.audit.corruption import corrupted, matching_share
from engine.audit.figure import TOO_FEW, Audit, Figure
from engine.audit.marginals import distances, marginals, nearest
from engine.audit.resampling import halves, p_value
from engine.audit.votes import ANSWERS, Effort, audit_votes
from tests.engine.audit.polis_votes import polis_votes

Floats = NDArray[np.float64]
QUICK = Effort(bootstrap=60, permutations=99, corruptions=40, halves=10, votes=10)


def figure(audit: Audit, name: str) -> Figure:
    return next(one for one in audit.figures if one.name == name)


def votes_of(
    members: int, statements: int, seed: int, *, missing: float = 0.2, kinds: int = 2
) -> tuple[Floats, Floats]:
    """Votes in {0, .5, 1} of members who differ in a few ways, and the chances that they were drawn from."""
    noise = np.random.default_rng(seed)
    leaning = noise.standard_normal((members, kinds)) @ noise.standard_normal((kinds, statements)) * 1.3
    chance = 1 / (1 + np.exp(-leaning - 0.5 * noise.standard_normal(statements)))
    votes = (noise.random(chance.shape) < chance).astype(np.float64)
    votes[noise.random(votes.shape) < 0.1] = 0.5
    votes[noise.random(votes.shape) < missing] = np.nan
    return votes, chance


def stereotyped(votes: Floats) -> Floats:
    """Everybody gets the answer of their half of the first principal direction."""
    about = np.nan_to_num(votes - np.nanmean(votes, axis=0))
    side = np.linalg.eigh(about @ about.T)[1][:, -1] > 0
    guess = np.where(side[:, None], np.nanmean(votes[side], axis=0), np.nanmean(votes[~side], axis=0))
    return nearest(guess, ANSWERS)


# --- worked examples ------------------------------------------------------------------------------------------------


def test_the_papers_normalised_wasserstein_examples() -> None:
    """reference-values.json, paper3_wasserstein_tests: answers 1 to 4 in tenths, scaled to [0, 1]."""

    def sample(shares: tuple[int, ...]) -> Floats:
        return np.repeat([0, 1 / 3, 2 / 3, 1], shares)[:, None]

    assert distances(sample((2, 0, 6, 2)), sample((6, 0, 0, 4)))[0] == pytest.approx(0.3333333)
    assert distances(sample((10, 0, 0, 0)), sample((0, 0, 0, 10)))[0] == pytest.approx(1.0)


def test_correlations_are_pearsons_over_whoever_answered_both() -> None:
    votes, _ = votes_of(60, 6, 1)
    found = correlations(votes)
    for one in range(6):
        for other in range(6):
            both = np.isfinite(votes[:, one]) & np.isfinite(votes[:, other])
            expected = np.corrcoef(votes[both, one], votes[both, other])[0, 1]
            assert found[one, other] == pytest.approx(expected, abs=1e-5)


def test_columns_that_never_vary_or_few_share_have_no_correlation() -> None:
    votes, _ = votes_of(40, 4, 2, missing=0.0)
    votes[:, 0] = 1.0
    votes[7:, 1] = np.nan
    found = correlations(votes)
    assert np.isnan(found[0]).all()
    assert np.isnan(found[1]).all()
    assert np.isfinite(found[2, 3])


def test_the_spectrum_of_one_direction_and_of_none() -> None:
    one = spectrum(np.ones((4, 4)))
    assert one.first == pytest.approx(1.0)
    assert one.participation == pytest.approx(1.0)
    many = spectrum(np.eye(5))
    assert many.first == pytest.approx(0.2)
    assert many.participation == pytest.approx(5.0)


def test_marginals_of_a_prediction_that_is_the_same_for_all() -> None:
    actual = np.array([[0.0, 1.0], [1.0, 1.0], [np.nan, 1.0], [1.0, np.nan]])
    predicted = np.where(np.isfinite(actual), 0.75, np.nan)
    told = marginals(predicted, actual, (0.0, 1.0))
    assert told.distance == pytest.approx(((0.75 + 0.25 + 0.25) / 3 + 0.25) / 2)
    assert told.variance == 0.0
    assert (told.degenerate, told.degenerate_actual) == (1.0, 0.5)


def test_halves_give_the_standard_error_of_a_mean_and_see_what_comes_of_pairs() -> None:
    """A mean's is its own; of a mean product over pairs of members, half of what halves differ by is counted twice."""
    values = np.random.default_rng(4).standard_normal(60)

    def statistics(people: NDArray[np.int64]) -> tuple[float, float]:
        own = values[people]
        pairs = (own.sum() ** 2 - (own**2).sum()) / (len(own) * (len(own) - 1))
        return float(own.mean()), float(pairs)

    spread = halves(statistics, 60, seed=1, draws=2_000)
    assert spread.apart[0] == pytest.approx(values.std() / np.sqrt(59), rel=0.05)
    assert spread.own[0] == pytest.approx(spread.apart[0], rel=0.01)
    assert spread.own[1] < 0.9 * spread.apart[1]
    assert np.isnan(halves(lambda _: (np.nan,), 8, seed=1, draws=5).apart).all()


def test_the_share_of_changed_votes_makes_the_same_error() -> None:
    votes, _ = votes_of(200, 30, 7)
    noise = np.random.default_rng(8)
    wrong = corrupted(votes, 0.12, noise, ANSWERS)
    assert np.mean(wrong[np.isfinite(votes)] != votes[np.isfinite(votes)]) == pytest.approx(0.12, abs=0.01)
    assert np.isnan(wrong[np.isnan(votes)]).all()
    assert matching_share(wrong, votes, ANSWERS) == pytest.approx(0.12, abs=0.015)


# --- check values on real votes -------------------------------------------------------------------------------------


def test_the_trap_of_the_stereotype_on_real_votes() -> None:
    """Polis brexit-consensus, n = 20, mean of 60 draws: 12 % of votes changed rho .62, RMSE .28; group means rho .77,
    RMSE .72 and 64 % degenerate statements (AUDITS.md). It does not say who was drawn: those with 30 votes or more
    here, pairs with 8 common votes, and a changed vote is another of the three answers.
    """
    votes, groups = polis_votes("brexit-consensus")
    means = {group: np.nanmean(votes[groups == group], axis=0) for group in set(groups.tolist()) - {""}}
    eligible = np.flatnonzero((np.isfinite(votes).sum(axis=1) >= 30) & (groups != ""))
    noise = np.random.default_rng(11)
    flipped, typed = np.empty((60, 2)), np.empty((60, 3))
    for draw in range(60):
        people = noise.choice(eligible, 20, replace=False)
        actual = votes[people]
        truth = correlations(actual)
        changed = likeness(truth, correlations(corrupted(actual, 0.12, noise, ANSWERS)))
        guess = np.where(np.isfinite(actual), np.array([means[group] for group in groups[people]]), np.nan)
        types = likeness(truth, correlations(nearest(guess, ANSWERS)))
        flipped[draw] = changed.rho, changed.rmse
        typed[draw] = types.rho, types.rmse, marginals(guess, actual, ANSWERS).degenerate
    assert flipped.mean(axis=0) == pytest.approx([0.62, 0.28], abs=0.03)
    assert typed.mean(axis=0) == pytest.approx([0.77, 0.72, 0.64], abs=0.03)


def test_on_real_votes_the_stereotype_is_caught_and_the_noisy_truth_passes() -> None:
    votes, groups = polis_votes("brexit-consensus")
    means = {group: np.nanmean(votes[groups == group], axis=0) for group in set(groups.tolist()) - {""}}
    eligible = np.flatnonzero((np.isfinite(votes).sum(axis=1) >= 30) & (groups != ""))
    noise = np.random.default_rng(12)
    for size in (20, 40):
        people = noise.choice(eligible, size, replace=False)
        actual = votes[people]
        types = np.array([means[group] for group in groups[people]])
        assert audit_votes(nearest(types, ANSWERS), actual, seed=1, effort=QUICK).verdict == "stereotype"
        honest = audit_votes(corrupted(actual, 0.12, noise, ANSWERS), actual, seed=1, effort=QUICK)
        assert honest.verdict == "structure_kept"


def test_split_half_at_twenty_a_half_is_about_a_third() -> None:
    votes, groups = polis_votes("brexit-consensus")
    eligible = np.flatnonzero((np.isfinite(votes).sum(axis=1) >= 30) & (groups != ""))
    noise = np.random.default_rng(13)
    found = [
        figure(audit_votes(votes[people], votes[people], seed=1, effort=QUICK), "structure").ceiling
        for people in (noise.choice(eligible, 40, replace=False) for _ in range(5))
    ]
    assert np.mean([value for value in found if value is not None]) == pytest.approx(0.3, abs=0.08)


# --- predictors that are known --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("members", "statements"), [(20, 30), (60, 40)])
def test_a_stereotyping_predictor_is_caught(members: int, statements: int) -> None:
    for seed in range(4):
        votes, _ = votes_of(members, statements, seed, missing=0.1)
        found = audit_votes(stereotyped(votes), votes, seed=seed, effort=QUICK)
        assert found.verdict == "stereotype"
        assert figure(found, "structure_rmse").verdict == "above_band"


@pytest.mark.parametrize(("members", "statements"), [(20, 30), (60, 40)])
def test_an_honest_noisy_predictor_passes(members: int, statements: int) -> None:
    verdicts: list[str] = []
    for seed in range(10):
        votes, _ = votes_of(members, statements, seed, missing=0.1)
        guess = corrupted(votes, 0.1, np.random.default_rng(seed), ANSWERS)
        verdicts.append(audit_votes(guess, votes, seed=seed, effort=QUICK).verdict)
    assert verdicts.count("structure_kept") >= 8, verdicts


def test_a_predictor_that_knows_nothing_is_unrelated() -> None:
    votes, _ = votes_of(60, 40, 3)
    guess = np.random.default_rng(1).choice(ANSWERS, size=votes.shape)
    assert audit_votes(guess, votes, seed=1, effort=QUICK).verdict == "structure_unrelated"


def test_the_true_chances_are_smooth_and_not_wrong() -> None:
    votes, chance = votes_of(80, 40, 5, missing=0.1)
    found = audit_votes(chance, votes, seed=1, chances=True, effort=QUICK)
    assert found.verdict == "smoothed"
    assert figure(found, "drawn_structure").verdict in ("inside_band", "above_band")
    assert figure(found, "drawn_rmse").verdict in ("inside_band", "below_band")
    assert figure(found, "structure_rmse").verdict == "above_band"


@pytest.mark.parametrize(("members", "statements"), [(11, 40), (40, 19), (0, 0), (1, 1)])
def test_too_few_people_or_statements_leave_marginals_only(members: int, statements: int) -> None:
    votes, chance = votes_of(max(members, 1), max(statements, 1), 1, missing=0.0)
    found = audit_votes(chance[:members, :statements], votes[:members, :statements], seed=1, effort=QUICK)
    assert found.verdict == TOO_FEW
    assert figure(found, "structure").value is None
    assert {one.name for one in found.figures} == {"structure", "degenerate", "distance", "variance"}
    assert (figure(found, "distance").value is None) == (members == 0)


def test_who_is_listed_first_does_not_matter() -> None:
    votes, chance = votes_of(30, 25, 9)
    order, columns = np.random.default_rng(2).permutation(30), np.random.default_rng(3).permutation(25)
    one = audit_votes(chance, votes, seed=1, effort=QUICK)
    other = audit_votes(chance[order][:, columns], votes[order][:, columns], seed=1, effort=QUICK)
    for name in ("structure", "structure_rmse", "degenerate", "distance", "members_structure"):
        assert figure(one, name).value == pytest.approx(figure(other, name).value, abs=1e-5)


# --- what the bounds are worth --------------------------------------------------------------------------------------


def test_the_permutation_p_is_uniform_where_there_is_nothing_to_find() -> None:
    found: list[float] = []
    for seed in range(200):
        one, other = (correlations(votes_of(24, 20, 2 * seed + side, missing=0.0)[0]) for side in (0, 1))
        null = permuted_likeness(one, other, seed=seed, draws=99)[:, 0]
        found.append(p_value(likeness(one, other).rho, null))
    found.sort()
    # Kolmogorov and Smirnov: .096 is what 200 uniform draws pass 95 % of the time; seeds are fixed.
    apart = max(abs(p - (at + 0.5) / len(found)) for at, p in enumerate(found))
    assert apart < 0.096
    assert 0.01 <= np.mean(np.array(found) <= 0.05) <= 0.09


def test_intervals_hold_what_they_promise() -> None:
    """Of 160 groups drawn from one population, how often does the interval hold the mean over all such groups?"""
    population, _ = votes_of(4_000, 22, 17, missing=0.0)
    guess = corrupted(population, 0.2, np.random.default_rng(1), ANSWERS)
    effort = Effort(bootstrap=60, permutations=1, corruptions=2, halves=25, votes=1)
    groups = np.random.default_rng(2).integers(4_000, size=(160, 100))
    runs = [
        audit_votes(guess[people], population[people], seed=seed, effort=effort) for seed, people in enumerate(groups)
    ]
    for name in ("structure", "structure_rmse", "distance", "variance", "members_structure", "members_rmse"):
        values = [figure(run, name) for run in runs]
        mean = np.mean([one.value for one in values if one.value is not None])
        held = [one.interval is not None and one.interval[0] <= mean <= one.interval[1] for one in values]
        assert 0.90 <= sum(held) / len(held) <= 0.98, name


def test_statements_of_one_deliberation_only_change_places_among_themselves() -> None:
    blocks = np.array([0, 1, 0, 1, 1, 0])
    inside = np.where(blocks[:, None] == blocks, 1.0, np.nan)
    varied = inside * np.add.outer(np.arange(6.0), np.arange(6.0))
    found = permuted_likeness(varied, varied, seed=1, draws=50, blocks=blocks)
    assert np.isfinite(found).all()
    pairs = np.isfinite(varied[np.triu_indices(6, 1)]).sum()
    assert likeness(varied, varied).pairs == pairs == 6
    assert len(set(found[:, 0].round(6).tolist())) > 5


def test_chances_that_are_the_same_for_everybody_are_not_called_smooth() -> None:
    votes, _ = votes_of(80, 40, 5, missing=0.1)
    same = np.tile(np.nanmean(votes, axis=0), (80, 1)) + 0.01 * np.random.default_rng(1).standard_normal(votes.shape)
    found = audit_votes(same, votes, seed=1, chances=True, effort=QUICK)
    assert found.verdict in ("stereotype", "structure_unrelated")
