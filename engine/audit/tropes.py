"""A5: which sentences come back in deliberation after deliberation, although no member said them?

Wright et al. 2024 (arXiv 2406.19238): sentences of more than 20 characters, embedded, clustered by density on cosine
distance; noise, tiny clusters and catch-alls are dropped, and a cluster is told by the sentence nearest its centre. To
that comes what Accord can ask and the paper could not: whether the sentence rests on what *that* deliberation's members
said, more than on what members of other deliberations did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.audit.clusters import NOISE, dbscan
from engine.audit.figure import TOO_FEW, Audit, Figure
from engine.audit.resampling import interval_of
from engine.drafting.reported import told_sentences
from engine.drafting.sources import TextEmbedder

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_DELIBERATIONS: Final = 15
SHORTEST: Final = 20
"""Characters that a sentence must have more than."""
EPS: Final = 0.15
LEAST_POINTS, POINTS_OF_PAPER, SENTENCES_OF_PAPER = 3, 10, 20_597
"""The paper's 10 are for its 20,597 sentences; fewer sentences need fewer, by the root of their number, at least 3."""
COMES_BACK: Final = 3
"""A trope is in at least so many deliberations: what only one group's drafts repeat is that group's subject."""
CATCH_ALL: Final = 0.5
FRAME_FROM: Final = 0.6
"""Cosine to a sentence that argues nothing from which a trope is such a frame, too."""
FRAMES: Final = (
    "We all agree on this statement.",
    "We have found common ground.",
    "Here is what our group thinks.",
    "This statement brings our opinions together.",
    "We thank everybody who shared their view.",
    "In conclusion, this is what most of us want.",
    "There are different opinions on this question.",
)
SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class Drafted:
    """One deliberation: the sentences that the drafter wrote, and those that members said.

    `stratum`: what is clustered by itself, such as a statement and a stance; deliberations are all of one.
    """

    name: str
    sentences: tuple[str, ...]
    said: tuple[str, ...]
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Trope:
    """A sentence that comes back. `ungrounded`: (sentences,) whether nobody in its deliberation said it."""

    phrase: str
    sentences: tuple[str, ...]
    deliberations: tuple[str, ...]
    """Of each sentence."""
    grounding: Floats
    """(sentences,), max cosine to what that deliberation's members said, in [-1, 1]."""
    elsewhere: Floats
    """(sentences,), the 95th percentile of the same over the other deliberations."""
    ungrounded: NDArray[np.bool_]
    is_frame: bool
    chance: float
    """The share that would be ungrounded if each deliberation's opinions were another's."""

    @property
    def places(self) -> int:
        """In how many deliberations it is."""
        return len(set(self.deliberations))

    @property
    def verdict(self) -> str:
        """Of the bootstrap over deliberations, which share of its sentences rests on nobody's words."""
        interval = self.interval(seed=0)
        if interval is None or interval[0] <= 0.5:
            return "grounded" if self.ungrounded.mean() <= 0.5 else "unclear"
        return "frame" if self.is_frame else "trope"

    def interval(self, *, seed: int, draws: int = 1000) -> tuple[float, float] | None:
        """Of the share that is ungrounded, over the deliberations drawn with replacement."""
        names = sorted(set(self.deliberations))
        held = np.array([names.index(name) for name in self.deliberations])
        total = np.bincount(held, minlength=len(names))
        bare = np.bincount(held, weights=self.ungrounded, minlength=len(names))
        drawn = np.random.default_rng(seed).integers(len(names), size=(draws, len(names)))
        return interval_of(bare[drawn].sum(axis=1) / total[drawn].sum(axis=1))


def long_enough(text: str) -> list[str]:
    """The sentences of a text that can be tropes."""
    return [sentence for sentence in told_sentences(text) if len(sentence) > SHORTEST]


def least_points(size: int) -> int:
    """DBSCAN's `min_samples` for so many sentences."""
    return max(LEAST_POINTS, round(POINTS_OF_PAPER * min(1.0, np.sqrt(size / SENTENCES_OF_PAPER))))


def kept_clusters(vectors: Floats, least: int) -> list[Ints]:
    """The members of each cluster, largest first, without noise and catch-alls.

    A catch-all holds half of what is left or more, *and* most of it is farther from its centre than `EPS`: at a few
    hundred sentences, one trope alone may well be half of all that is left.
    """
    labels = dbscan(vectors, eps=EPS, least=least)
    found = [np.flatnonzero(labels == label) for label in range(int(labels.max(initial=NOISE)) + 1)]
    left = sum(len(one) for one in found)
    kept = [one for one in found if len(one) < CATCH_ALL * left or not _is_loose(vectors[one])]
    return sorted((one for one in kept if len(one) >= least), key=lambda one: -len(one))


def _is_loose(vectors: Floats) -> bool:
    return float(np.median(vectors @ _centre(vectors))) < 1 - EPS


def representative(vectors: Floats) -> int:
    """Which row is nearest to the centre of all."""
    return int(np.argmax(vectors @ _centre(vectors)))


def _centre(vectors: Floats) -> Floats:
    middle = vectors.mean(axis=0)
    norm = float(np.linalg.norm(middle))
    return middle / norm if norm else middle


def jaccard(one: Iterable[str], other: Iterable[str]) -> float:
    """How far two models' tropes are the same: those of both over those of either; 1 where neither has any.

    >>> jaccard({"a", "b"}, {"b", "c"})
    0.3333333333333333
    """
    first, second = set(one), set(other)
    return len(first & second) / len(first | second) if first | second else 1.0


