"""Group-informed consensus: which statements have support in every opinion group, not only in the largest."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from welfare.errors import EmptyProfileError, WrongShapeError
from welfare.inputs import TOLERANCE, Floats, Ints, as_votes


def group_agreement(votes: ArrayLike, labels: ArrayLike, *, agree_at: float = 0.5) -> Floats:
    """Each group's smoothed agreement with each statement, `(A + 1) / (S + 2)`: `(groups, statements)` in (0, 1).

    A counts the group's members who agree, S those who saw the statement; the pseudo-votes keep a group that has hardly
    voted near one half. `votes`: `(members, statements)` float in [-1, 1], NaN where not seen; agreeing is a vote of
    `agree_at` or more, which suits both -1/0/1 and utilities in [0, 1]. `labels`: `(members,)` int, as from
    `welfare.groups.find_groups`; members below 0 are left out; groups in ascending order. Raises EmptyProfileError,
    OutOfRangeError, WrongShapeError.

    >>> group_agreement([[1, -1], [1, float("nan")], [-1, 1]], [0, 0, 1]).round(3).tolist()
    [[0.75, 0.333], [0.333, 0.667]]
    """
    array = as_votes(votes)
    group = as_labels(labels, len(array))
    agrees = array >= agree_at - TOLERANCE
    seen = ~np.isnan(array)
    names = np.unique(group[group >= 0])
    if not names.size:
        raise EmptyProfileError(name="labels", shape=group.shape)
    belongs = (group == names[:, np.newaxis]).astype(np.float64)
    return (belongs @ agrees + 1.0) / (belongs @ seen + 2.0)


def group_informed_consensus(votes: ArrayLike, labels: ArrayLike, *, agree_at: float = 0.5) -> Floats:
    """The product over groups of their smoothed agreement: `(statements,)` float in (0, 1).

    High only where every group agrees: one that rejects a statement pulls it down however small the group is (Polis,
    "Group informed consensus"; Small et al. 2021). Arguments and errors as in `group_agreement`.

    >>> group_informed_consensus([[1, -1], [1, float("nan")], [-1, 1]], [0, 0, 1]).round(3).tolist()
    [0.25, 0.222]
    """
    return group_agreement(votes, labels, agree_at=agree_at).prod(axis=0)


def as_labels(labels: ArrayLike, members: int) -> Ints:
    """Group labels as `(members,)` int. Raises WrongShapeError.

    >>> as_labels([0, 1, -1], 3).tolist()
    [0, 1, -1]
    """
    array = np.asarray(labels)
    if array.shape != (members,) or array.dtype.kind not in "iu":
        raise WrongShapeError(name="labels", found=f"{array.shape} {array.dtype}", expected=f"({members},) int")
    return array.astype(np.int64)
