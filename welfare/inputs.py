"""What comes in, checked once: profiles, rankings, grades and weights.

Three kinds of ballot, always voters by candidates:

- a profile: `(members, candidates)` float in [0, 1], the utility of each candidate to each member;
- ranks: `(voters, candidates)` int, lower is better, equal is a tie, `UNRANKED` (-1) is below all that is ranked;
- grades: `(voters, candidates)` int from `LOWEST_GRADE` (1) to `HIGHEST_GRADE` (7).

Floating-point noise must not make a winner, so two values at most `TOLERANCE` apart count as equal everywhere.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from welfare.errors import EmptyProfileError, NotANumberError, OutOfRangeError, WrongShapeError

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

TOLERANCE: Final = 1e-9
UNRANKED: Final = -1
LOWEST_GRADE: Final = 1
HIGHEST_GRADE: Final = 7


def as_profile(profile: ArrayLike) -> Floats:
    """The profile as `(members, candidates)` float in [0, 1].

    Raises EmptyProfileError, NotANumberError, OutOfRangeError, WrongShapeError. A value outside [0, 1] by no more
    than `TOLERANCE` is noise and is clipped.

    >>> as_profile([[0, 0.5], [1, 0.25]]).shape
    (2, 2)
    """
    return np.clip(_finite_matrix(profile, "profile", 0.0, 1.0), 0.0, 1.0)


def as_votes(votes: ArrayLike) -> Floats:
    """Votes as `(members, statements)` float in [-1, 1], NaN where a member has not voted.

    Raises EmptyProfileError, OutOfRangeError, WrongShapeError.

    >>> as_votes([[1, -1], [0, float("nan")]]).shape
    (2, 2)
    """
    array = _matrix(votes, "votes")
    _within(array[~np.isnan(array)], "votes", -1.0, 1.0)
    return array


def as_ranks(ranks: ArrayLike) -> Ints:
    """Rankings as `(voters, candidates)` int: lower is better, equal is a tie, unranked shares the last place.

    `UNRANKED` (-1) comes back as the largest integer, so that comparing is all a rule needs to do. Ranks need not
    start at zero or be consecutive. Raises EmptyProfileError, NotANumberError, OutOfRangeError (below -1),
    WrongShapeError (fractions included).

    >>> as_ranks([[1, 2, 2], [0, -1, 5]])[:, :1].tolist()
    [[1], [0]]
    """
    array = _integer_matrix(ranks, "ranks")
    lowest = int(array.min())
    if lowest < UNRANKED:
        raise OutOfRangeError(name="ranks", found=lowest, lowest=UNRANKED, highest=None)
    if lowest == UNRANKED:
        array = np.where(array == UNRANKED, np.iinfo(np.int64).max, array)
    return array


def as_grades(grades: ArrayLike) -> Ints:
    """Grades as `(voters, candidates)` int from 1 to 7, higher is better.

    Raises EmptyProfileError, NotANumberError, OutOfRangeError, WrongShapeError.

    >>> as_grades([[1, 7], [4, 4]]).tolist()
    [[1, 7], [4, 4]]
    """
    array = _integer_matrix(grades, "grades")
    _within(array, "grades", LOWEST_GRADE, HIGHEST_GRADE)
    return array


def as_weights(weights: ArrayLike | None, members: int) -> Floats:
    """Member weights as `(members,)` float >= 0 with a positive sum; ones where none are given.

    A member of weight 2 counts as two members, one of weight 0 not at all. Raises NotANumberError, OutOfRangeError,
    WrongShapeError.

    >>> as_weights(None, 3).tolist()
    [1.0, 1.0, 1.0]
    """
    if weights is None:
        return np.ones(members)
    array = _numbers(weights, "weights")
    if array.shape != (members,):
        raise WrongShapeError(name="weights", found=str(array.shape), expected=f"({members},)")
    _all_finite(array, "weights")
    _within(array, "weights", 0.0, None)
    if not array.any():
        raise OutOfRangeError(name="sum of weights", found=0.0, lowest=0.0, highest=None)
    return array


def levels(values: Floats, tolerance: float = TOLERANCE) -> Ints:
    """Values as whole levels of the same shape: equal level, equal value; higher level, higher value.

    A new level starts where a sorted value is more than `tolerance` above the one before it, so that equality is
    transitive and no boundary of a rounding grid can part two equal values.

    >>> levels(np.array([0.3, 0.1 + 0.2, 0.1])).tolist()
    [1, 1, 0]
    """
    flat = values.ravel()
    order = np.argsort(flat, kind="stable")
    rises = np.diff(flat[order]) > tolerance
    result = np.zeros(flat.size, dtype=np.int64)
    result[order[1:]] = np.cumsum(rises)
    return result.reshape(values.shape)


def ranks_from_profile(profile: ArrayLike) -> Ints:
    """Each member's order of the candidates: `(members, candidates)` int, 0 is their best, equal utility is a tie.

    Raises as `as_profile`.

    >>> ranks_from_profile([[0.2, 0.9, 0.2], [1, 0.5, 0]]).tolist()
    [[1, 0, 1], [0, 1, 2]]
    """
    utilities = as_profile(profile)
    order = np.argsort(-utilities, axis=1, kind="stable")
    drops = -np.diff(np.take_along_axis(utilities, order, axis=1), axis=1) > TOLERANCE
    ranks = np.zeros(utilities.shape, dtype=np.int64)
    np.put_along_axis(ranks, order[:, 1:], np.cumsum(drops, axis=1), axis=1)
    return ranks


def profile_from_grades(grades: ArrayLike) -> Floats:
    """Grades 1 to 7 as utilities 0 to 1 in equal steps: `(voters, candidates)`. Raises as `as_grades`.

    >>> profile_from_grades([[1, 4, 7]]).tolist()
    [[0.0, 0.5, 1.0]]
    """
    return (as_grades(grades) - LOWEST_GRADE) / (HIGHEST_GRADE - LOWEST_GRADE)


def grades_from_profile(profile: ArrayLike) -> Ints:
    """Utilities as the nearest grade 1 to 7, halves up; the inverse of `profile_from_grades`. Raises as `as_profile`.

    >>> grades_from_profile([[0.0, 0.5, 0.9, 1.0]]).tolist()
    [[1, 4, 6, 7]]
    """
    steps = as_profile(profile) * (HIGHEST_GRADE - LOWEST_GRADE)
    return np.floor(steps + 0.5 + TOLERANCE).astype(np.int64) + LOWEST_GRADE


def _numbers(values: ArrayLike, name: str) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise WrongShapeError(name=name, found="ragged or not numeric", expected="numbers") from None


def _matrix(values: ArrayLike, name: str) -> Floats:
    array = _numbers(values, name)
    _check_matrix(array, name)
    return array


def _check_matrix(array: NDArray[Any], name: str) -> None:
    if array.size == 0:
        raise EmptyProfileError(name=name, shape=array.shape)
    if array.ndim != 2:
        raise WrongShapeError(name=name, found=str(array.shape), expected="two dimensions")


def _finite_matrix(values: ArrayLike, name: str, lowest: float, highest: float) -> Floats:
    array = _matrix(values, name)
    _all_finite(array, name)
    _within(array, name, lowest, highest)
    return array


def _integer_matrix(values: ArrayLike, name: str) -> Ints:
    # Whole numbers skip the detour over floats, which would double the time of a large poll.
    given: NDArray[Any] | None = cast("NDArray[Any]", values) if isinstance(values, np.ndarray) else None
    if given is not None and given.dtype.kind in "iu":
        _check_matrix(given, name)
        return given.astype(np.int64, copy=False)
    array = _matrix(cast("ArrayLike", values), name)
    _all_finite(array, name)
    if (array != np.floor(array)).any():
        raise WrongShapeError(name=name, found="fractions", expected="whole numbers")
    return array.astype(np.int64)


def _all_finite(array: Floats, name: str) -> None:
    finite = np.isfinite(array)
    if not finite.all():
        where = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise NotANumberError(name=name, where=where)


def _within(array: NDArray[Any], name: str, lowest: float, highest: float | None) -> None:
    if array.size == 0:
        return
    least, most = float(array.min()), float(array.max())
    if least < lowest - TOLERANCE or (highest is not None and most > highest + TOLERANCE):
        found = least if least < lowest - TOLERANCE else most
        raise OutOfRangeError(name=name, found=found, lowest=lowest, highest=highest)
