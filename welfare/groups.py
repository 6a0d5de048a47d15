"""Opinion groups from votes, as Polis finds them: two principal components, k-means, k by silhouette.

Small et al. 2021, "Polis: Scaling deliberation by mapping high dimensional opinion spaces", Recerca 26(2), and the
open source of Polis, `math/src/polismath/math`. What is the same: missing votes take the statement's mean; members are
placed by the votes that they did cast, stretched by the square root of statements over votes; members with fewer than 7
votes are left out unless fewer than 15 would remain; above 100 members, up to 100 small clusters are grouped instead of
members; k from 2 to 5. What differs: k-means++ with restarts in place of starting from the last result, and no
smoothing of k over time, so that the same votes and seed always give the same groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from welfare.errors import OutOfRangeError
from welfare.inputs import TOLERANCE, Bools, Floats, Ints, as_votes

UNGROUPED: Final = -1

_ENOUGH_VOTES: Final = 7
_ENOUGH_MEMBERS: Final = 15
_BASE_CLUSTERS: Final = 100
_MOST_GROUPS: Final = 5
_RESTARTS: Final = 10
_ITERATIONS: Final = 100


STAND_APART_FROM = 0.3
"""The silhouette from which on groups are more than what k-means makes of any cloud."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Opinion groups.

    - `labels`: `(members,)` int, the group of each member, 0 the largest; `UNGROUPED` (-1) for too few votes.
    - `positions`: `(members, 2)` float, each member on the first two principal components.
    - `centers`: `(groups, 2)` float, the mean position of each group.
    - `silhouette`: float in [-1, 1], how well the groups stand apart; 0 where there is only one. k-means always finds
      groups: below about 0.3 they are weak evidence of any.
    """

    labels: Ints
    positions: Floats
    centers: Floats
    silhouette: float

    @property
    def count(self) -> int:
        """The number of groups."""
        return len(self.centers)


def find_groups(votes: ArrayLike, *, seed: int, most_groups: int = _MOST_GROUPS) -> Groups:
    """Find opinion groups.

    `votes`: `(members, statements)` float in [-1, 1] (or [0, 1]), NaN where a member did not vote. `most_groups` >= 1;
    Polis also stays under 2 + members / 12. One group comes back where all members stand at one place. Raises
    EmptyProfileError, OutOfRangeError, WrongShapeError.

    >>> found = find_groups([[1, 1, -1]] * 3 + [[-1, -1, 1]] * 2, seed=0)
    >>> found.labels.tolist(), found.silhouette
    ([0, 0, 0, 1, 1], 1.0)
    """
    if most_groups < 1:
        raise OutOfRangeError(name="most_groups", found=most_groups, lowest=1, highest=None)
    cast = as_votes(votes)
    positions = project(cast)
    kept = np.flatnonzero(_clusterable(~np.isnan(cast)))
    random = np.random.default_rng(seed)

    points, sizes = positions[kept], np.ones(len(kept))
    base = np.arange(len(kept))
    if len(kept) > _BASE_CLUSTERS:
        base, points = _k_means(points, sizes, _BASE_CLUSTERS, random, restarts=1)
        sizes = np.bincount(base, minlength=len(points)).astype(np.float64)

    places = len(np.unique(points.round(9), axis=0))
    highest = min(most_groups, 2 + len(points) // 12, places)
    best_labels, best_silhouette = np.zeros(len(points), dtype=np.int64), 0.0
    for k in range(2, highest + 1):
        labels, _ = _k_means(points, sizes, k, random, restarts=_RESTARTS)
        score = silhouette(points, labels, sizes)
        if k == 2 or score > best_silhouette + TOLERANCE:
            best_labels, best_silhouette = labels, score

    labels = np.full(len(cast), UNGROUPED, dtype=np.int64)
    labels[kept] = _largest_first(best_labels[base])
    centers = np.stack([positions[labels == group].mean(axis=0) for group in range(int(labels.max()) + 1)])
    return Groups(labels, positions, centers, best_silhouette)


def project(votes: ArrayLike) -> Floats:
    """Each member on the first two principal components of the votes: `(members, 2)` float.

    A missing vote counts as the statement's mean, and so moves a member nowhere; to make up for it, the position is
    stretched by `sqrt(statements / votes cast)`, or those who voted little would all crowd the middle (Polis,
    `sparsity-aware-project-ptpts`). A component's sign is arbitrary: its largest loading is made positive. Raises
    EmptyProfileError, OutOfRangeError, WrongShapeError.

    >>> project([[1, 1], [-1, -1], [1, float("nan")]]).round(3).tolist()
    [[1.155, 0.332], [-1.664, 0.099], [0.719, -0.609]]
    """
    array = as_votes(votes)
    seen = ~np.isnan(array)
    counts = seen.sum(axis=0)
    means = np.where(seen, array, 0.0).sum(axis=0) / np.maximum(counts, 1)
    centred = np.where(seen, array - means, 0.0)
    # The components from the smaller of the two Gram matrices, so that neither many members nor many statements hurt.
    members, statements = array.shape
    if statements <= members:
        components = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :2]
    else:
        values, vectors = np.linalg.eigh(centred @ centred.T)
        lengths = np.sqrt(np.maximum(values[::-1][:2], 0.0))
        components = centred.T @ vectors[:, ::-1][:, :2] / np.where(lengths > TOLERANCE, lengths, np.inf)
    leading = np.take_along_axis(components, np.abs(components).argmax(axis=0)[np.newaxis], axis=0)
    components = components * np.where(leading < 0, -1.0, 1.0)
    stretch = np.sqrt(statements / np.maximum(seen.sum(axis=1), 1))
    positions = np.zeros((members, 2))
    positions[:, : components.shape[1]] = centred @ components * stretch[:, np.newaxis]
    return positions


def silhouette(points: ArrayLike, labels: ArrayLike, sizes: ArrayLike | None = None) -> float:
    """The mean silhouette of clustered points, in [-1, 1] (Rousseeuw 1987, J. Comp. Applied Mathematics 20).

    For each point, (distance to the nearest other cluster - distance within its own) / the larger of the two; 0 for a
    point alone in its cluster. `points`: `(points, dimensions)`; `labels`: `(points,)` int; `sizes`: `(points,)` > 0,
    how many members each point stands for. One cluster scores 0.

    >>> silhouette([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, 1])
    0.8997...
    """
    places = np.asarray(points, dtype=np.float64)
    names, group = np.unique(np.asarray(labels, dtype=np.int64), return_inverse=True)
    if len(names) < 2:
        return 0.0
    weight = np.ones(len(places)) if sizes is None else np.asarray(sizes, dtype=np.float64)
    membership = (group[:, np.newaxis] == np.arange(len(names))) * weight[:, np.newaxis]
    totals = membership.sum(axis=0)
    to_group = np.sqrt(_squared_distances(places, places)) @ membership
    own = np.arange(len(places)), group
    others_at_home = totals[group] - 1.0
    within = to_group[own] / np.where(others_at_home > 0, others_at_home, 1.0)
    between = to_group / totals
    between[own] = np.inf
    nearest = between.min(axis=1)
    larger = np.maximum(within, nearest)
    scores = np.where((others_at_home > 0) & (larger > 0), (nearest - within) / np.where(larger > 0, larger, 1.0), 0.0)
    return float(scores @ weight / weight.sum())


def _clusterable(seen: Bools) -> Bools:
    """Members with enough votes to be placed; where they are few, those with most votes join them."""
    votes = seen.sum(axis=1)
    enough = votes >= min(_ENOUGH_VOTES, seen.shape[1])
    if enough.sum() < _ENOUGH_MEMBERS:
        most = np.argsort(-votes, kind="stable")[:_ENOUGH_MEMBERS]
        enough[most] |= votes[most] > 0
    if not enough.any():
        enough[:] = True
    return enough


def _k_means(points: Floats, sizes: Floats, k: int, random: np.random.Generator, restarts: int) -> tuple[Ints, Floats]:
    """Lloyd's algorithm from k-means++ starts (Arthur & Vassilvitskii 2007); the tightest of the restarts.

    Returns the label of each point and the centers of the clusters that are not empty.
    """
    best: tuple[float, Ints, Floats] | None = None
    for _ in range(restarts):
        centers = _spread_out_start(points, sizes, k, random)
        labels = np.zeros(len(points), dtype=np.int64)
        for iteration in range(_ITERATIONS):
            nearest = _squared_distances(points, centers).argmin(axis=1)
            if iteration and (nearest == labels).all():
                break
            labels = nearest
            present, labels = np.unique(labels, return_inverse=True)
            membership = (labels[:, np.newaxis] == np.arange(len(present))) * sizes[:, np.newaxis]
            centers = membership.T @ points / membership.sum(axis=0)[:, np.newaxis]
        spread = float((_squared_distances(points, centers)[np.arange(len(points)), labels] * sizes).sum())
        if best is None or spread < best[0] - TOLERANCE:
            best = spread, labels, centers
    assert best is not None
    return best[1], best[2]


def _spread_out_start(points: Floats, sizes: Floats, k: int, random: np.random.Generator) -> Floats:
    chosen = [_draw(sizes, random)]
    nearest = _squared_distances(points, points[chosen])[:, 0]
    while len(chosen) < k and (nearest * sizes).sum() > TOLERANCE:
        chosen.append(_draw(nearest * sizes, random))
        nearest = np.minimum(nearest, _squared_distances(points, points[chosen[-1:]])[:, 0])
    return points[chosen]


def _draw(chances: Floats, random: np.random.Generator) -> int:
    cumulative: Floats = np.cumsum(chances)
    mark = random.random() * float(cumulative[-1])
    return min(int(np.searchsorted(cumulative, mark, side="right")), len(chances) - 1)


def _squared_distances(points: Floats, centers: Floats) -> Floats:
    return ((points[:, np.newaxis, :] - centers[np.newaxis, :, :]) ** 2).sum(axis=2)


def _largest_first(labels: Ints) -> Ints:
    """Renumber groups by size, equal sizes by their first member, so that a label does not hang on the seed."""
    names, first, counts = np.unique(labels, return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    renamed = np.zeros(int(names.max()) + 1, dtype=np.int64)
    renamed[names[order]] = np.arange(len(names))
    return renamed[labels]
