"""How a group's votes hang together: the mean of every statement and the covariance between statements.

Each member's utilities of all statements are one draw from a normal distribution that the group shares (members are
exchangeable); each vote shows one of them with noise. The shared mean has a normal prior, and the shared covariance an
inverse-Wishart prior around what the statements' texts suggest, so that a group without votes has the prior and a crowd
overrules it. The covariance is found by expectation maximisation (Dempster, Laird and Rubin 1977, for a multivariate
normal with missing entries), the mean exactly. A member costs the cube of their own votes, never of the group's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_VOTES = 500
"""The latest votes of one member that count; more would only cost time."""
MOST_FITTED = 150
"""Of these so many, evenly spread, tell how statements hang together; each member is still judged by all of them."""
ROUNDS = 10
"""Of expectation maximisation; what more of them change is below what the votes can tell."""
MANY_STATEMENTS, FEW_ROUNDS = 1_500, 4
"""Each round costs the cube of the statements; with more than so many there are fewer rounds."""
_BATCH_VALUES = 2_000_000


@dataclass(frozen=True)
class Seen:
    """One member's answers. `statements`: (answers,) indices; `values`: (answers,) in [-1, 1]; `noise`: variances."""

    statements: Ints
    values: Floats
    noise: Floats

    @classmethod
    def of(cls, statements: Sequence[int], values: Sequence[float], noise: Sequence[float]) -> Seen:
        """The latest `MOST_VOTES` of them."""
        return cls(
            np.array(statements[-MOST_VOTES:], dtype=np.int64),
            np.array(values[-MOST_VOTES:], dtype=np.float64),
            np.array(noise[-MOST_VOTES:], dtype=np.float64),
        )

    def spread_out(self, most: int) -> Seen:
        """At most so many of them, evenly spread."""
        if len(self.statements) <= most:
            return self
        kept = np.linspace(0, len(self.statements) - 1, most).astype(np.int64)
        return Seen(self.statements[kept], self.values[kept], self.noise[kept])


@dataclass(frozen=True)
class Prior:
    """Before any vote: `mean` (statements,), and three things that add up to a member's variance.

    `mean_covariance`: how unsure the group's mean is; `covariance`: how members differ; both (statements, statements).
    `strength`: how many members' worth of votes the second counts for.
    """

    mean: Floats
    mean_covariance: Floats
    covariance: Floats
    strength: float


@dataclass(frozen=True)
class Crowd:
    """After the votes. `mean`: (statements,); `mean_covariance`, `covariance`: (statements, statements)."""

    mean: Floats
    mean_covariance: Floats
    covariance: Floats

    def newcomer(self, seen: Seen, targets: Ints) -> tuple[Floats, Floats]:
        """Mean (targets,) and covariance (targets, targets) for somebody whose answers the crowd does not hold."""
        return _condition(self.mean, (self.covariance, self.mean_covariance), seen, targets)

    def member(self, seen: Seen, targets: Ints) -> tuple[Floats, Floats]:
        """The same for a member whose votes went into the crowd: what they told of the mean is not counted again."""
        mean, within = _condition(self.mean, (self.covariance,), seen, targets)
        if not len(seen.statements):
            return mean, within + self.mean_covariance[np.ix_(targets, targets)]
        at = seen.statements
        gain = self._gain(seen, targets)
        shared = self.mean_covariance
        cross = shared[np.ix_(targets, at)] @ gain.T
        spread = shared[np.ix_(targets, targets)] - cross - cross.T + gain @ shared[np.ix_(at, at)] @ gain.T
        return mean, within + spread

    def reach(self, seen: Seen, targets: Ints, asked: Ints) -> tuple[Floats, Floats, Floats]:
        """How far an answer of a member reaches: its covariance with the member's own utilities of `targets`
        (targets, asked), with what the group thinks of them (targets, asked), and its own variance (asked,).
        """
        _, whole = self.member(seen, np.concatenate([targets, asked]))
        shared = self.mean_covariance[np.ix_(targets, asked)]
        if len(seen.statements):
            shared = shared - self.mean_covariance[np.ix_(targets, seen.statements)] @ self._gain(seen, asked).T
        count = len(targets)
        return whole[:count, count:], shared, np.maximum(np.diag(whole)[count:], 0.0)

    def _gain(self, seen: Seen, targets: Ints) -> Floats:
        at = seen.statements
        if not len(at):
            return np.zeros((len(targets), 0))
        shown = self.covariance[np.ix_(at, at)] + np.diag(seen.noise)
        return np.asarray(np.linalg.solve(shown, self.covariance[np.ix_(at, targets)]).T, dtype=np.float64)


