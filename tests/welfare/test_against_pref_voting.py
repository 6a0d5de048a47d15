"""Our rules choose whom pref_voting chooses, on thousands of random profiles."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise as pairwise_of
from itertools import permutations

import numpy as np
import pytest

from tests.welfare import reference
from welfare import condorcet, pairwise, rank, rank_ballots
from welfare.inputs import TOLERANCE, UNRANKED, Floats, Ints
from welfare.judgment import majority_judgment
from welfare.ranked_pairs import ranked_pairs
from welfare.runoff import instant_runoff

RULES = ["schulze", "split_cycle", "minimax", "copeland", "borda", "irv", "ranked_pairs"]


def strict_ballots(count: int, seed: int, candidates: int = 7, voters: int = 13) -> Iterator[Ints]:
    random = np.random.default_rng(seed)
    for _ in range(count):
        shape = int(random.integers(1, voters)), int(random.integers(1, candidates))
        yield np.argsort(random.random(shape), axis=1)


def tied_ballots(count: int, seed: int, candidates: int = 6, voters: int = 9) -> Iterator[Ints]:
    random = np.random.default_rng(seed)
    for _ in range(count):
        shape = int(random.integers(1, voters)), int(random.integers(1, candidates))
        ranks = random.integers(0, shape[1], shape)
        yield np.where(random.random(shape) < 0.15, UNRANKED, ranks)


def edge_permutations(margins: Floats) -> int:
    """In how many orders pref_voting would try the victories: it tries them all."""
    strengths = margins[(margins >= 0) & ~np.eye(len(margins), dtype=bool)].tolist()
    return math.prod(math.factorial(strengths.count(strength)) for strength in set(strengths))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "ranked_pairs"])
def test_the_winners_of_strict_ballots_are_those_of_pref_voting(rule: str) -> None:
    for ranks in strict_ballots(1000, seed=1):
        assert rank_ballots(ranks, rule).winners == reference.winners(rule, reference.strict_profile(ranks)), ranks


def test_ranked_pairs_finds_every_possible_winner_that_pref_voting_finds() -> None:
    compared = 0
    for ranks in strict_ballots(1500, seed=2, candidates=6):
        if edge_permutations(pairwise.margins(ranks)) > 1000:
            continue
        compared += 1
        found = ranked_pairs(pairwise.margins(ranks))
        assert found.exact
        assert found.ranking[0] == reference.winners("ranked_pairs", reference.strict_profile(ranks)), ranks
    assert compared > 500


def test_ranked_pairs_with_many_equal_victories_agrees_with_trying_every_order() -> None:
    random = np.random.default_rng(3)
    several = 0
    for _ in range(150):
        upper = np.triu(random.integers(-2, 3, (4, 4)), 1)
        margins = (upper - upper.T).astype(float)
        expected = winners_over_all_orders(margins)
        several += len(expected) > 1
        assert set(ranked_pairs(margins).ranking[0]) == expected, margins
    assert several > 20


def winners_over_all_orders(margins: Floats) -> set[int]:
    """Tideman's definition, by brute force: every order of the victories that goes from strong to weak."""
    victories = [(int(a), int(b)) for a, b in np.argwhere(margins > 0)]
    found: set[int] = set()
    for order in permutations(victories):
        if any(margins[a] < margins[b] for a, b in pairwise_of(order)):
            continue
        above = np.zeros(margins.shape, dtype=bool)
        for a, b in order:
            if not above[b, a]:
                ups, downs = above[:, a] | (np.arange(4) == a), above[b] | (np.arange(4) == b)
                above |= ups[:, np.newaxis] & downs
        found |= set(np.flatnonzero(~above.any(axis=0)).tolist())
    return found


@pytest.mark.parametrize("rule", ["schulze", "split_cycle", "minimax", "copeland", "irv"])
def test_the_winners_of_ballots_with_ties_and_gaps_are_those_of_pref_voting(rule: str) -> None:
    for ranks in tied_ballots(1000, seed=4):
        assert rank_ballots(ranks, rule).winners == reference.winners(rule, filled(ranks)), ranks


def filled(ranks: Ints) -> object:
    """What is unranked shares the last place: pref_voting's runoff has to be told."""
    return reference.tied_profile(np.where(ranks == UNRANKED, 99, ranks))