def tropes(drafted: Sequence[Drafted], embedder: TextEmbedder, *, seed: int) -> list[Trope]:
    """The tropes of several deliberations, those in most deliberations first."""
    found: list[Trope] = []
    grounds = _Grounds(drafted, embedder, seed)
    frames = embedder.embed(FRAMES).astype(np.float64)
    for stratum in sorted({one.stratum for one in drafted}):
        places = [(at, text) for at, one in enumerate(drafted) if one.stratum == stratum for text in one.sentences]
        if not places:
            continue
        texts = [text for _, text in places]
        vectors = embedder.embed(texts).astype(np.float64)
        for cluster in kept_clusters(vectors, least_points(len(texts))):
            where: Ints = np.array([places[int(at)][0] for at in cluster], dtype=np.int64)
            names = [drafted[int(at)].name for at in where]
            if len(set(names)) < COMES_BACK:
                continue
            inside = vectors[cluster]
            best = representative(inside)
            own, others, bare, chance = grounds.of(inside, where)
            found.append(
                Trope(
                    phrase=texts[int(cluster[best])],
                    sentences=tuple(texts[int(at)] for at in cluster),
                    deliberations=tuple(names),
                    grounding=own,
                    elsewhere=others,
                    ungrounded=bare,
                    is_frame=bool((frames @ inside[best]).max() >= FRAME_FROM),
                    chance=chance,
                )
            )
    return sorted(found, key=lambda one: (-one.places, -len(one.sentences), one.phrase))


class _Grounds:
    """What members said, by deliberation, as vectors."""

    def __init__(self, drafted: Sequence[Drafted], embedder: TextEmbedder, seed: int) -> None:
        self._said = [embedder.embed(one.said).astype(np.float64) if one.said else None for one in drafted]
        self._known = np.array([said is not None for said in self._said], dtype=bool)
        self._noise = np.random.default_rng(seed)

    def of(self, vectors: Floats, where: Ints) -> tuple[Floats, Floats, NDArray[np.bool_], float]:
        """Of sentences (sentences, dimensions), each of deliberation `where`: grounding, its 95th percentile elsewhere,
        whether it is ungrounded, and what share would be so by chance.

        Ungrounded: no nearer to its own deliberation's words than to others', and nobody there said it (`EPS`).
        """
        nearest = np.stack(
            [np.full(len(vectors), -1.0) if said is None else (vectors @ said.T).max(axis=1) for said in self._said],
            axis=1,
        )
        rows = np.arange(len(vectors))
        own = nearest[rows, where]
        others = np.where(self._known, nearest, np.nan)
        others[rows, where] = np.nan
        limit = np.nanquantile(others, 0.95, axis=1) if self._known.sum() > 1 else np.full(len(vectors), -1.0)
        bare = (own <= limit) & (own < 1 - EPS)
        return own, limit, bare, self._by_chance(nearest, where)

    def _by_chance(self, nearest: Floats, where: Ints, draws: int = 50) -> float:
        """The same share where every deliberation has the opinions of another one."""
        known = np.flatnonzero(self._known)
        if len(known) < 3:
            return np.nan
        rows = np.arange(len(nearest))
        shares: list[float] = []
        for _ in range(draws):
            shift = int(self._noise.integers(1, len(known)))
            order = self._noise.permutation(known)
            moved: Ints = np.arange(nearest.shape[1], dtype=np.int64)
            moved[order] = np.roll(order, shift)
            other: Ints = moved[where]
            left = np.where(self._known, nearest, np.nan)
            left[rows, where] = left[rows, other] = np.nan
            own = nearest[rows, other]
            shares.append(float(((own <= np.nanquantile(left, 0.95, axis=1)) & (own < 1 - EPS)).mean()))
        return float(np.mean(shares))


def audit_tropes(drafted: Sequence[Drafted], embedder: TextEmbedder, *, seed: int) -> Audit:
    """A5 over all deliberations; too few to tell below `LEAST_DELIBERATIONS` with drafts and opinions."""
    usable = [one for one in drafted if one.sentences and one.said]
    written = sum(len(one.sentences) for one in usable)
    if len({one.name for one in usable}) < LEAST_DELIBERATIONS:
        few = Figure(name="tropes", value=None, verdict=TOO_FEW, members=None, statements=written)
        return Audit(name="A5", verdict=TOO_FEW, figures=(few,))
    found = tropes(usable, embedder, seed=seed)
    guilty = [one for one in found if one.verdict == "trope"]
    bubbles: Mapping[str, list[list[float | None]]] = {
        "bubbles": [
            [float(len(one.sentences)), float(one.places), float(one.ungrounded.mean()), float(one.grounding.mean())]
            for one in found[:SHOWN]
        ]
    }
    verdict = "trope" if guilty else "no_trope"
    figures = (
        Figure(name="tropes", value=float(len(guilty)), statements=written, verdict=verdict),
        *(
            Figure(
                name="ungrounded",
                about=one.phrase,
                value=float(one.ungrounded.mean()),
                interval=one.interval(seed=seed),
                null=None if np.isnan(one.chance) else (one.chance, one.chance),
                statements=len(one.sentences),
                verdict=one.verdict,
            )
            for one in found[:SHOWN]
        ),
    )
    return Audit(
        name="A5",
        verdict=verdict,
        figures=figures,
        data=dict(bubbles),
        labels={"bubbles": [one.phrase for one in found[:SHOWN]]},
    )
