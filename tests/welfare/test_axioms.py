"""The properties that each rule is known for, on random profiles; ties and weights included."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from welfare import RULE_NAMES, condorcet, margins, rank, rank_ballots, ranks_from_profile
from welfare.inputs import Floats, Ints
from welfare.ranking import Ranking, tier_of

CARDINAL = ["utilitarian", "maximin", "leximin", "nash", "atkinson:0.5", "atkinson:3", "sen", "gini"]
INEQUALITY_AVERSE = [rule for rule in CARDINAL if rule != "utilitarian"]
ORDINAL = ["schulze", "ranked_pairs", "copeland", "borda", "minimax", "split_cycle", "irv"]
CONDORCET = ["schulze", "ranked_pairs", "copeland", "minimax", "split_cycle"]
REJECTS_CONDORCET_LOSER = ["schulze", "ranked_pairs", "copeland", "borda", "split_cycle", "irv"]
MONOTONIC = ["schulze", "ranked_pairs", "copeland", "borda", "minimax", "split_cycle"]
CLONE_PROOF = ["schulze", "ranked_pairs", "split_cycle"]
GRADED = ["approval:0.6", "majority_judgment"]
ALL = [*CARDINAL, *ORDINAL, *GRADED]


def profiles(count: int, seed: int, coarse: bool = True) -> Iterator[Floats]:
    """Random profiles, on a coarse scale (many ties and zeros) or a fine one."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        shape = int(random.integers(1, 9)), int(random.integers(2, 7))
        yield random.integers(0, 7, shape) / 6 if coarse else random.random(shape)


def strict_ballots(count: int, seed: int, candidates: int = 5) -> Iterator[Ints]:
    random = np.random.default_rng(seed)
    for _ in range(count):
        shape = int(random.integers(3, 10)), int(random.integers(3, candidates + 1))
        yield np.argsort(random.random(shape), axis=1)


def renamed(ranking: Ranking, names: Ints) -> Ranking:
    return tuple(tuple(sorted(int(names[c]) for c in tier)) for tier in ranking)


def test_every_rule_is_tested_here() -> None:
    assert {rule.partition(":")[0] for rule in ALL} == {name.partition(":")[0] for name in RULE_NAMES}


@pytest.mark.parametrize("rule", ALL)
def test_a_ranking_holds_every_candidate_once_and_scores_never_contradict_it(rule: str) -> None:
    for profile in profiles(180, seed=1):
        selection = rank(profile, rule)
        assert sorted(c for tier in selection.ranking for c in tier) == list(range(profile.shape[1]))
        if selection.scores is not None:
            tiers = tier_of(selection.ranking)
            by_tier = np.array(selection.scores)[np.argsort(tiers, kind="stable")]
            assert (np.diff(by_tier) <= 1e-9).all()


@pytest.mark.parametrize("rule", ALL)
def test_it_does_not_matter_who_says_it(rule: str) -> None:
    random = np.random.default_rng(2)
    for profile in profiles(180, seed=2):
        assert rank(random.permutation(profile), rule).ranking == rank(profile, rule).ranking


@pytest.mark.parametrize("rule", ALL)
def test_it_does_not_matter_in_which_order_candidates_stand(rule: str) -> None:
    random = np.random.default_rng(3)
    for profile in profiles(180, seed=3):
        names = random.permutation(profile.shape[1])
        assert renamed(rank(profile[:, names], rule).ranking, names) == rank(profile, rule).ranking


@pytest.mark.parametrize("rule", ALL)
def test_a_member_of_weight_two_is_two_members(rule: str) -> None:
    random = np.random.default_rng(4)
    for profile in profiles(180, seed=4):
        copies = random.integers(0, 4, len(profile))
        copies[0] = 2
        expected = rank(np.repeat(profile, copies, axis=0), rule).ranking
        assert rank(profile, rule, weights=copies).ranking == expected
        # In tenths, which floats cannot hold: noise must make no winner.
        assert rank(profile, rule, weights=copies * 0.1).ranking == expected


