"""Which opinions a prompt holds when not all fit: those that together cover the range of views."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def choose_covering(
    similarity: Floats, costs: NDArray[np.int64], budget: int, *, weights: Floats | None = None
) -> list[int]:
    """Choose items within a budget so that every item has a similar one among the chosen.

    Greedy maximisation of the facility-location function sum_i w_i max_{j chosen} s_ij, taking the larger of the
    plain and the cost-benefit greedy solution (Lin and Bilmes 2010, "Multi-document summarization via budgeted
    maximization of submodular functions", section 4).

    `similarity`: (items, items), cosine in [-1, 1]. `costs`: (items,), tokens > 0. `weights`: (items,) >= 0, how much
    each item's being covered counts. Returns indices in ascending order; none if nothing fits.
    """
    gain = np.clip(similarity.astype(np.float64), 0.0, None)
    importance = np.ones(len(costs)) if weights is None else weights.astype(np.float64)
    if int(costs.sum()) <= budget:
        return list(range(len(costs)))
    by_value = _greedy(gain, importance, costs, budget, np.ones(len(costs)))
    by_ratio = _greedy(gain, importance, costs, budget, costs.astype(np.float64))
    return sorted(max(by_value, by_ratio, key=lambda chosen: _covered(gain, importance, chosen)))


def _greedy(gain: Floats, importance: Floats, costs: NDArray[np.int64], budget: int, divisor: Floats) -> list[int]:
    chosen: list[int] = []
    covered = np.zeros(len(costs))
    left = budget
    open_items = costs <= left
    while open_items.any():
        improvement = importance @ np.clip(gain - covered[:, None], 0.0, None) / divisor
        improvement[~open_items] = -1.0
        best = int(np.argmax(improvement))
        chosen.append(best)
        covered = np.maximum(covered, gain[:, best])
        left -= int(costs[best])
        open_items[best] = False
        open_items &= costs <= left
    return chosen


def _covered(gain: Floats, importance: Floats, chosen: list[int]) -> float:
    return float(importance @ gain[:, chosen].max(axis=1)) if chosen else 0.0
