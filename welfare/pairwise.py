"""Who is preferred to whom by how many: the matrix that Condorcet's rules and Borda read.

Ranks are `(voters, candidates)` int, lower is better, equal is a tie, `UNRANKED` below everything ranked.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from welfare.inputs import TOLERANCE, Floats, as_ranks, as_weights, levels

# From here on, counting pair by pair over a contiguous column is faster than summing rows of a block.
_LONG_COLUMN: Final = 512
# Comparisons held at once, in bytes: stays in the cache, whatever the number of voters and candidates.
_BLOCK: Final = 1 << 20


def support(ranks: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """`(candidates, candidates)` float: the number (or weight) of voters that rank the row above the column.

    Counts are exact whole numbers up to 2^53 voters. Memory beyond the ranks themselves: one byte per rank and a
    block of 1 MiB. Raises EmptyProfileError, NotANumberError, OutOfRangeError, WrongShapeError.

    >>> support([[0, 1, 1], [0, 1, 2], [-1, -1, 0]]).tolist()
    [[0.0, 2.0, 2.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
    """
    checked = as_ranks(ranks)
    columns = compact_columns(checked)
    if weights is None:
        return _count(columns)
    return _weigh(columns, as_weights(weights, len(checked)))


def margins(ranks: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """`(candidates, candidates)` float, antisymmetric: voters who rank the row above the column less the opposite.

    With fractional weights, margins that differ by no more than `TOLERANCE` of the total weight are made the same
    number, so that noise decides no tie. Raises as `support`.

    >>> margins([[0, 1, 2], [1, 2, 0], [0, 1, 2]]).tolist()
    [[0.0, 3.0, 1.0], [-3.0, 0.0, 1.0], [-1.0, -1.0, 0.0]]
    """
    above = support(ranks, weights)
    difference = above - above.T
    if weights is None:
        return difference
    total = float(np.sum(weights))
    # Zero among the magnitudes makes what is nearly zero exactly zero; one scale for both signs keeps the symmetry.
    magnitudes = np.concatenate([[0.0], np.abs(difference).ravel()])
    level = levels(magnitudes, TOLERANCE * total)
    representative = np.zeros(int(level.max()) + 1)
    # Reversed, so that the first of equal values is the one that stays, and zero stays zero.
    representative[level[::-1]] = magnitudes[::-1]
    same = representative[level[1:]].reshape(difference.shape)
    return np.where(difference < 0, -same, same)


def compact_columns(ranks: NDArray[np.int64]) -> NDArray[np.integer]:
    """Checked ranks as `(candidates, voters)`, contiguous, in the smallest unsigned type that keeps every order.

    >>> compact_columns(as_ranks([[3, -1], [0, 2]])).tolist()
    [[3, 0], [4, 2]]
    """
    unranked = np.iinfo(np.int64).max
    ranked_highest = int(ranks.max())
    if ranked_highest == unranked:
        below = ranks[ranks < unranked]
        ranked_highest = (int(below.max()) if below.size else 0) + 1
        ranks = np.minimum(ranks, ranked_highest)
    for small in (np.uint8, np.uint16, np.uint32):
        if ranked_highest <= np.iinfo(small).max:
            return np.ascontiguousarray(ranks.T, dtype=small)
    return np.ascontiguousarray(ranks.T)


def _count(columns: NDArray[np.integer]) -> Floats:
    candidates, voters = columns.shape
    above = np.zeros((candidates, candidates))
    if voters >= _LONG_COLUMN:
        for row in range(candidates):
            for column in range(candidates):
                if row != column:
                    above[row, column] = np.count_nonzero(columns[row] < columns[column])
        return above
    block = max(1, _BLOCK // voters)
    for row in range(candidates):
        for start in range(0, candidates, block):
            part = slice(start, start + block)
            above[row, part] = (columns[row] < columns[part]).sum(axis=1)
    return above


def _weigh(columns: NDArray[np.integer], weights: Floats) -> Floats:
    candidates, voters = columns.shape
    above = np.zeros((candidates, candidates))
    block = max(1, _BLOCK // (8 * voters))
    for row in range(candidates):
        for start in range(0, candidates, block):
            part = slice(start, start + block)
            above[row, part] = (columns[row] < columns[part]) @ weights
    return above