def _condition(mean: Floats, parts: Sequence[Floats], seen: Seen, targets: Ints) -> tuple[Floats, Floats]:
    """A normal distribution with covariance the sum of `parts`, after what was seen; only what is needed is added."""

    def covariance(rows: Ints, columns: Ints) -> Floats:
        return np.sum([part[np.ix_(rows, columns)] for part in parts], axis=0)

    at = seen.statements
    own = covariance(targets, targets)
    if not len(at):
        return mean[targets], own
    cross = covariance(at, targets)
    weights = np.linalg.solve(covariance(at, at) + np.diag(seen.noise), cross)
    return mean[targets] + weights.T @ (seen.values - mean[at]), own - weights.T @ cross


def fit_crowd(prior: Prior, group: Sequence[Seen], rounds: int = ROUNDS) -> Crowd:
    """The group's mean and covariance after everybody's answers; the prior where there are none."""
    voters = [seen.spread_out(MOST_FITTED) for seen in group if len(seen.statements)]
    mean, covariance, shared = prior.mean, prior.covariance, prior.mean_covariance
    if not voters:
        return Crowd(mean, shared, covariance)
    batches = list(_batches(voters))
    if len(mean) > MANY_STATEMENTS:
        rounds = min(rounds, FEW_ROUNDS)
    for last in (*([False] * rounds), True):
        told = _told(batches, mean, covariance)
        mean = _shared_mean(prior, told)
        if last:
            shared = _shared_covariance(prior, told)
        else:
            moved = covariance @ told.change @ covariance
            total = prior.strength + len(voters)
            covariance = (prior.strength * prior.covariance + len(voters) * covariance + moved) / total
            covariance = (covariance + covariance.T) / 2.0
    return Crowd(mean, shared, covariance)


def extended(crowd: Crowd, prior: Prior) -> Crowd:
    """A crowd that also holds statements on which nobody voted: they follow those that the prior holds alike.

    `prior` is over the crowd's statements, as it was fitted from them, and then the new ones.
    """
    old = len(crowd.mean)
    mean_link = _link(prior.mean_covariance, old)
    link = _link(prior.covariance, old)
    mean = np.concatenate([crowd.mean, prior.mean[old:] + mean_link @ (crowd.mean - prior.mean[:old])])
    return Crowd(
        mean,
        _carried(prior.mean_covariance, crowd.mean_covariance, mean_link),
        _carried(prior.covariance, crowd.covariance, link),
    )


def _link(covariance: Floats, old: int) -> Floats:
    """How new statements follow the old ones: (new, old)."""
    return np.asarray(np.linalg.solve(covariance[:old, :old], covariance[:old, old:]).T, dtype=np.float64)


def _carried(prior: Floats, found: Floats, link: Floats) -> Floats:
    old = len(found)
    across = link @ found
    within = prior[old:, old:] - link @ prior[:old, old:] + across @ link.T
    return np.block([[found, across.T], [across, within]])


