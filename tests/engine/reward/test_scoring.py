from __future__ import annotations

import math

import numpy as np
import pytest

from engine.reward.scoring import area_under_curve, area_within, brier, calibration_error, log_loss

VOTES = np.array([-1.0, -1.0, 1.0, 1.0, 0.0])


def test_the_area_under_the_curve_of_known_rankings() -> None:
    assert area_under_curve(np.array([0.1, 0.2, 0.3, 0.4, 0.0]), VOTES) == 1.0
    assert area_under_curve(np.array([0.4, 0.3, 0.2, 0.1, 0.0]), VOTES) == 0.0
    assert area_under_curve(np.array([0.5, 0.5, 0.5, 0.5, 0.5]), VOTES) == 0.5
    assert math.isnan(area_under_curve(np.array([0.1, 0.2]), np.array([1.0, 1.0])))


def test_what_depends_on_the_statement_alone_tells_nothing_within_it() -> None:
    statements = np.array([0, 0, 1, 1])
    votes = np.array([1.0, -1.0, 1.0, -1.0])
    assert area_within(statements, np.array([0.9, 0.9, 0.2, 0.2]), votes) == 0.5
    assert area_within(statements, np.array([0.9, 0.1, 0.3, 0.2]), votes) == 1.0
    assert math.isnan(area_within(statements, np.zeros(4), np.ones(4)))


def test_losses_of_known_predictions() -> None:
    predicted = np.array([0.25, 0.25, 0.75, 0.75, 0.9])
    assert log_loss(predicted, VOTES) == pytest.approx(-math.log(0.75))
    assert brier(predicted, VOTES) == pytest.approx(0.0625)


def test_a_group_that_agrees_as_often_as_was_said_is_calibrated() -> None:
    votes = np.array([1.0] * 7 + [-1.0] * 3)
    assert calibration_error(np.full(10, 0.7), votes) == pytest.approx(0.0)
    assert calibration_error(np.full(10, 0.9), votes) == pytest.approx(0.2)
