from __future__ import annotations

import doctest

import numpy as np
import pytest

from engine.reward import winning
from engine.reward.weights import Sizes
from engine.reward.winning import MOST_CONTENDERS, chances_to_win, contenders, shared_error


def test_a_candidate_that_is_surely_better_wins_surely() -> None:
    mean, spread = np.tile([0.9, 0.3], (5, 1)), np.full((5, 2), 0.05)
    found = chances_to_win(mean, spread, "nash", seed=1)
    assert found.probability[0] > 0.99
    assert contenders(found.probability) == (0,)


def test_where_little_is_known_several_remain_contenders() -> None:
    mean, spread = np.tile([0.62, 0.6, 0.58], (5, 1)), np.full((5, 3), 0.25)
    found = chances_to_win(mean, spread, "nash", seed=1)
    assert max(found.probability) < 0.7
    assert len(contenders(found.probability)) == 3


def test_an_error_that_members_share_does_not_average_out() -> None:
    """The same lead is less sure in a large group when the model may have misjudged the candidate itself."""
    mean, spread = np.tile([0.62, 0.58], (200, 1)), np.full((200, 2), 0.2)
    assert chances_to_win(mean, spread, "utilitarian", seed=1).probability[0] < 0.8


def test_the_shared_error_is_the_groups_part_of_the_variance() -> None:
    sizes = Sizes(group_level=0.1, group_text=0.1, group_own=0.1, member_level=0.2, member_text=0.2, member_own=0.3)
    assert shared_error(sizes) == pytest.approx(0.3)


def test_at_most_so_many_are_shown() -> None:
    assert len(contenders([0.1] * 10)) == MOST_CONTENDERS


def test_the_examples_hold() -> None:
    assert doctest.testmod(winning).failed == 0