@dataclass(frozen=True)
class _Batch:
    """Members with about as many answers each, padded to one shape. All (members, answers); `given`: 0 for padding."""

    statements: Ints
    values: Floats
    noise: Floats
    given: Floats

    def precision(self, covariance: Floats) -> Floats:
        """The inverse covariance of each member's answers: (members, answers, answers), zero where padded."""
        both = self.given[:, :, None] * self.given[:, None, :]
        shown = covariance[self.statements[:, :, None], self.statements[:, None, :]] * both
        places: Ints = np.arange(self.statements.shape[1], dtype=np.int64)
        shown[:, places, places] += np.where(self.given > 0, self.noise, 1.0)
        # Noise keeps these well-conditioned, and single precision takes half the time.
        return np.linalg.inv(shown.astype(np.float32)).astype(np.float64) * both

    def scatter(self, values: Floats, size: int) -> Floats:
        """Sum (members, answers, answers) into the statements that they are of: (size * size,)."""
        rows, columns = np.broadcast_arrays(self.statements[:, :, None] * size, self.statements[:, None, :])
        return np.bincount(np.add(rows, columns).ravel(), values.ravel(), size * size).astype(np.float64)


def _batches(group: Sequence[Seen]) -> Iterator[_Batch]:
    ordered = sorted(group, key=lambda seen: len(seen.statements))
    start = 0
    while start < len(ordered):
        shortest = len(ordered[start].statements)
        end = start + 1
        while end < len(ordered):
            longest = len(ordered[end].statements)
            if longest > max(8, 1.3 * shortest) or (end - start + 1) * longest**2 > _BATCH_VALUES:
                break
            end += 1
        yield _padded(ordered[start:end])
        start = end


def _padded(members: Sequence[Seen]) -> _Batch:
    shape = (len(members), max(len(seen.statements) for seen in members))
    batch = _Batch(np.zeros(shape, dtype=np.int64), np.zeros(shape), np.ones(shape), np.zeros(shape))
    for row, seen in enumerate(members):
        count = len(seen.statements)
        batch.statements[row, :count] = seen.statements
        batch.values[row, :count] = seen.values
        batch.noise[row, :count] = seen.noise
        batch.given[row, :count] = 1.0
    return batch


@dataclass(frozen=True)
class _Told:
    """What all answers say. `precision`, `change`: (statements, statements); `pull`: (statements,).

    The first and the last are the normal equations of the mean. `change` is by how much members vary more (or less)
    than the covariance says.
    """

    precision: Floats
    change: Floats
    pull: Floats


def _told(batches: Sequence[_Batch], mean: Floats, covariance: Floats) -> _Told:
    size = len(mean)
    precision, change, pull = np.zeros(size * size), np.zeros(size * size), np.zeros(size)
    for batch in batches:
        inverse = batch.precision(covariance)
        surprise = np.einsum("bij,bj->bi", inverse, (batch.values - mean[batch.statements]) * batch.given)
        told = np.einsum("bij,bj->bi", inverse, batch.values * batch.given)
        precision += batch.scatter(inverse, size)
        change += batch.scatter(surprise[:, :, None] * surprise[:, None, :], size)
        pull += np.bincount(batch.statements.ravel(), told.ravel(), size)
    return _Told(precision.reshape(size, size), (change - precision).reshape(size, size), pull)


def _shared_mean(prior: Prior, told: _Told) -> Floats:
    """Posterior mean of what the group thinks: (statements,)."""
    # (prior covariance^-1 + precision)^-1 without inverting the prior, which may be close to singular
    whole = np.eye(len(prior.mean)) + told.precision @ prior.mean_covariance
    return prior.mean + prior.mean_covariance @ np.linalg.solve(whole, told.pull - told.precision @ prior.mean)


def _shared_covariance(prior: Prior, told: _Told) -> Floats:
    """How unsure that still is: (statements, statements)."""
    size = len(prior.mean)
    shared = prior.mean_covariance @ np.linalg.inv(np.eye(size) + told.precision @ prior.mean_covariance)
    return (shared + shared.T) / 2.0
