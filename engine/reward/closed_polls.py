"""How well the model did, once a poll is closed: what it predicted of the group against the grades that were cast.

Ballots and opinions go under different pseudonyms that nobody can join, so no member's prediction is set against their
own ballot here: a statement's mean predicted chance is set against the share of grades of 5 or more. Whoever reads a
log can recompute these figures; no text is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.deliberation.events import AnyEvent, CandidatesDrafted, PollClosed

AGREES_FROM = 5
BINS = 10


@dataclass(frozen=True)
class StatementScore:
    """One statement of a closed poll. `predicted`, `agreed` in [0, 1]; `graded`: by how many ballots."""

    statement: str
    predicted: float
    agreed: float
    graded: int


@dataclass(frozen=True)
class PollScores:
    """Several statements together.

    `brier`: the mean squared error of the predicted chance over all grades; `brier_base`: of the share that agreed over
    all of them, which knows the outcome but not the statements; `apart`: the mean distance of predicted and agreed,
    weighed by grades. `curve`: the calibration plot, (predicted, agreed, grades) per tenth that is not empty.
    """

    statements: int
    grades: int
    brier: float
    brier_base: float
    apart: float
    curve: tuple[tuple[float, float, int], ...]


def closed_statements(events: Iterable[AnyEvent]) -> list[StatementScore]:
    """Every graded statement of a log's closed polls that the model had scored, in order.

    Members that were erased since are in no prediction; what nobody is left for, or nobody graded, is left out.
    """
    predicted: dict[str, float] = {}
    found: list[StatementScore] = []
    for event in events:
        if isinstance(event, CandidatesDrafted):
            running = [candidate.id for candidate in event.candidates if candidate.rejected is None]
            rows = [row.prediction.value.mean for row in event.profile if row.prediction.value is not None]
            if rows and running:
                predicted.update(zip(running, np.mean(rows, axis=0).tolist(), strict=True))
        elif isinstance(event, PollClosed):
            for statement, tally in event.tally.items():
                if statement in predicted and sum(tally):
                    agreed = sum(tally[AGREES_FROM - 1 :]) / sum(tally)
                    found.append(StatementScore(statement, predicted[statement], agreed, sum(tally)))
    return found


def score_polls(statements: Sequence[StatementScore]) -> PollScores | None:
    """The scores of one deliberation's statements, or of many deliberations' together; None without any."""
    if not statements:
        return None
    predicted = np.array([one.predicted for one in statements])
    agreed = np.array([one.agreed for one in statements])
    weight = np.array([one.graded for one in statements], dtype=np.float64)
    base = np.average(agreed, weights=weight)

    def brier(chance: np.ndarray) -> float:
        return float(np.average(agreed * (1 - chance) ** 2 + (1 - agreed) * chance**2, weights=weight))

    bins = np.minimum((predicted * BINS).astype(int), BINS - 1)
    curve = [
        (
            float(np.average(predicted[bins == place], weights=weight[bins == place])),
            float(np.average(agreed[bins == place], weights=weight[bins == place])),
            int(weight[bins == place].sum()),
        )
        for place in np.unique(bins)
    ]
    return PollScores(
        statements=len(statements),
        grades=int(weight.sum()),
        brier=brier(predicted),
        brier_base=brier(np.full(len(predicted), base)),
        apart=float(np.average(np.abs(predicted - agreed), weights=weight)),
        curve=tuple(curve),
    )
