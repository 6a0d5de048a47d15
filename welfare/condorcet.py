"""Rules that compare candidates two by two: Schulze, ranked pairs, Copeland, minimax, split cycle.

All read one matrix, `pairwise: (candidates, candidates)` float, from `welfare.pairwise`: `margins`, or `support` where
the strength of a victory is to be the number of voters for it (winning votes). Both say the same on ballots without
ties. The row beats the column where `pairwise[row, column] > pairwise[column, row]`. Every rule here chooses the
Condorcet winner, who beats all others, where there is one. All raise WrongShapeError on a matrix that is not square
and NotANumberError on one with NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from welfare.errors import EmptyProfileError, NotANumberError, WrongShapeError
from welfare.inputs import Bools, Floats
from welfare.ranking import Ranking, peel


def as_pairwise(pairwise: ArrayLike) -> Floats:
    """The matrix as `(candidates, candidates)` float. Raises EmptyProfileError, NotANumberError, WrongShapeError.

    >>> as_pairwise([[0, 2], [-2, 0]]).tolist()
    [[0.0, 2.0], [-2.0, 0.0]]
    """
    matrix = np.asarray(pairwise, dtype=np.float64)
    if matrix.size == 0:
        raise EmptyProfileError(name="pairwise", shape=matrix.shape)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise WrongShapeError(name="pairwise", found=str(matrix.shape), expected="(candidates, candidates)")
    if np.isnan(matrix).any():
        where = tuple(int(i) for i in np.argwhere(np.isnan(matrix))[0])
        raise NotANumberError(name="pairwise", where=where)
    return matrix


def beats(pairwise: ArrayLike) -> Bools:
    """`(candidates, candidates)` bool: true where more voters prefer the row to the column than the other way round.

    >>> beats([[0, 2], [-2, 0]]).tolist()
    [[False, True], [False, False]]
    """
    matrix = as_pairwise(pairwise)
    return matrix > matrix.T


def condorcet_winner(pairwise: ArrayLike) -> int | None:
    """The candidate who beats every other (Condorcet 1785), or None.

    >>> condorcet_winner([[0, 2, 1], [-2, 0, 1], [-1, -1, 0]])
    0
    """
    victories = beats(pairwise).sum(axis=1)
    best = int(victories.argmax())
    return best if victories[best] == len(victories) - 1 else None


def condorcet_loser(pairwise: ArrayLike) -> int | None:
    """The candidate whom every other beats, or None.

    >>> condorcet_loser([[0, 2, 1], [-2, 0, 1], [-1, -1, 0]])
    2
    """
    return condorcet_winner(as_pairwise(pairwise).T)


def smith_set(pairwise: ArrayLike) -> tuple[int, ...]:
    """The smallest set whose members beat everyone outside it (Smith 1973, Econometrica 41), ascending.

    >>> smith_set([[0, 1, -1, 5], [-1, 0, 1, 5], [1, -1, 0, 5], [-5, -5, -5, 0]])
    (0, 1, 2)
    """
    matrix = as_pairwise(pairwise)
    reaches = matrix >= matrix.T
    for via in range(len(matrix)):
        reaches |= reaches[:, via, np.newaxis] & reaches[via]
    return tuple(np.flatnonzero(reaches.all(axis=1)).tolist())


def strongest_paths(pairwise: ArrayLike) -> Floats:
    """`(candidates, candidates)` float: the strength of the strongest chain of victories from row to column.

    A chain is as strong as its weakest victory; 0 where there is none (Floyd-Warshall; Schulze 2011, section 2.3.1).

    >>> strongest_paths([[0, 4, -2], [-4, 0, 6], [2, -6, 0]]).tolist()
    [[0.0, 4.0, 4.0], [2.0, 0.0, 6.0], [2.0, 2.0, 0.0]]
    """
    matrix = as_pairwise(pairwise)
    paths = np.where(matrix > matrix.T, matrix, 0.0)
    for via in range(len(paths)):
        np.maximum(paths, np.minimum(paths[:, via, np.newaxis], paths[via]), out=paths)
    np.fill_diagonal(paths, 0.0)
    return paths


def schulze(pairwise: ArrayLike) -> Ranking:
    """Schulze's beatpath rule: a candidate defeats another by a stronger chain of victories than comes back.

    Schulze 2011, "A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner
    election method", Social Choice and Welfare 36; the rule of the Habermas Machine (Tessler et al. 2024). The defeats
    are transitive; tiers by `peel`.

    >>> schulze([[0, 4, -2], [-4, 0, 6], [2, -6, 0]])
    ((0,), (1,), (2,))
    """
    paths = strongest_paths(pairwise)
    return peel(paths > paths.T)


def split_cycle(pairwise: ArrayLike) -> Ranking:
    """Split cycle: a victory counts as a defeat unless it is a weakest one of a majority cycle.

    Holliday & Pacuit 2023, "Split Cycle: a new Condorcet-consistent voting method independent of clones and immune to
    spoilers", Public Choice 197. The defeats are acyclic; tiers by `peel`, so several winners are common.

    >>> split_cycle([[0, 4, -2], [-4, 0, 6], [2, -6, 0]])
    ((0,), (1,), (2,))
    >>> split_cycle([[0, 1, -1], [-1, 0, 1], [1, -1, 0]])
    ((0, 1, 2),)
    """
    matrix = as_pairwise(pairwise)
    victories = np.where(matrix > matrix.T, matrix, 0.0)
    return peel(victories > strongest_paths(matrix).T)


def copeland(pairwise: ArrayLike) -> Floats:
    """Victories plus half of the draws, `(candidates,)` in [0, candidates - 1] (Copeland 1951; Llull 1299).

    >>> copeland([[0, 4, 0], [-4, 0, 6], [0, -6, 0]]).tolist()
    [1.5, 1.0, 0.5]
    """
    victories = beats(pairwise)
    draws = ~victories & ~victories.T
    return victories.sum(axis=1) + (draws.sum(axis=1) - 1) / 2


def minimax(pairwise: ArrayLike) -> Floats:
    """The worst defeat of each candidate as a negative number, 0 for the undefeated (Simpson 1969, Kramer 1977).

    >>> minimax([[0, 4, -2], [-4, 0, 6], [2, -6, 0]]).tolist()
    [-2.0, -4.0, -6.0]
    """
    matrix = as_pairwise(pairwise)
    defeats = np.where(matrix > matrix.T, matrix, 0.0).max(axis=0)
    return 0.0 - defeats
