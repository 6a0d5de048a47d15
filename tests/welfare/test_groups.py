"""Opinion groups: found where they are, the same each time, and not torn apart by votes that are missing."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from welfare import (
    UNGROUPED,
    EmptyProfileError,
    OutOfRangeError,
    WrongShapeError,
    find_groups,
    group_agreement,
    group_informed_consensus,
)
from welfare.groups import project, silhouette
from welfare.inputs import Floats, Ints


def camps(sizes: list[int], statements: int = 30, loyalty: float = 0.95, seen: float = 1.0, seed: int = 0) -> Floats:
    """Votes of camps that each have their own random view of every statement."""
    random = np.random.default_rng(seed)
    views = random.choice([-1.0, 1.0], (len(sizes), statements))
    votes = np.repeat(views, sizes, axis=0)
    votes = np.where(random.random(votes.shape) < loyalty, votes, -votes)
    return np.where(random.random(votes.shape) < seen, votes, np.nan)


def same_partition(a: Ints, b: Ints) -> bool:
    return bool(((a[:, None] == a) == (b[:, None] == b)).all())


@pytest.mark.parametrize("sizes", [[8, 5], [20, 12, 9], [15, 14, 13, 12]])
def test_camps_that_vote_alike_are_found(sizes: list[int]) -> None:
    truth = np.repeat(np.arange(len(sizes)), sizes)
    found = find_groups(camps(sizes, loyalty=1.0), seed=1)
    assert same_partition(found.labels, truth)
    assert found.count == len(sizes)
    assert found.silhouette > 0.9


def test_two_camps_are_found_though_half_of_the_votes_are_missing_and_some_are_noise() -> None:
    found = find_groups(camps([30, 20], seen=0.5, loyalty=0.9), seed=1)
    strays = (found.labels != np.repeat([0, 1], [30, 20])).sum()
    assert (found.count, strays <= 2) == (2, True)


def test_who_voted_little_is_stretched_to_where_the_camp_stands() -> None:
    votes = camps([20, 20], loyalty=1.0)
    votes[0, 5:] = np.nan
    positions = project(votes)
    assert abs(positions[0, 0]) > 0.3 * abs(positions[1, 0])
    assert np.sign(positions[0, 0]) == np.sign(positions[1, 0])


def test_the_same_votes_and_seed_give_the_same_groups() -> None:
    votes = camps([30, 25, 20], seen=0.7, loyalty=0.7)
    first, second = find_groups(votes, seed=3), find_groups(votes, seed=3)
    np.testing.assert_array_equal(first.labels, second.labels)
    np.testing.assert_array_equal(first.positions, second.positions)


def test_groups_are_numbered_by_size_whatever_the_seed() -> None:
    votes = camps([9, 22, 14], loyalty=1.0)
    for seed in range(10):
        np.testing.assert_array_equal(find_groups(votes, seed=seed).labels, np.repeat([2, 0, 1], [9, 22, 14]))


def test_the_order_of_members_changes_only_their_place() -> None:
    votes = camps([12, 9], loyalty=0.9)
    order = np.random.default_rng(0).permutation(21)
    assert same_partition(find_groups(votes[order], seed=0).labels, find_groups(votes, seed=0).labels[order])


def test_members_with_few_votes_are_left_out_once_there_are_enough_others() -> None:
    votes = camps([20, 10], loyalty=1.0)
    votes[0, 3:] = np.nan
    votes[1] = np.nan
    assert find_groups(votes, seed=0).labels[:3].tolist() == [UNGROUPED, UNGROUPED, 0]
    few = camps([4, 3], loyalty=1.0)
    few[0, 3:] = np.nan
    assert (find_groups(few, seed=0).labels >= 0).all()


def test_members_who_all_agree_are_one_group() -> None:
    for votes in (np.ones((6, 4)), np.ones((1, 1)), np.full((3, 2), np.nan)):
        found = find_groups(votes, seed=0)
        assert (found.count, found.silhouette) == (1, 0.0)
        assert (found.labels == 0).all()


def test_many_members_are_grouped_through_small_clusters() -> None:
    found = find_groups(camps([3000, 1500], loyalty=0.9), seed=0)
    assert same_partition(found.labels[::50], np.repeat([0, 1], [3000, 1500])[::50])


def test_a_silhouette_is_the_one_of_rousseeuw() -> None:
    random = np.random.default_rng(0)
    points, labels = random.random((12, 2)), random.permutation(np.repeat([0, 1, 2], [5, 4, 3]))
    distances = np.sqrt(((points[:, None] - points) ** 2).sum(axis=2))
    expected: list[float] = []
    for i in range(12):
        home = (labels == labels[i]) & (np.arange(12) != i)
        within = distances[i, home].mean()
        between = min(distances[i, labels == other].mean() for other in range(3) if other != labels[i])
        expected.append((between - within) / max(between, within))
    assert silhouette(points, labels) == pytest.approx(np.mean(expected))
    doubled = silhouette(np.repeat(points, 2, axis=0), np.repeat(labels, 2))
    assert silhouette(points, labels, np.full(12, 2.0)) == pytest.approx(doubled)


def test_the_components_are_those_of_a_singular_value_decomposition() -> None:
    for shape in ((12, 5), (5, 12)):
        votes = np.random.default_rng(0).integers(-1, 2, shape).astype(np.float64)
        parts = cast("Any", np.linalg.svd)(votes - votes.mean(axis=0), full_matrices=False)
        np.testing.assert_allclose(np.abs(project(votes)), np.abs(parts.U[:, :2] * parts.S[:2]), atol=1e-9)


def test_consensus_needs_every_group() -> None:
    labels = np.repeat([0, 1], [20, 4])
    votes = np.ones((24, 2))
    votes[20:, 0] = -1
    consensus = group_informed_consensus(votes, labels)
    assert consensus[0] < 0.2 < 0.7 < consensus[1]


def test_group_agreement_counts_passes_as_seen_and_leaves_out_who_has_no_group() -> None:
    votes = [[1, np.nan], [0, np.nan], [-1, 1], [1, 1]]
    found = group_agreement(votes, [0, 0, 0, UNGROUPED])
    np.testing.assert_allclose(found, [[2 / 5, 2 / 3]])
    assert group_agreement([[0.7], [0.4]], [0, 0], agree_at=0.5).tolist() == [[0.5]]


def test_broken_votes_and_labels_are_refused() -> None:
    with pytest.raises(EmptyProfileError):
        find_groups([], seed=0)
    with pytest.raises(OutOfRangeError):
        find_groups([[2.0]], seed=0)
    with pytest.raises(OutOfRangeError):
        find_groups([[1.0]], seed=0, most_groups=0)
    with pytest.raises(WrongShapeError):
        group_agreement([[1.0]], [0, 1])
    with pytest.raises(WrongShapeError):
        group_agreement([[1.0]], [0.5])
    with pytest.raises(EmptyProfileError):
        group_agreement([[1.0]], [UNGROUPED])
