"""Alignment of people with people on real answers: FiveThirtyEight's flying etiquette survey (CC BY 4.0)."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from engine.audit.distributions import alignment
from engine.audit.people import Counted

DATA = Path(os.environ.get("ACCORD_AUDIT_DATA", Path(__file__).parents[4] / "shared" / "data" / "audit"))
SURVEY = DATA / "fivethirtyeight" / "flying-etiquette.csv"
GROUPED_BY = ("Gender", "Age", "Household Income", "Education", "Location (Census Region)")

# How many of the 849 people who answered all nine "is it rude" items said no, somewhat and very; counted from the
# file at fivethirtyeight/data @ fcf572c4.
COUNTS = np.array(
    [
        [688, 124, 37],
        [672, 150, 27],
        [499, 280, 70],
        [631, 183, 35],
        [704, 125, 20],
        [535, 280, 34],
        [226, 445, 178],
        [592, 182, 75],
        [147, 351, 351],
    ]
)
EVERYBODY = COUNTS / COUNTS.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (np.full((9, 3), 1 / 3), 0.713),
        (np.eye(3)[EVERYBODY.argmax(axis=1)], 0.815),
        (np.tile([0.0, 1.0, 0.0], (9, 1)), 0.639),
        (EVERYBODY[:, ::-1], 0.441),
    ],
    ids=["uniform", "modal", "always the middle", "reversed"],
)
def test_simple_answerers_align_with_everybody_as_computed_elsewhere(answers: np.ndarray, expected: float) -> None:
    assert alignment(answers, EVERYBODY) == pytest.approx(expected, abs=5e-4)


def test_24_demographic_groups_represent_everybody_with_972_on_average_and_948_at_worst() -> None:
    if not SURVEY.is_file():
        pytest.skip(f"the survey's values were not tested: no {SURVEY}; name the audits' data in ACCORD_AUDIT_DATA")
    with SURVEY.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    items = [column for column in rows[0] if "rude" in column]
    whole = [row for row in rows if all(row[item] for item in items)]
    counted = Counted(np.array([[_level(row[item]) / 2 for item in items] for row in whole]))
    everybody = counted.distributions(np.ones(len(whole)))
    assert np.allclose(everybody, EVERYBODY)
    masks = [
        np.array([row[column] == value for row in whole], dtype=np.float64)
        for column in GROUPED_BY
        for value in sorted({row[column] for row in whole if row[column]})
    ]
    found = [alignment(counted.distributions(mask), everybody) for mask in masks if mask.sum() >= 20]
    assert len(found) == 24
    assert np.mean(found) == pytest.approx(0.972, abs=5e-4)
    assert min(found) == pytest.approx(0.948, abs=5e-4)


def _level(answer: str) -> int:
    return 0 if answer.startswith("No") else 1 if "somewhat" in answer else 2
