"""The band that a structure is judged in: what as many random errors as a prediction makes do to the true votes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.audit.correlation import Likeness, correlations, likeness, spectrum
from engine.audit.figure import TOO_FEW, Interval
from engine.audit.least_effects import BAND
from engine.audit.marginals import marginals, nearest
from engine.audit.resampling import interval_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Truth:
    """The actual votes, (members, statements) in [0, 1] with NaN, and how statements and members correlate in them."""

    votes: Floats
    statements: Floats
    members: Floats

    @classmethod
    def of(cls, votes: Floats) -> Truth:
        """Compute the correlations."""
        return cls(votes, correlations(votes), correlations(votes.T))


@dataclass(frozen=True, slots=True)
class Structure:
    """How like the true votes others are: between statements, between members, and each statement by itself."""

    statements: Likeness
    members: Likeness
    degenerate: float
    first: float
    """The share of the first eigenvalue."""


@dataclass(frozen=True, slots=True)
class Band:
    """Where 95 % of the corrupted copies lie, and the share of votes that was changed in each."""

    rho: Interval | None
    rmse: Interval | None
    members_rho: Interval | None
    members_rmse: Interval | None
    degenerate: Interval | None
    first: Interval | None
    changed: float

    def judges(self, found: Likeness) -> str:
        """The verdict on a structure that is no chance: inside the band, too weak, or tied too tightly."""
        if self.rho is None or self.rmse is None or not np.isfinite(found.rho):
            return TOO_FEW
        if found.rmse > self.rmse[1] + BAND:
            return "stereotype"
        return "structure_kept" if found.rho >= self.rho[0] - BAND else "structure_weak"


def structure(votes: Floats, truth: Truth, answers: Sequence[float]) -> Structure:
    """Compare votes with the true ones; both must miss the same."""
    found = correlations(votes)
    both = np.isfinite(np.diag(truth.statements)) & np.isfinite(np.diag(found))
    return Structure(
        likeness(truth.statements, found),
        likeness(truth.members, correlations(votes.T)),
        marginals(votes, votes, answers).degenerate,
        spectrum(found, both).first,
    )


def corrupted(actual: Floats, share: float, noise: np.random.Generator, answers: Sequence[float]) -> Floats:
    """The votes with a share of them, by chance, changed to another of the answers."""
    steps = np.sort(np.asarray(answers, dtype=np.float64))
    place = np.searchsorted(steps, np.nan_to_num(nearest(actual, answers)))
    other = steps[(place + noise.integers(1, len(steps), size=place.shape)) % len(steps)]
    changed = noise.random(actual.shape) < share
    return np.where(np.isfinite(actual) & changed, other, actual)


def matching_share(predicted: Floats, actual: Floats, answers: Sequence[float]) -> float:
    """What share of votes must be changed for the same mean absolute error; at most what leaves nothing to know."""
    steps = np.asarray(answers, dtype=np.float64)
    votes = actual[np.isfinite(actual)]
    wrong = float(np.nanmean(np.abs(predicted - actual)))
    away: Floats = np.abs(votes[:, None] - steps)
    each = float(away.sum(axis=1).mean() / (len(steps) - 1))
    return min(wrong / each, 1 - 1 / len(steps)) if each else 0.0


def band_of(predicted: Floats, truth: Truth, noise: np.random.Generator, answers: Sequence[float], draws: int) -> Band:
    """The band for predictions with the error that these have."""
    share = matching_share(predicted, truth.votes, answers)
    found = [structure(corrupted(truth.votes, share, noise, answers), truth, answers) for _ in range(draws)]
    told = np.array(
        [
            (one.statements.rho, one.statements.rmse, one.members.rho, one.members.rmse, one.degenerate, one.first)
            for one in found
        ]
    )
    return Band(*(interval_of(told[:, at]) for at in range(told.shape[1])), changed=share)


def split_half(actual: Floats, noise: np.random.Generator, draws: int, least: int) -> float | None:
    """Mean rho between the structures of two random halves of the members: what people say of each other."""
    half = len(actual) // 2
    found: list[float] = []
    for _ in range(draws):
        shuffled = noise.permutation(actual, axis=0)
        one = correlations(shuffled[:half], min(least, half))
        found.append(likeness(one, correlations(shuffled[half:], min(least, half))).rho)
    finite = [rho for rho in found if np.isfinite(rho)]
    return float(np.mean(finite)) if finite else None
