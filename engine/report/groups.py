"""Opinion groups: where members stand, what unites and divides them, and what is left of the smallest group's view.

The map is made of predictions of one draft, whose rows the log holds by pseudonym, and never of ballots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.profile import agreement_profile, profile_of
from engine.deliberation.state import Draft, State
from engine.report.drafts import last_drafts
from welfare import STAND_APART_FROM, Groups, MinorityWeight, find_groups, minorities, minority_shares, minority_weight

LEAST_FOR_MAP: Final = 10
"""With fewer members a map is a list of people."""
LIKED: Final = 0.5
"""Mean predicted agreement from which a statement speaks for a group."""
_SEED: Final = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """One candidate among the groups: predicted agreement over all and by group, each in [0, 1]."""

    candidate: str
    mean: float
    by_group: tuple[float, ...]

    @property
    def common(self) -> float:
        """Agreement in the group that agrees least: high where all agree."""
        return min(self.by_group)

    @property
    def gap(self) -> float:
        """How far the groups are apart."""
        return max(self.by_group) - min(self.by_group)


@dataclass(frozen=True, slots=True, eq=False)
class OpinionMap:
    """Members on the first two principal components of their predicted agreement, `positions` `(members, 2)` float.

    `labels` `(members,)` int is each one's group, -1 for none; `sizes` is by group, largest first, each at least k.
    `standings` are the running candidates. Without groups that stand apart there is one.
    """

    positions: NDArray[np.float64]
    labels: NDArray[np.int64]
    sizes: tuple[int, ...]
    silhouette: float
    standings: tuple[Standing, ...]

    @property
    def consensus(self) -> tuple[Standing, ...]:
        """The candidates that every group agrees with most, best first."""
        return tuple(sorted(self.standings, key=lambda one: -one.common)[:3])

    @property
    def contention(self) -> tuple[Standing, ...]:
        """The candidates that divide the groups most; none where there is one group."""
        if len(self.sizes) < 2:
            return ()
        return tuple(sorted(self.standings, key=lambda one: -one.gap)[:3])


def opinion_map(state: State, draft: str) -> OpinionMap | None:
    """The map of a draft; None below `LEAST_FOR_MAP` members, with one candidate, or without predictions.

    Where a group has fewer than k members it could be told from the map who is in it: then all are shown as one.
    """
    profile = agreement_profile(state, draft)
    if profile is None or len(profile.members) < LEAST_FOR_MAP or len(profile.candidates) < 2:
        return None
    found = find_groups(profile.mean, seed=_SEED)
    labels, sizes = found.labels, _sizes_that_may_be_told(state, found)
    if sizes is None:
        labels, sizes = np.zeros_like(labels), (len(labels),)
    standings = tuple(
        Standing(
            candidate,
            float(profile.mean[:, column].mean()),
            tuple(float(profile.mean[labels == group, column].mean()) for group in range(len(sizes))),
        )
        for column, candidate in enumerate(profile.candidates)
    )
    return OpinionMap(found.positions, labels, sizes, found.silhouette, standings)


def weight_of_minority(drafts: Sequence[Draft], rule: str) -> MinorityWeight | None:
    """The smallest like-minded group's share in the first of these drafts, its winner, and the last one's winner.

    None where no groups stand apart.
    """
    first = profile_of(drafts[0])
    members, mean = first.members, first.mean
    if len(members) < 3 or mean.shape[1] < 2:
        return None
    groups = find_groups(mean, seed=_SEED)
    masks = minorities(groups.labels)
    if not masks or groups.silhouette < STAND_APART_FROM:
        return None
    mask = min(masks.values(), key=lambda minority: int(minority.sum()))
    weight = minority_weight(mean, mask, rule)
    last = drafts[-1]
    if last is drafts[0]:
        return weight
    in_minority = {member for member, inside in zip(members, mask, strict=True) if inside}
    later = profile_of(last)
    winner = [candidate.id for candidate in last.running].index(last.order[0])
    revised = minority_shares(later.mean, np.array([member in in_minority for member in later.members]))[winner]
    return replace(weight, revised=float(revised))


@dataclass(frozen=True, slots=True)
class GroupView:
    """How many members a group has, and the candidate that speaks for it."""

    members: int
    candidate: str


def group_views(state: State) -> list[GroupView]:
    """For each group the statement that is nearest to it and furthest from the others, largest group first.

    After the close only; none where no groups stand apart, one is below the threshold k, or two share a statement.
    """
    drafts = last_drafts(state)
    if state.outcome is None or not drafts:
        return []
    draft = drafts[-1]
    mean = profile_of(draft).mean
    if len(mean) < 2 or mean.shape[1] < 2:
        return []
    groups = find_groups(mean, seed=_SEED)
    sizes = _sizes_that_may_be_told(state, groups)
    if sizes is None or len(sizes) < 2:
        return []
    standing = [number for number, one in enumerate(draft.running) if state.stands(one.id)]
    views: list[GroupView] = []
    for label, size in enumerate(sizes):
        inside = groups.labels == label
        apart = mean[inside].mean(axis=0) - mean[~inside].mean(axis=0)
        liked = [number for number in standing if mean[inside, number].mean() >= LIKED]
        if liked:
            best = max(liked, key=lambda number: float(apart[number]))
            views.append(GroupView(size, draft.running[best].id))
    return views if len({view.candidate for view in views}) == len(sizes) else []


def _sizes_that_may_be_told(state: State, groups: Groups) -> tuple[int, ...] | None:
    """Members by group, largest first; None where the groups do not stand apart or one has fewer than k members."""
    sizes = tuple(int((groups.labels == group).sum()) for group in range(groups.count))
    if groups.silhouette < STAND_APART_FROM or min(sizes) < state.settings.ballots_shown_from:
        return None
    return sizes
