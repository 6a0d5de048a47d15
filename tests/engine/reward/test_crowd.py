from __future__ import annotations

import numpy as np

from engine.reward.crowd import MOST_FITTED, MOST_VOTES, Prior, Seen, fit_crowd

RANDOM = np.random.default_rng(5)
SIZE = 6


def prior(strength: float = 10.0) -> Prior:
    shared = RANDOM.normal(size=(SIZE, SIZE)) / 3
    apart = RANDOM.normal(size=(SIZE, SIZE)) / 3
    own = 0.1 * np.eye(SIZE)
    return Prior(RANDOM.normal(size=SIZE) / 3, shared @ shared.T + own, apart @ apart.T + own, strength)


def seen(count: int) -> Seen:
    at = RANDOM.permutation(SIZE)[:count]
    return Seen(at, RANDOM.choice([-1.0, 0.0, 1.0], count), np.full(count, 0.2))


def jointly(prior: Prior, group: list[Seen], of: int) -> tuple[np.ndarray, np.ndarray]:
    """The textbook answer: everybody's utilities in one normal distribution, conditioned on all answers."""
    members = len(group)
    whole = np.kron(np.ones((members, members)), prior.mean_covariance) + np.kron(np.eye(members), prior.covariance)
    mean = np.tile(prior.mean, members)
    at = np.concatenate([row * SIZE + answers.statements for row, answers in enumerate(group)])
    values = np.concatenate([answers.values for answers in group])
    noise = np.diag(np.concatenate([answers.noise for answers in group]))
    gain = np.linalg.solve(whole[np.ix_(at, at)] + noise, whole[at]).T
    rows = slice(of * SIZE, (of + 1) * SIZE)
    return (mean + gain @ (values - mean[at]))[rows], (whole - gain @ whole[at])[rows, rows]


def test_a_members_utilities_are_what_the_whole_groups_joint_distribution_says() -> None:
    before = prior()
    group = [seen(4), seen(2), seen(5), seen(1)]
    crowd = fit_crowd(before, group, rounds=0)
    for index, answers in enumerate(group):
        mean, covariance = crowd.member(answers, np.arange(SIZE))
        expected_mean, expected_covariance = jointly(before, group, index)
        assert np.allclose(mean, expected_mean, atol=1e-5)
        assert np.allclose(covariance, expected_covariance, atol=1e-5)


def test_a_newcomer_is_a_member_whose_answers_come_last() -> None:
    before = prior()
    group, late = [seen(4), seen(3)], seen(3)
    mean, covariance = fit_crowd(before, group, rounds=0).newcomer(late, np.arange(SIZE))
    expected_mean, expected_covariance = jointly(before, [*group, late], 2)
    assert np.allclose(mean, expected_mean, atol=1e-5)
    assert np.allclose(covariance, expected_covariance, atol=1e-5)


def test_who_knows_nothing_of_anyone_has_the_prior() -> None:
    before = prior()
    crowd = fit_crowd(before, [Seen.of([], [], [])])
    mean, covariance = crowd.member(Seen.of([], [], []), np.arange(SIZE))
    assert np.allclose(mean, before.mean)
    assert np.allclose(covariance, before.covariance + before.mean_covariance)


def test_a_crowds_covariance_comes_out_of_its_votes() -> None:
    truth = np.full((SIZE, SIZE), -0.4) + 0.8 * np.kron(np.eye(2), np.ones((3, 3))) + 0.1 * np.eye(SIZE)
    utilities = RANDOM.multivariate_normal(np.zeros(SIZE), truth, 2_000)
    group: list[Seen] = []
    for row in utilities:
        at = RANDOM.permutation(SIZE)[:4]
        group.append(Seen(at, row[at] + RANDOM.normal(0, 0.3, 4), np.full(4, 0.09)))
    before = Prior(np.zeros(SIZE), np.eye(SIZE), 0.5 * np.eye(SIZE), 10.0)
    crowd = fit_crowd(before, group, rounds=40)
    assert np.abs(crowd.covariance - truth).max() < 0.08
    assert np.abs(crowd.mean).max() < 0.06


def test_the_covariance_of_few_voters_stays_near_the_prior() -> None:
    before = prior(strength=100.0)
    few = fit_crowd(before, [seen(3), seen(3)])
    assert np.abs(few.covariance - before.covariance).max() < 0.05


def test_covariances_stay_positive_whatever_the_votes() -> None:
    before = prior()
    everybody = [Seen(np.zeros(3, dtype=np.int64), np.array([1.0, -1.0, 1.0]), np.full(3, 0.2)) for _ in range(50)]
    crowd = fit_crowd(before, everybody)
    assert np.linalg.eigvalsh(crowd.covariance).min() > 0
    assert np.linalg.eigvalsh(crowd.mean_covariance).min() > 0


def test_only_so_many_votes_of_one_member_count_and_the_latest_do() -> None:
    many = Seen.of(list(range(1_000)), [1.0] * 1_000, [0.2] * 1_000)
    assert len(many.statements) == MOST_VOTES
    assert many.statements[-1] == 999
    kept = many.spread_out(MOST_FITTED).statements
    assert len(kept) == MOST_FITTED
    assert (kept[0], kept[-1]) == (500, 999)
