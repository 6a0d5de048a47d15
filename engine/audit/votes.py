"""A6: do predicted votes hang together as the actual ones do, or is everybody taken for a type?

Williams et al., "Beyond Marginal Distributions" (arXiv 2601.15755). Whoever predicts each group's mean gets the order
of the correlations right and their size wrong: `rho` alone rewards a stereotype, so it is never told without the RMSE
and the share of statements with one answer. Both are judged against a band: the true votes, each changed to another
answer at random so often that they are as wrong as the prediction. Every matrix of the result and of its bounds is made
of the same members, statements and missing votes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.audit.correlation import (
    LEAST_OVERLAP,
    Likeness,
    correlations,
    likeness,
    permuted_likeness,
    spectrum,
)
from engine.audit.corruption import Band, Structure, Truth, band_of, split_half, structure
from engine.audit.figure import TOO_FEW, Audit, Figure, Interval
from engine.audit.least_effects import BAND, RHO
from engine.audit.marginals import Marginals, marginals
from engine.audit.resampling import halves, interval_of, p_value

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Tell = Callable[..., Figure]
"""Makes a figure of so many members and statements."""

LEAST_MEMBERS, LEAST_STATEMENTS, LEAST_PAIRS = 12, 20, 50
"""Below these only marginals are told."""
LEAST_TOLD: Final = 5
"""Votes behind a point of the calibration."""
MOST_SHOWN: Final = 40
"""Rows of a matrix that a plot can show."""
ANSWERS: Final = (0.0, 0.5, 1.0)
"""Disagree, pass, agree."""
SURE: Final = 0.05
CROWDED: Final = 0.1
"""So many more statements than actually must have one predicted answer only, before it is no matter of a few votes."""
ONE_LINE: Final = 0.9
"""Where the first direction holds so much, members are told apart in one way only: that is no matter of smoothness."""
HALF_OVERLAP: Final = 6
"""Common votes that a pair of statements needs in half of the members (`LEAST_OVERLAP` among all)."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How often to draw: bootstrap samples, permutations, corrupted copies, halves, and votes of each chance."""

    bootstrap: int = 200
    permutations: int = 1000
    corruptions: int = 100
    halves: int = 100
    votes: int = 30


def audit_votes(
    predicted: Floats,
    actual: Floats,
    *,
    seed: int,
    answers: Sequence[float] = ANSWERS,
    chances: bool = False,
    effort: Effort | None = None,
    blocks: tuple[Ints, Ints] | None = None,
) -> Audit:
    """Audit predictions against votes, both (members, statements) in [0, 1]; votes that nobody cast are NaN.

    A prediction must not have seen the vote that it is compared with. `chances`: predictions are chances to agree, so
    that votes drawn from them are compared as well: where those fit, the means are only smooth, not wrong. `blocks`:
    the deliberation of each member and of each statement, where there are several; nobody votes in two.
    """
    effort = effort or Effort()
    both = np.isfinite(actual) & np.isfinite(predicted)
    kept = np.ix_(both.any(axis=1), both.any(axis=0))
    member_blocks, statement_blocks = (
        (None, None) if blocks is None else (blocks[0][kept[0][:, 0]], blocks[1][kept[1][0]])
    )
    actual, predicted = (np.where(both, votes, np.nan)[kept] for votes in (actual, predicted))
    members, statements = actual.shape
    tell: Tell = partial(Figure, members=members, statements=statements)
    told = marginals(predicted, actual, answers)
    ranges = _marginal_draws(predicted, actual, answers, seed, effort)
    truth = Truth.of(actual)
    if (
        members < LEAST_MEMBERS
        or statements < LEAST_STATEMENTS
        or likeness(truth.statements, truth.statements).pairs < LEAST_PAIRS
    ):
        figures = (tell(name="structure", value=None, verdict=TOO_FEW), *_marginal_figures(tell, told, ranges, None))
        return Audit(name="A6", verdict=TOO_FEW, figures=figures, data=_calibration(predicted, actual))
    noise = np.random.default_rng(seed)
    found = structure(predicted, truth, answers)
    band = band_of(predicted, truth, noise, answers, effort.corruptions)
    verdict, statement_figures = _statements(
        tell, predicted, truth, found, band, told, seed, effort, noise, statement_blocks
    )
    first, *others = statement_figures
    extra: list[Figure] = []
    if chances and verdict in ("stereotype", "structure_weak", "structure_unrelated"):
        extra, fits = _drawn(tell, predicted, truth, noise, answers, effort)
        if fits and verdict == "stereotype" and _is_no_chance(first) and found.first < ONE_LINE:
            verdict = "smoothed"
    figures = (
        first.model_copy(update={"verdict": verdict}),
        *others,
        *_marginal_figures(tell, told, ranges, band.degenerate),
        *_directions(tell, predicted, truth, band),
        *_members(tell, predicted, truth, found.members, band, seed, effort, member_blocks),
        *extra,
    )
    return Audit(name="A6", verdict=verdict, figures=figures, data=_pictures(predicted, truth))


