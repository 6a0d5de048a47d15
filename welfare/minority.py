"""Minority weight: how much of a minority's view is left in the drafts, in the winner, and in the revised winner.

A replication of the Habermas Machine (Tessler et al. 2024, Science 386) found that the minority's view, held by .262 of
the members, had a share of .206 in the drafts and .141 in the winners: selection shrank it more than drafting did. The
replication's own measure reads the texts. The figure here needs nothing but predicted or actual agreement, so that it
exists for any profile and rule, and is on the same scale: *of those who agree with a statement, what share is of
the minority*. The minority's share of the members is what a statement reaches that both sides like equally; 0 is a
statement that only the majority likes, 1 one that only the minority likes.

Where shares were measured in another way, say from embeddings, `weigh` takes them as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from welfare.consensus import as_labels
from welfare.errors import EmptyProfileError, OutOfRangeError, WrongShapeError
from welfare.inputs import TOLERANCE, Bools, Floats, as_profile, as_weights
from welfare.rules import rank


@dataclass(frozen=True, slots=True)
class MinorityWeight:
    """The share of a minority's view at each stage, each in [0, 1]; `revised` is None before there is a revision."""

    members: float
    drafts: float
    winner: float
    revised: float | None = None

    @property
    def by_drafting(self) -> float:
        """What drafting did to the minority's share: drafts less members, negative where it shrank."""
        return self.drafts - self.members

    @property
    def by_selection(self) -> float:
        """What selection did to it: winner less drafts."""
        return self.winner - self.drafts

    @property
    def by_revision(self) -> float | None:
        """What the critique round did to it: revised winner less winner."""
        return None if self.revised is None else self.revised - self.winner


def minority_shares(profile: ArrayLike, minority: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """For each candidate, the minority's share of the agreement that it gets: `(candidates,)` float in [0, 1].

    The summed utility of the minority's members over that of all. `profile`: `(members, candidates)` in [0, 1];
    `minority`: `(members,)` bool. A candidate that nobody likes at all favours no side and gets the minority's share of
    the members. Raises EmptyProfileError, NotANumberError, OutOfRangeError, WrongShapeError.

    >>> minority_shares([[0.8, 0.4, 0.0], [0.8, 0.4, 0.0], [0.8, 0.8, 0.0]], [False] * 2 + [True]).round(3).tolist()
    [0.333, 0.5, 0.333]
    """
    utilities = as_profile(profile)
    inside = _as_minority(minority, len(utilities))
    counted = as_weights(weights, len(utilities))
    everyone = counted @ utilities
    liked = everyone > TOLERANCE * counted.sum()
    of_members = float(counted[inside].sum() / counted.sum())
    return np.where(liked, (counted * inside) @ utilities / np.where(liked, everyone, 1.0), of_members)


def minority_weight(
    profile: ArrayLike,
    minority: ArrayLike,
    rule: str,
    *,
    revised: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    seed: int = 0,
) -> MinorityWeight:
    """The minority's share among members, drafts, and the winner under a rule.

    `profile`: `(members, candidates)` float in [0, 1], all drafts of a round; `minority`: `(members,)` bool;
    `revised`: `(members, other candidates)`, the drafts of the next round for the same members, whose winner under the
    same rule gives the fourth figure. Drafts count equally; tied winners are averaged. `seed` as in
    `welfare.rules.rank`. Raises UnknownRuleError and the errors of `minority_shares`.

    >>> profile = [[0.9, 0.6], [0.9, 0.6], [0.9, 0.6], [0.1, 0.6]]
    >>> minority_weight(profile, [False, False, False, True], "utilitarian").winner.__round__(3)
    0.036
    >>> minority_weight(profile, [False, False, False, True], "maximin").winner
    0.25
    """
    utilities = as_profile(profile)
    inside = _as_minority(minority, len(utilities))
    counted = as_weights(weights, len(utilities))
    shares = minority_shares(utilities, inside, counted)
    winners = rank(utilities, rule, weights=counted, seed=seed).winners
    revised_share = None
    if revised is not None:
        later = as_profile(revised)
        if len(later) != len(utilities):
            raise WrongShapeError(name="revised", found=str(later.shape), expected=f"({len(utilities)}, candidates)")
        later_winners = rank(later, rule, weights=counted, seed=seed).winners
        revised_share = float(minority_shares(later, inside, counted)[list(later_winners)].mean())
    members = float(counted[inside].sum() / counted.sum())
    return weigh(members, shares, winners, revised=revised_share)


def weigh(members: float, shares: ArrayLike, winners: Iterable[int], *, revised: float | None = None) -> MinorityWeight:
    """The minority weight from each candidate's share, however measured.

    `members` in [0, 1]; `shares`: `(candidates,)` float in [0, 1]; `winners`: indices, averaged where several are tied.
    Raises EmptyProfileError, OutOfRangeError.

    >>> weigh(0.262, [0.4, 0.1, 0.118], [1, 2]).winner
    0.109
    """
    array = np.asarray(shares, dtype=np.float64)
    chosen = list(winners)
    if array.size == 0 or not chosen:
        raise EmptyProfileError(name="shares", shape=array.shape)
    for share in (members, float(array.min()), float(array.max()), 0.0 if revised is None else revised):
        if not -TOLERANCE <= share <= 1.0 + TOLERANCE:
            raise OutOfRangeError(name="shares", found=share, lowest=0.0, highest=1.0)
    return MinorityWeight(members, float(array.mean()), float(array[chosen].mean()), revised)


def compare_rules(
    profile: ArrayLike,
    minority: ArrayLike,
    rules: Iterable[str],
    *,
    revised: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    seed: int = 0,
) -> dict[str, MinorityWeight]:
    """The minority weight under each of several rules, in the order given. Arguments as in `minority_weight`.

    >>> profile = [[0.9, 0.6], [0.9, 0.6], [0.9, 0.6], [0.1, 0.6]]
    >>> found = compare_rules(profile, [False, False, False, True], ["schulze", "nash"])
    >>> {rule: round(weight.by_selection, 3) for rule, weight in found.items()}
    {'schulze': -0.107, 'nash': 0.107}
    """
    return {
        rule: minority_weight(profile, minority, rule, revised=revised, weights=weights, seed=seed) for rule in rules
    }


def minorities(labels: ArrayLike) -> dict[int, Bools]:
    """The opinion groups that hold less than half of the grouped members, as masks `(members,)` bool by label.

    `labels`: `(members,)` int as from `welfare.groups.find_groups`; members below 0 belong to none. Raises
    WrongShapeError.

    >>> {group: mask.tolist() for group, mask in minorities([0, 0, 1]).items()}
    {1: [False, False, True]}
    """
    group = as_labels(labels, np.asarray(labels).shape[0] if np.asarray(labels).ndim else 0)
    names, counts = np.unique(group[group >= 0], return_counts=True)
    return {int(name): group == name for name, count in zip(names, counts, strict=True) if 2 * count < counts.sum()}


def _as_minority(minority: ArrayLike, members: int) -> Bools:
    array = np.asarray(minority)
    if array.shape != (members,) or array.dtype != np.bool_:
        raise WrongShapeError(name="minority", found=f"{array.shape} {array.dtype}", expected=f"({members},) bool")
    return array
