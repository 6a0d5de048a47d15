"""Ties come back as ties; a tie-break has a name and a seed, and a ranking that rests on one says so."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from welfare import TieBreak, break_ties, margins, rank_ballots, refine
from welfare.inputs import Ints
from welfare.ranked_pairs import ranked_pairs
from welfare.runoff import instant_runoff


def test_anyone_can_check_the_lottery_with_a_hash() -> None:
    tickets = {c: hashlib.sha256(f"42:{c}".encode()).hexdigest() for c in range(9)}
    assert break_ties((tuple(range(9)),), TieBreak("lottery", 42)) == tuple(sorted(tickets, key=lambda c: tickets[c]))


def test_a_tie_break_keeps_the_tiers_and_another_seed_draws_another_order() -> None:
    ranking = ((5,), tuple(range(5)), (6,))
    orders = {break_ties(ranking, TieBreak("lottery", seed)) for seed in range(30)}
    assert all(order[0] == 5 and order[-1] == 6 for order in orders)
    assert len(orders) > 15
    assert break_ties(ranking, TieBreak("listed")) == (5, 0, 1, 2, 3, 4, 6)
    assert str(TieBreak("listed")) == "listed"


def test_the_lottery_favours_no_place_in_the_list() -> None:
    firsts = np.bincount([TieBreak("lottery", seed).order(range(4))[0] for seed in range(2000)])
    assert firsts.min() > 430


def test_a_second_rule_can_break_the_ties_of_the_first() -> None:
    assert refine(((0, 1), (2,)), ((2,), (1,), (0,))) == ((1,), (0,), (2,))


def cycle_of_cycles(depth: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Margins in which three equal parts beat each other in a circle, each part again three, and so on."""
    margins = np.zeros((1, 1))
    for _ in range(depth):
        size = len(margins)
        circle = np.array([[0, 1, -1], [-1, 0, 1], [1, -1, 0]], dtype=float)
        margins = np.kron(np.eye(3), margins) + np.kron(circle, np.ones((size, size)))
    return margins


def test_a_perfect_symmetry_is_a_tie_of_all() -> None:
    result = ranked_pairs(cycle_of_cycles(1))
    assert (result.ranking, result.exact, result.tie_break) == (((0, 1, 2),), True, None)


def test_past_the_budget_the_lottery_decides_and_says_so() -> None:
    matrix = cycle_of_cycles(3)
    result = ranked_pairs(matrix, tie_break=TieBreak("lottery", 5), budget=3)
    assert not result.exact
    assert result.tie_break == TieBreak("lottery", 5)
    assert len(result.ranking) == 27
    assert result == ranked_pairs(matrix, tie_break=TieBreak("lottery", 5), budget=3)
    assert {ranked_pairs(matrix, tie_break=TieBreak("lottery", s), budget=3).ranking[0] for s in range(20)} > {(0,)}


def test_the_winner_by_lottery_is_one_of_the_possible_winners() -> None:
    random = np.random.default_rng(0)
    for seed in range(200):
        ranks = np.argsort(random.random((4, 6)), axis=1)
        possible = ranked_pairs(margins(ranks))
        assert possible.exact
        drawn = ranked_pairs(margins(ranks), tie_break=TieBreak("lottery", seed), budget=0)
        assert set(drawn.ranking[0]) <= set(possible.ranking[0])
        possible = instant_runoff(ranks)
        assert possible.exact
        drawn = instant_runoff(ranks, tie_break=TieBreak("lottery", seed), budget=0)
        assert not drawn.exact
        assert set(drawn.ranking[0]) <= set(possible.ranking[0])


def test_when_only_lower_places_are_drawn_the_winner_stays_exact() -> None:
    # Candidate 0 beats all; the rest is a symmetry that the remaining budget does not resolve.
    matrix = np.zeros((28, 28))
    matrix[1:, 1:] = cycle_of_cycles(3)
    matrix[0, 1:], matrix[1:, 0] = 5, -5
    result = ranked_pairs(matrix, budget=2)
    assert result.exact
    assert result.ranking[0] == (0,)
    assert result.tie_break == TieBreak("lottery", 0)


def test_a_runoff_past_its_budget_is_marked_and_repeatable() -> None:
    ranks = np.array([np.roll(np.arange(12), shift) for shift in range(12)])
    result = rank_ballots(ranks, "irv", seed=3, budget=5)
    assert not result.exact
    assert result.tie_break == TieBreak("lottery", 3)
    assert [len(tier) for tier in result.ranking] == [1] * 12
    assert result == rank_ballots(ranks, "irv", seed=3, budget=5)


@pytest.mark.parametrize("rule", ["irv", "ranked_pairs"])
def test_without_ties_no_budget_is_needed(rule: str) -> None:
    ranks = np.repeat([[0, 1, 2], [0, 2, 1], [2, 0, 1]], [5, 3, 1], axis=0)
    selection = rank_ballots(ranks, rule, budget=3)
    assert selection.exact
    assert selection.ranking[0] == (0,)


def test_many_candidates_without_a_first_vote_do_not_use_up_the_budget() -> None:
    ranks = np.tile(np.arange(64), (5, 1))
    assert rank_ballots(ranks, "irv").exact
    assert rank_ballots(ranks, "irv").winners == (0,)


def best_places(ranks: Ints, survivors: tuple[int, ...], places: dict[int, int]) -> dict[int, int]:
    """The best place of each candidate over every order of elimination, one at a time, by recursion."""
    best = ranks[:, survivors].min(axis=1, keepdims=True)
    tops = (ranks[:, survivors] == best).sum(axis=0)
    for candidate, top in zip(survivors, tops, strict=True):
        if top == tops.min():
            places[candidate] = min(places.get(candidate, len(survivors)), len(survivors))
            rest = tuple(c for c in survivors if c != candidate)
            if rest:
                best_places(ranks, rest, places)
    return places


def test_a_runoff_ranking_is_the_best_place_over_every_order_of_elimination() -> None:
    random = np.random.default_rng(1)
    for _ in range(300):
        shape = int(random.integers(1, 8)), int(random.integers(1, 6))
        ranks = random.integers(0, shape[1], shape)
        places = best_places(ranks, tuple(range(shape[1])), {})
        tiers = [tuple(c for c in range(shape[1]) if places[c] == place) for place in sorted(set(places.values()))]
        assert instant_runoff(ranks).ranking == tuple(tiers), ranks


def test_each_tier_of_ranked_pairs_wins_among_those_left() -> None:
    random = np.random.default_rng(2)
    for _ in range(200):
        matrix = margins(np.argsort(random.random((int(random.integers(2, 8)), 5)), axis=1))
        left = list(range(5))
        for tier in ranked_pairs(matrix).ranking:
            among_left = ranked_pairs(matrix[np.ix_(left, left)]).ranking[0]
            assert tier == tuple(left[i] for i in among_left), matrix
            left = [c for c in left if c not in tier]


def test_instant_runoff_ranks_by_the_round_in_which_a_candidate_goes() -> None:
    ranks = np.repeat([[0, 1, 2, 3], [3, 0, 1, 2], [2, 3, 0, 1], [1, 2, 3, 0]], [5, 4, 3, 1], axis=0)
    # First choices: 0 has 5, 1 has 4, 2 has 3, 3 has 1; 3 goes and its vote to 0, then 2 goes and its votes to 0.
    assert rank_ballots(ranks, "irv").ranking == ((0,), (1,), (2,), (3,))
