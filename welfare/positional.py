"""Rules that give points: Borda on rankings, approval on utilities."""

from __future__ import annotations

from numpy.typing import ArrayLike

from welfare.errors import OutOfRangeError
from welfare.inputs import TOLERANCE, Floats, as_profile, as_ranks, as_weights
from welfare.pairwise import margins


def borda(ranks: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """How many candidates a voter puts below this one, ties counting half: the mean, in [0, candidates - 1].

    Borda 1781; with ties and unranked candidates this is the symmetric Borda score (Terzopoulou & Endriss 2021, "The
    Borda class", J. Mathematical Economics 92) up to scale. `ranks`: `(voters, candidates)`, see `welfare.inputs`.
    Raises EmptyProfileError, NotANumberError, OutOfRangeError, WrongShapeError.

    >>> borda([[0, 1, 2], [0, 1, 1]]).tolist()
    [2.0, 0.75, 0.25]
    """
    checked = as_ranks(ranks)
    return borda_from_margins(margins(checked, weights), float(as_weights(weights, len(checked)).sum()))


def borda_from_margins(margin: Floats, total_weight: float) -> Floats:
    """Borda's mean points from the margins `(candidates, candidates)` and the number or weight of the voters.

    >>> import numpy as np
    >>> borda_from_margins(np.array([[0.0, 2.0], [-2.0, 0.0]]), 4.0).tolist()
    [0.75, 0.25]
    """
    return (len(margin) - 1 + margin.sum(axis=1) / total_weight) / 2


def approval(profile: ArrayLike, threshold: float = 0.5, weights: ArrayLike | None = None) -> Floats:
    """The share of members to whom a candidate is worth `threshold` or more, `(candidates,)` in [0, 1].

    Brams & Fishburn 1978, "Approval Voting", American Political Science Review 72; the threshold is in utility, [0, 1].
    `profile`: `(members, candidates)`. Raises EmptyProfileError, NotANumberError, OutOfRangeError, WrongShapeError.

    >>> approval([[0.5, 0.9], [0.49, 0.2]]).tolist()
    [0.5, 0.5]
    """
    if not 0.0 <= threshold <= 1.0:
        raise OutOfRangeError(name="threshold", found=threshold, lowest=0.0, highest=1.0)
    utilities = as_profile(profile)
    counted = as_weights(weights, len(utilities))
    return (counted / counted.sum()) @ (utilities >= threshold - TOLERANCE)
