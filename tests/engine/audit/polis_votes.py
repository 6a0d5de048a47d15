"""Real votes to check audits on: Polis' exports in the shared data, as matrices."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

FOLDER = Path(os.environ.get("ACCORD_AUDIT_DATA", Path(__file__).parents[4] / "shared" / "data" / "audit")) / "polis"


def polis_votes(name: str) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Votes (people, statements) in [0, 1], NaN where none was cast, and Polis' opinion group of each."""
    path = FOLDER / name / "participants-votes.csv"
    if not path.is_file():
        pytest.skip(f"real votes were not tested: no {path}; name the audits' data in ACCORD_AUDIT_DATA")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    statements = [column for column in rows[0] if column.isdigit()]
    votes = [[(float(row[one]) + 1) / 2 if row[one] else np.nan for one in statements] for row in rows]
    return np.array(votes), np.array([row["group-id"] for row in rows])
