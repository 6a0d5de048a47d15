"""How votes hang together: correlations of columns where votes are missing, and how alike two such matrices are.

Everything is over pairs of columns that enough rows answered both; a pair of which one column never varies has no
correlation and is NaN. Two matrices are compared on the pairs that both have, above the diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
"""Sums over many members are made in these: twice as fast, and exact enough for a correlation."""

LEAST_OVERLAP: Final = 8
"""Rows that must have answered both columns of a pair: fewer give correlations of mere chance."""
FLAT: Final = 1e-6
"""A variance below this is none."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two correlation matrices are: Pearson's `rho` and `rmse` of the pairs that both have."""

    rho: float
    rmse: float
    pairs: int


def correlations(votes: Floats, least: int = LEAST_OVERLAP) -> Floats:
    """Pearson correlations between the columns of `votes` (rows, columns), NaN where there is no vote.

    (columns, columns), NaN for pairs with fewer than `least` common rows or a column that does not vary on them.
    """
    seen = np.isfinite(votes)
    mask = seen.astype(np.float32)
    centre = np.where(seen.any(axis=0), _mean(votes, seen), 0.0)
    values: Singles = np.where(seen, votes - centre, 0.0).astype(np.float32)
    squares: Singles = values * values
    return _from_sums(mask.T @ mask, values.T @ mask, squares.T @ mask, values.T @ values, least)


def _mean(votes: Floats, seen: NDArray[np.bool_]) -> Floats:
    return np.where(seen, votes, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)


def _from_sums(
    count: Singles,
    sums: Singles,
    squares: Singles,
    products: Singles,
    least: float,
) -> Floats:
    """`sums[i, j]`: of column i over the rows that have j too; likewise the others."""
    shared = np.maximum(count, 1.0)
    mean = sums / shared
    variance = squares / shared - mean * mean
    both = variance * variance.T
    fine = (count >= least) & (variance > FLAT) & (variance.T > FLAT)
    found = np.divide(products / shared - mean * mean.T, np.sqrt(np.maximum(both, 0.0)), where=fine, out=_none(count))
    return np.clip(found, -1.0, 1.0).astype(np.float64)


def _none(like: Singles) -> Singles:
    return np.full(like.shape, np.nan, dtype=np.float32)


def likeness(one: Floats, other: Floats) -> Likeness:
    """Compare two correlation matrices (columns, columns) on the pairs above the diagonal that both have."""
    above = np.triu_indices(len(one), 1)
    left, right = one[above], other[above]
    fine = np.isfinite(left) & np.isfinite(right)
    return alike(left[fine], right[fine])


def alike(left: Floats, right: Floats) -> Likeness:
    """Compare correlations in one order. NaN with fewer than 3 pairs, or where one side does not vary."""
    pairs = len(left)
    if pairs < 3:
        return Likeness(np.nan, np.nan, pairs)
    about, beside = left - left.mean(), right - right.mean()
    size = float(np.sqrt((about @ about) * (beside @ beside)))
    rho = float(about @ beside) / size if size > FLAT else np.nan
    return Likeness(rho, float(np.sqrt(np.mean((left - right) ** 2))), pairs)


def permuted_likeness(
    one: Floats, other: Floats, *, seed: int, draws: int, blocks: NDArray[np.int64] | None = None
) -> Floats:
    """Mantel's test (1967): (draws, 2), rho and RMSE after the columns of `other` were put in a random order.

    Rows and columns move together, so that what is drawn is a correlation matrix of the same votes that belongs to
    other columns. `blocks` (columns,): columns only change places within theirs.
    """
    noise = np.random.default_rng(seed)
    size = len(one)
    above = np.triu_indices(size, 1)
    left = one[above].astype(np.float32)
    seen = np.isfinite(left)
    left, rows, columns = left[seen], above[0][seen].astype(np.int32), above[1][seen].astype(np.int32)
    moved = other.astype(np.float32)
    complete = bool(np.isfinite(moved[~np.eye(size, dtype=bool)]).all())
    found = np.empty((draws, 2))
    for draw in range(draws):
        order = _order(noise, size, blocks)
        right = moved[order[rows], order[columns]]
        if complete:
            found[draw] = _alike_fast(left, right)
        else:
            fine = np.isfinite(right)
            found[draw] = _alike_fast(left[fine], right[fine])
    return found


def _order(noise: np.random.Generator, size: int, blocks: NDArray[np.int64] | None) -> NDArray[np.int32]:
    order = noise.permutation(size).astype(np.int32)
    if blocks is not None:  # both sorts put the blocks one after the other; within each, one order is random
        moved = np.empty_like(order)
        moved[np.argsort(blocks, kind="stable")] = order[np.argsort(blocks[order], kind="stable")]
        return moved
    return order


def _alike_fast(left: Singles, right: Singles) -> tuple[float, float]:
    if len(left) < 3:
        return np.nan, np.nan
    about, beside = left - left.mean(), right - right.mean()
    size = float(np.sqrt(np.dot(about, about) * np.dot(beside, beside)))
    apart = left - right
    rho = float(np.dot(about, beside)) / size if size > FLAT else np.nan
    return rho, float(np.sqrt(np.dot(apart, apart) / len(left)))


@dataclass(frozen=True, slots=True)
class Spectrum:
    """`shares`: (columns,), of each eigenvalue, largest first; what few directions hold is structure of few kinds."""

    shares: Floats

    @property
    def first(self) -> float:
        """The share of the largest eigenvalue: 1 where everything goes along one line."""
        return float(self.shares[0]) if len(self.shares) else np.nan

    @property
    def participation(self) -> float:
        """The participation ratio, 1 / sum of squared shares: how many directions there are in effect."""
        return float(1.0 / np.sum(self.shares**2)) if len(self.shares) else np.nan


def spectrum(matrix: Floats, columns: NDArray[np.bool_] | None = None) -> Spectrum:
    """The eigenvalues of a correlation matrix, over `columns` of it; unknown pairs count as unrelated."""
    kept = matrix if columns is None else matrix[np.ix_(columns, columns)]
    if not len(kept):
        return Spectrum(np.zeros(0))
    whole = np.nan_to_num(kept, nan=0.0)
    np.fill_diagonal(whole, 1.0)
    values = np.maximum(np.linalg.eigvalsh(whole)[::-1], 0.0)
    return Spectrum(values / values.sum())
