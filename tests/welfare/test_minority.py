"""Minority weight: what drafting, selection and revision each do to the share of a minority's view."""

from __future__ import annotations

import math

import numpy as np
import pytest

from welfare import (
    RULE_NAMES,
    EmptyProfileError,
    OutOfRangeError,
    UnknownRuleError,
    WrongShapeError,
    compare_rules,
    minorities,
    minority_shares,
    minority_weight,
    weigh,
)

MINORITY = np.array([False] * 6 + [True] * 2)
# A draft for the majority, one for the minority, one that both can live with.
PROFILE = np.array([[0.9, 0.2, 0.6]] * 6 + [[0.1, 0.9, 0.6]] * 2)


def test_a_statement_liked_by_all_alike_has_the_share_of_the_members() -> None:
    found = minority_shares(PROFILE, MINORITY)
    np.testing.assert_allclose(found, [0.2 / 5.6, 1.8 / 3.0, 0.25])
    assert minority_shares([[0.0], [0.0]], [True, False]).tolist() == [0.5]


def test_a_side_that_likes_nothing_of_a_statement_has_no_share_in_it() -> None:
    assert minority_shares([[1.0, 0.0], [0.0, 1.0]], [False, True]).tolist() == [0.0, 1.0]


def test_a_rule_for_the_majority_shrinks_the_minority_and_one_for_the_worst_off_does_not() -> None:
    found = compare_rules(PROFILE, MINORITY, ["utilitarian", "schulze", "borda", "maximin", "nash"])
    assert found["schulze"].members == found["nash"].members == 0.25
    assert found["schulze"].winner < 0.04
    assert found["maximin"].winner == pytest.approx(0.25)
    assert found["maximin"].by_selection > found["schulze"].by_selection
    assert list(found) == ["utilitarian", "schulze", "borda", "maximin", "nash"]


def test_the_three_steps_add_up_from_the_members_to_the_revised_winner() -> None:
    found = minority_weight(PROFILE, MINORITY, "schulze", revised=PROFILE[:, 2:])
    assert found.by_revision is not None
    assert found.revised == pytest.approx(0.25)
    total = found.members + found.by_drafting + found.by_selection + found.by_revision
    assert total == pytest.approx(found.revised)
    assert minority_weight(PROFILE, MINORITY, "schulze").by_revision is None


def test_tied_winners_are_averaged_and_weights_count() -> None:
    tied = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert minority_weight(tied, [False, True], "utilitarian").winner == 0.5
    heavy = minority_weight(tied, [False, True], "utilitarian", weights=[1, 3])
    assert (heavy.members, heavy.winner) == (0.75, 1.0)


def test_the_figures_of_the_replication_are_told_as_drafting_and_selection() -> None:
    found = weigh(0.262, [0.271, 0.141], [1])
    assert found.by_drafting == pytest.approx(-0.056)
    assert found.by_selection == pytest.approx(-0.065)


def test_every_rule_has_its_figure_between_zero_and_one() -> None:
    random = np.random.default_rng(0)
    rules = [name.replace("<x>", "2") for name in RULE_NAMES]
    for _ in range(30):
        found = compare_rules(random.random((7, 5)), random.random(7) < 0.3, rules, revised=random.random((7, 3)))
        for weight in found.values():
            assert 0 <= weight.winner <= 1
            assert weight.revised is not None
            assert 0 <= weight.revised <= 1


def test_without_a_minority_nothing_is_of_it() -> None:
    assert minority_weight(PROFILE, np.zeros(8, dtype=bool), "nash").winner == 0.0


def test_groups_under_half_are_minorities_and_the_ungrouped_belong_to_none() -> None:
    found = minorities([0, 0, 0, 1, 2, -1])
    assert {group: np.flatnonzero(mask).tolist() for group, mask in found.items()} == {1: [3], 2: [4]}
    assert minorities([0, 1]) == {}
    assert len(minorities([0, 0, 1, 1, 2])) == 3


def test_broken_input_is_refused() -> None:
    with pytest.raises(WrongShapeError):
        minority_shares(PROFILE, [True])
    with pytest.raises(WrongShapeError):
        minority_shares([[0.5], [0.5]], [0, 1])
    with pytest.raises(WrongShapeError):
        minority_weight(PROFILE, MINORITY, "nash", revised=PROFILE[:3])
    with pytest.raises(UnknownRuleError):
        minority_weight(PROFILE, MINORITY, "best")
    with pytest.raises(EmptyProfileError):
        weigh(0.5, [0.5], [])
    for share in (1.5, math.nan):
        with pytest.raises(OutOfRangeError):
            weigh(0.5, [share], [0])