@pytest.mark.parametrize("rule", ALL)
def test_whom_everyone_prefers_is_ranked_higher(rule: str) -> None:
    for profile in profiles(180, seed=5, coarse=False):
        better = np.clip(profile[:, :1] + 0.3 * (1 - profile[:, :1]) + 0.05, 0, 1)
        ranking = tier_of(rank(np.hstack([profile, better]), rule).ranking)
        assert ranking[-1] <= ranking[0]
        if rule in CARDINAL:
            assert ranking[-1] < ranking[0]


@pytest.mark.parametrize("rule", ALL)
def test_a_unanimous_best_candidate_wins(rule: str) -> None:
    for profile in profiles(180, seed=6):
        with_best = np.hstack([profile * 0.9, np.ones((len(profile), 1))])
        assert rank(with_best, rule).winners[-1] == profile.shape[1]


@pytest.mark.parametrize("rule", ALL)
def test_a_copy_of_a_candidate_is_tied_with_it(rule: str) -> None:
    for profile in profiles(180, seed=7):
        tiers = tier_of(rank(np.hstack([profile, profile[:, :1]]), rule).ranking)
        assert tiers[0] == tiers[-1]


@pytest.mark.parametrize("rule", ALL)
def test_one_candidate_wins_and_one_member_decides(rule: str) -> None:
    assert rank([[0.0], [0.3]], rule).ranking == ((0,),)
    assert rank([[0.2, 0.95, 0.5]], rule).winners == (1,)


@pytest.mark.parametrize(
    "rule", ["utilitarian", "maximin", "leximin", "nash", "atkinson:0.5", "atkinson:3", "sen", "gini"]
)
def test_halving_all_utilities_changes_no_ranking(rule: str) -> None:
    for profile in profiles(180, seed=8):
        assert rank(profile / 2, rule).ranking == rank(profile, rule).ranking


def test_nash_does_not_mind_the_scale_of_one_member() -> None:
    for above_zero in profiles(300, seed=9):
        # At zero, how many stand there comes before the product, and scale has no say in that.
        profile = np.maximum(above_zero, 1 / 6)
        scaled = profile.copy()
        scaled[0] /= 3
        assert rank(scaled, "nash").ranking == rank(profile, "nash").ranking


def test_utilitarian_and_gini_do_not_mind_a_shift_of_all_utilities() -> None:
    for profile in profiles(300, seed=10):
        for rule in ("utilitarian", "gini", "sen", "maximin", "leximin"):
            assert rank(profile / 2 + 0.3, rule).ranking == rank(profile, rule).ranking


@pytest.mark.parametrize("rule", INEQUALITY_AVERSE)
def test_giving_from_a_richer_to_a_poorer_member_never_hurts(rule: str) -> None:
    strictly = 0
    random = np.random.default_rng(11)
    for _ in range(150):
        before = random.random(5)
        rich, poor = int(before.argmax()), int(before.argmin())
        gift = (before[rich] - before[poor]) * random.uniform(0.1, 0.5)
        after = before.copy()
        after[[rich, poor]] += [-gift, gift]
        ranking = rank(np.stack([before, after], axis=1), rule).ranking
        assert ranking in (((1,), (0,)), ((0, 1),))
        strictly += ranking == ((1,), (0,))
    assert strictly == 150


@pytest.mark.parametrize("rule", CONDORCET)
def test_who_beats_all_others_wins(rule: str) -> None:
    met = 0
    for ranks in strict_ballots(600, seed=12):
        best = condorcet.condorcet_winner(margins(ranks))
        if best is not None:
            met += 1
            assert rank_ballots(ranks, rule).winners == (best,)
    assert met > 100


@pytest.mark.parametrize("rule", REJECTS_CONDORCET_LOSER)
def test_who_loses_to_all_others_never_wins(rule: str) -> None:
    met = 0
    for ranks in strict_ballots(600, seed=13):
        worst = condorcet.condorcet_loser(margins(ranks))
        if worst is not None:
            met += 1
            assert worst not in rank_ballots(ranks, rule).winners
    assert met > 100


