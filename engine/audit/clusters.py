"""DBSCAN on the cosine distance of unit vectors, exact, without holding all distances at once.

Ester, Kriegel, Sander and Xu 1996: a point with enough points within `eps` (itself among them) is a core point; core
points within `eps` of each other are of one cluster, and what is near a core point without being one joins its cluster.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOISE: Final = -1
_AT_ONCE: Final = 1024
_ROUNDING: Final = 1e-9


def dbscan(vectors: Floats, *, eps: float, least: int) -> Ints:
    """(points,), each point's cluster from 0 on in the order of their first core points, `NOISE` for none.

    `vectors`: (points, dimensions), unit rows. A point between two clusters joins that of its nearest core point.
    """
    near = _neighbours(vectors, eps)
    core = np.array([len(one) >= least for one in near], dtype=bool)
    labels = np.full(len(vectors), NOISE, dtype=np.int64)
    clusters = 0
    for start in np.flatnonzero(core):
        if labels[start] != NOISE:
            continue
        labels[start] = clusters
        waiting = [int(start)]
        while waiting:
            reached = near[waiting.pop()]
            fresh = reached[core[reached] & (labels[reached] == NOISE)]
            labels[fresh] = clusters
            waiting.extend(fresh.tolist())
        clusters += 1
    for point, reached in enumerate(near):
        cores = np.array([other for other in reached.tolist() if core[other]], dtype=np.int64)
        if len(cores) and not core[point]:
            labels[point] = labels[cores[np.argmax(vectors[cores] @ vectors[point])]]
    return labels


def _neighbours(vectors: Floats, eps: float) -> list[Ints]:
    found: list[Ints] = []
    for start in range(0, len(vectors), _AT_ONCE):
        close = vectors[start : start + _AT_ONCE] @ vectors.T >= 1 - eps - _ROUNDING
        found += [np.flatnonzero(row) for row in close]
    return found