def test_unranked_candidates_count_as_pref_voting_extended_preference() -> None:
    for ranks in tied_ballots(300, seed=5):
        expected = reference.margin_matrix(reference.tied_profile(ranks))
        np.testing.assert_array_equal(pairwise.margins(ranks), expected)
        assert rank_ballots(ranks, "borda").winners == reference.winners(
            "borda_with_ties", reference.tied_profile(ranks)
        )


def test_runoff_with_shared_votes_is_pref_voting_split_runoff() -> None:
    for ranks in tied_ballots(300, seed=6):
        found = instant_runoff(ranks, equal_tops="split").ranking[0]
        assert found == reference.winners("irv_split", filled(ranks)), ranks


def test_ranked_pairs_on_ballots_with_ties_agrees_where_pref_voting_can_finish() -> None:
    compared = 0
    for ranks in tied_ballots(800, seed=7):
        margins = pairwise.margins(ranks)
        if edge_permutations(margins) <= 300:
            compared += 1
            assert ranked_pairs(margins).ranking[0] == reference.winners("ranked_pairs", filled(ranks)), ranks
    assert compared > 200


def test_schulze_and_split_cycle_by_winning_votes_are_those_of_pref_voting() -> None:
    differs = 0
    for ranks in tied_ballots(1500, seed=8, candidates=9, voters=12):
        votes = pairwise.support(ranks)
        profile = filled(ranks)
        assert condorcet.schulze(votes)[0] == reference.winners("schulze_winning_votes", profile), ranks
        assert condorcet.split_cycle(votes)[0] == reference.winners("split_cycle_winning_votes", profile), ranks
        differs += condorcet.schulze(votes)[0] != condorcet.schulze(pairwise.margins(ranks))[0]
    assert differs > 5


@pytest.mark.parametrize("rule", ["utilitarian", "maximin", "leximin"])
def test_rankings_of_utilities_are_those_of_pref_voting(rule: str) -> None:
    random = np.random.default_rng(9)
    for _ in range(300):
        # Eighths add up without rounding, so that pref_voting, which compares floats exactly, sees the ties.
        profile = random.integers(0, 9, (int(random.integers(1, 9)), int(random.integers(1, 7)))) / 8
        assert list(rank(profile, rule).ranking) == reference.utility_tiers(rule, reference.utility_profile(profile))


def test_nash_ranks_as_pref_voting_does_above_a_worthless_status_quo() -> None:
    random = np.random.default_rng(10)
    for _ in range(300):
        profile = random.integers(1, 9, (int(random.integers(1, 9)), int(random.integers(2, 7)))) / 8
        profile[:, 0] = 0.0
        expected = reference.nash_products(reference.utility_profile(profile), status_quo=0)
        assert list(rank(profile, "nash").ranking) == expected, profile


def test_approval_is_that_of_pref_voting() -> None:
    random = np.random.default_rng(11)
    for _ in range(300):
        profile = random.random((int(random.integers(1, 9)), int(random.integers(1, 7))))
        expected = reference.approval((profile >= 0.6).astype(np.int64))
        assert rank(profile, "approval:0.6").winners == expected


def test_majority_judgment_is_at_least_as_fine_as_pref_voting_and_never_against_it() -> None:
    random = np.random.default_rng(12)
    single = 0
    for _ in range(1000):
        grades = random.integers(1, 8, (int(random.integers(1, 12)), int(random.integers(1, 6))))
        ours, theirs = majority_judgment(grades)[0], reference.majority_judgment(grades)
        # pref_voting compares the majority-gauge only, which ties candidates whom the majority-value tells apart.
        assert set(ours) <= set(theirs), grades
        single += len(theirs) == 1
    assert single > 500


def test_the_margin_matrix_of_a_large_poll_is_exact() -> None:
    random = np.random.default_rng(13)
    for voters, candidates in ((2000, 9), (40, 30)):
        ranks = np.argsort(random.random((voters, candidates)), axis=1)
        expected = reference.margin_matrix(reference.tied_profile(ranks[:60]))
        np.testing.assert_array_equal(pairwise.margins(ranks[:60]), expected)
        brute = (ranks[:, :, None] < ranks[:, None, :]).sum(axis=0)
        np.testing.assert_array_equal(pairwise.support(ranks), brute)
        np.testing.assert_allclose(pairwise.support(ranks, np.full(voters, 0.5)), brute / 2, atol=TOLERANCE)
