"""Where opinion groups stand apart: for each the statement that is nearest to it and furthest from the others.

By the reward model's predictions, after the close only, and for groups that are large enough to hide in.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.figures import last_drafts, profile
from engine.deliberation.state import State
from welfare import STAND_APART_FROM, find_groups

LIKED = 0.5


@dataclass(frozen=True, slots=True)
class GroupView:
    """How many members a group has, and the candidate that speaks for it."""

    members: int
    candidate: str


def group_views(state: State) -> list[GroupView]:
    """Largest first; none where no groups stand apart, or one of them is below the threshold k."""
    drafts = last_drafts(state)
    if state.outcome is None or not drafts:
        return []
    draft = drafts[-1]
    members, mean = profile(draft)
    least = state.settings.ballots_shown_from
    if len(members) < 2 * least or mean.shape[1] < 2:
        return []
    groups = find_groups(mean, seed=0)
    sizes = {int(label): int((groups.labels == label).sum()) for label in set(groups.labels.tolist())}
    if groups.silhouette < STAND_APART_FROM or len(sizes) < 2 or min(sizes.values()) < least:
        return []
    standing = [number for number, one in enumerate(draft.running) if state.stands(one.id)]
    views: list[GroupView] = []
    for label, size in sorted(sizes.items(), key=lambda item: -item[1]):
        inside = groups.labels == label
        apart = mean[inside].mean(axis=0) - mean[~inside].mean(axis=0)
        liked = [number for number in standing if mean[inside, number].mean() >= LIKED]
        if liked:
            best = max(liked, key=lambda number: float(apart[number]))
            views.append(GroupView(size, draft.running[best].id))
    return views if len({view.candidate for view in views}) == len(sizes) else []