def _is_no_chance(figure: Figure) -> bool:
    return figure.p is not None and figure.p <= SURE


def _statements(
    tell: Tell,
    predicted: Floats,
    truth: Truth,
    found: Structure,
    band: Band,
    told: Marginals,
    seed: int,
    effort: Effort,
    noise: np.random.Generator,
    blocks: Ints | None,
) -> tuple[str, list[Figure]]:
    """The verdict on the statements' structure, its rho and its RMSE."""
    rho, rmse = found.statements.rho, found.statements.rmse
    guess = correlations(predicted)
    null = permuted_likeness(truth.statements, guess, seed=seed, draws=effort.permutations, blocks=blocks)

    def half(people: Ints) -> tuple[float, float]:
        least = min(HALF_OVERLAP, len(people))
        found = likeness(correlations(truth.votes[people], least), correlations(predicted[people], least))
        return found.rho, found.rmse

    spread = halves(half, len(predicted), seed=seed, draws=effort.halves)
    # A correlation that nothing varies in is as good as none.
    p = p_value(rho, null[:, 0]) if np.isfinite(rho) else 1.0
    verdict = _verdict(found, band, p, told.degenerate_actual)
    return verdict, [
        tell(
            name="structure",
            value=_known(rho),
            interval=_give_or_take(rho, float(spread.apart[0]), -1.0, len(predicted) // 2 - 1),
            null=interval_of(null[:, 0]),
            band=band.rho,
            ceiling=split_half(truth.votes, noise, effort.halves, LEAST_OVERLAP),
            p=p,
            least=None if band.rho is None else max(RHO, band.rho[0] - BAND),
            verdict=verdict,
        ),
        tell(
            name="structure_rmse",
            value=_known(rmse),
            interval=_give_or_take(rmse, float(spread.own[1]), 0.0, len(predicted) // 2 - 1),
            null=interval_of(null[:, 1]),
            band=band.rmse,
            least=None if band.rmse is None else band.rmse[1] + BAND,
            verdict=_within(rmse, band.rmse),
        ),
    ]


def _verdict(found: Structure, band: Band, p: float, truly: float) -> str:
    """One answer for all first; then above the null; then rho and RMSE must be what as many random errors give."""
    most = 1.0 if band.degenerate is None else band.degenerate[1]
    if found.degenerate > max(most, truly + CROWDED):
        return "stereotype"
    chance = p > SURE or found.statements.rho < RHO
    return "structure_unrelated" if chance else band.judges(found.statements)


def _members(
    tell: Tell,
    predicted: Floats,
    truth: Truth,
    found: Likeness,
    band: Band,
    seed: int,
    effort: Effort,
    blocks: Ints | None,
) -> list[Figure]:
    """Who goes with whom: the same between members."""
    guess = correlations(predicted.T)
    null = permuted_likeness(truth.members, guess, seed=seed, draws=effort.permutations, blocks=blocks)

    def half(people: Ints) -> tuple[float, float]:
        inside = np.ix_(people, people)
        found = likeness(truth.members[inside], guess[inside])
        return found.rho, found.rmse

    spread = halves(half, len(predicted), seed=seed, draws=effort.halves)
    return [
        tell(
            name="members_structure",
            value=_known(found.rho),
            interval=_give_or_take(found.rho, float(spread.apart[0]), -1.0),
            null=interval_of(null[:, 0]),
            band=band.members_rho,
            p=p_value(found.rho, null[:, 0]) if np.isfinite(found.rho) else None,
            verdict=_within(found.rho, band.members_rho),
        ),
        tell(
            name="members_rmse",
            value=_known(found.rmse),
            interval=_give_or_take(found.rmse, float(spread.own[1]), 0.0),
            null=interval_of(null[:, 1]),
            band=band.members_rmse,
            verdict=_within(found.rmse, band.members_rmse),
        ),
    ]


def _directions(tell: Tell, predicted: Floats, truth: Truth, band: Band) -> list[Figure]:
    """In how many ways members differ; the ceiling is what the actual votes have."""
    guess = correlations(predicted)
    both = np.isfinite(np.diag(truth.statements)) & np.isfinite(np.diag(guess))
    one, other = spectrum(guess, both), spectrum(truth.statements, both)
    return [
        tell(
            name="first_direction",
            value=_known(one.first),
            band=band.first,
            ceiling=_known(other.first),
            verdict=_within(one.first, band.first),
        ),
        tell(
            name="directions",
            value=_known(one.participation),
            ceiling=_known(other.participation),
            verdict="told" if np.isfinite(one.participation) else TOO_FEW,
        ),
    ]


def _drawn(
    tell: Tell,
    predicted: Floats,
    truth: Truth,
    noise: np.random.Generator,
    answers: Sequence[float],
    effort: Effort,
) -> tuple[list[Figure], bool]:
    """Figures of votes drawn from the chances, and whether they lie inside the band for their own error."""

    def votes() -> Floats:
        cast = (noise.random(predicted.shape) < np.nan_to_num(predicted)).astype(np.float64)
        return np.where(np.isfinite(predicted), cast, np.nan)

    found = [likeness(truth.statements, correlations(votes())) for _ in range(effort.votes)]
    mean = Likeness(float(np.mean([one.rho for one in found])), float(np.mean([one.rmse for one in found])), 0)
    band = band_of(votes(), truth, noise, answers, effort.corruptions)
    return [
        tell(name="drawn_structure", value=_known(mean.rho), band=band.rho, verdict=_within(mean.rho, band.rho)),
        tell(name="drawn_rmse", value=_known(mean.rmse), band=band.rmse, verdict=_within(mean.rmse, band.rmse)),
    ], band.judges(mean) == "structure_kept"


def _marginal_draws(predicted: Floats, actual: Floats, answers: Sequence[float], seed: int, effort: Effort) -> Floats:
    """(draws, 3): distance, variance and degenerate share of members drawn with replacement."""
    noise = np.random.default_rng(seed)
    found = np.full((effort.bootstrap, 3), np.nan)
    for row in range(len(found) if len(actual) else 0):
        drawn = noise.integers(len(actual), size=len(actual))
        told = marginals(predicted[drawn], actual[drawn], answers)
        found[row] = told.distance, told.variance, told.degenerate
    return found


def _marginal_figures(tell: Tell, told: Marginals, draws: Floats, band: Interval | None) -> list[Figure]:
    verdict = "told" if np.isfinite(told.distance) else TOO_FEW
    return [
        tell(
            name="degenerate",
            value=_known(told.degenerate),
            interval=_around(told.degenerate, draws[:, 2], 0.0),
            band=band,
            ceiling=_known(told.degenerate_actual),
            verdict=verdict if band is None else _within(told.degenerate, band),
        ),
        tell(
            name="distance",
            value=_known(told.distance),
            interval=_around(told.distance, draws[:, 0], 0.0),
            verdict=verdict,
        ),
        tell(
            name="variance",
            value=_known(told.variance),
            interval=_around(told.variance, draws[:, 1], 0.0, np.inf),
            ceiling=1.0,
            verdict="told" if np.isfinite(told.variance) else TOO_FEW,
        ),
    ]


def _pictures(predicted: Floats, truth: Truth) -> dict[str, list[list[float | None]]]:
    """Both matrices with like beside like, the largest shares of the eigenvalues, and the calibration."""
    guess = correlations(predicted)
    known = np.argsort(-np.isfinite(truth.statements).sum(axis=0), kind="stable")[:MOST_SHOWN]
    whole = np.nan_to_num(truth.statements[np.ix_(known, known)], nan=0.0)
    order = known[np.argsort(np.linalg.eigh(whole)[1][:, -1], kind="stable")]
    both = np.isfinite(np.diag(truth.statements)) & np.isfinite(np.diag(guess))
    shares = (spectrum(matrix, both).shares[:10].tolist() for matrix in (truth.statements, guess))
    return {
        "actual": _rows(truth.statements[np.ix_(order, order)]),
        "predicted": _rows(guess[np.ix_(order, order)]),
        "scree": list(shares),
        **_calibration(predicted, truth.votes),
    }


def _calibration(predicted: Floats, actual: Floats) -> dict[str, list[list[float | None]]]:
    """Per tenth of predictions that has enough votes to tell of no person: mean prediction, mean vote, votes."""
    seen = np.isfinite(actual)
    guess, vote = predicted[seen], actual[seen]
    bins = np.minimum((guess * 10).astype(np.int64), 9)
    return {
        "calibration": [
            [float(guess[bins == at].mean()), float(vote[bins == at].mean()), float((bins == at).sum())]
            for at in np.unique(bins)
            if (bins == at).sum() >= LEAST_TOLD
        ]
    }


def _around(observed: float, draws: Floats, least: float, most: float = 1.0) -> Interval | None:
    """The bootstrap's interval, moved so that its mean is what was observed."""
    finite = draws[np.isfinite(draws)]
    found = interval_of(finite - finite.mean() + observed) if finite.size and np.isfinite(observed) else None
    return None if found is None else (max(least, found[0]), min(most, found[1]))


def _give_or_take(observed: float, error: float, least: float, freedom: float = np.inf) -> Interval | None:
    """95 % about what was observed: Student's t with `freedom` degrees of it (Cornish and Fisher 1938).

    Statements' correlations are made anew of each half of the members, so that half of them tell the error; members'
    correlations are only picked out, and their error is taken as known.
    """
    if not (np.isfinite(observed) and np.isfinite(error)):
        return None
    normal = 1.96
    quantile = normal + (normal**3 + normal) / (4 * freedom)
    return max(least, observed - quantile * error), min(1.0, observed + quantile * error)


def _within(value: float, band: Interval | None) -> str:
    if band is None or not np.isfinite(value):
        return TOO_FEW
    return "below_band" if value < band[0] else "above_band" if value > band[1] else "inside_band"


def _rows(matrix: Floats) -> list[list[float | None]]:
    return [[None if np.isnan(value) else round(float(value), 3) for value in row] for row in matrix]


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