@pytest.mark.parametrize("rule", ["schulze", "ranked_pairs", "copeland"])
def test_winners_come_from_the_smith_set(rule: str) -> None:
    for ranks in strict_ballots(600, seed=14):
        assert set(rank_ballots(ranks, rule).winners) <= set(condorcet.smith_set(margins(ranks)))


def test_winners_of_schulze_and_ranked_pairs_are_undefeated_in_split_cycle() -> None:
    for ranks in strict_ballots(600, seed=15):
        undefeated = set(rank_ballots(ranks, "split_cycle").winners)
        assert set(rank_ballots(ranks, "schulze").winners) <= undefeated
        assert set(rank_ballots(ranks, "ranked_pairs").winners) <= undefeated


@pytest.mark.parametrize("rule", MONOTONIC)
def test_a_winner_whom_a_voter_lifts_to_the_top_still_wins(rule: str) -> None:
    for ranks in strict_ballots(300, seed=16):
        winner = rank_ballots(ranks, rule).winners[0]
        lifted = ranks.copy()
        lifted[0, winner] = 0
        lifted[0, np.arange(ranks.shape[1]) != winner] += 1
        assert winner in rank_ballots(lifted, rule).winners


def test_instant_runoff_is_not_monotonic_and_shows_it() -> None:
    # 39 abc, 35 bca, 26 cab: a wins. Ten of the bca voters lift a to the top, and c wins.
    before = np.repeat([[0, 1, 2], [2, 0, 1], [1, 2, 0]], [39, 35, 26], axis=0)
    after = np.repeat([[0, 1, 2], [2, 0, 1], [1, 2, 0]], [49, 25, 26], axis=0)
    assert rank_ballots(before, "irv").winners == (0,)
    assert rank_ballots(after, "irv").winners == (2,)


@pytest.mark.parametrize("rule", CLONE_PROOF)
def test_a_clone_of_a_candidate_changes_nothing_for_the_others(rule: str) -> None:
    random = np.random.default_rng(17)
    for ranks in strict_ballots(400, seed=17, candidates=4):
        winners = rank_ballots(ranks, rule).winners
        # The clone stands right above or right below candidate 0, as each voter likes.
        clone = ranks[:, :1] * 2 + random.choice([-1, 1], (len(ranks), 1))
        with_clone = rank_ballots(np.hstack([ranks * 2, clone]) + 1, rule).winners
        assert {0 if c == ranks.shape[1] else c for c in with_clone} == set(winners)


def test_borda_and_copeland_are_not_clone_proof() -> None:
    ranks = np.repeat([[0, 1], [1, 0]], [3, 2], axis=0)
    assert rank_ballots(ranks, "borda").winners == (0,)
    teamed = np.repeat([[0, 1, 2], [2, 0, 1]], [3, 2], axis=0)
    assert rank_ballots(teamed, "borda").winners == (0, 1) or rank_ballots(teamed, "borda").winners == (1,)


@pytest.mark.parametrize("rule", ["schulze", "ranked_pairs", "split_cycle"])
def test_turning_all_ballots_around_dethrones_a_single_winner(rule: str) -> None:
    for ranks in strict_ballots(400, seed=18):
        winners = rank_ballots(ranks, rule).winners
        if len(winners) == 1:
            assert rank_ballots(ranks.max() - ranks, rule).winners != winners


@pytest.mark.parametrize("rule", ORDINAL)
def test_an_ordinal_rule_reads_only_the_order(rule: str) -> None:
    for profile in profiles(180, seed=19):
        expected = rank_ballots(ranks_from_profile(profile), rule)
        assert rank(profile, rule) == expected
        assert rank(profile**2, rule) == expected


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_noise_far_below_the_tolerance_decides_nothing(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 5), st.integers(2, 5)))
    seed = data.draw(st.integers(0, 2**32 - 1))
    rule = data.draw(st.sampled_from(ALL))
    random = np.random.default_rng(seed)
    profile = random.integers(0, 5, shape) / 4
    noisy = np.clip(profile + random.uniform(-1e-13, 1e-13, shape), 0, 1)
    assert rank(noisy, rule).ranking == rank(profile, rule).ranking
