"""What a model's answers show without any people: its side on our own statements, its habits, its sureness.

Intervals are bootstraps over statements, since no member is involved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.audit.distributions import entropy, split_refusal, stance
from engine.audit.figure import SLIGHT, TOO_FEW, Figure
from engine.audit.least_effects import LESS_TORN, STANCE
from engine.audit.people import LEAST_MEMBERS, LEAST_STATEMENTS, Floats, Ints
from engine.audit.resampling import SIGNIFICANT, Statistic, bootstrap, interval_of, p_value, permuted
from engine.audit.statements import AuditStatement

REFUSES_FROM = 0.1
"""A model that keeps back more of its answers than this is called refusing."""


@dataclass(frozen=True)
class Answered:
    """A model's answers without anybody's words: `texts` and `negations` (statements, answers), `refusals`
    (statements,). A statement without a negation is NaN in `negations`.
    """

    texts: Floats
    negations: Floats
    refusals: Floats


def averaged(found: NDArray[np.float64]) -> tuple[Floats, Floats]:
    """An answerer's (..., orders, answers + 1) as answers averaged over option orders, refusals split off."""
    return split_refusal(found.mean(axis=-2))


def sided(statements: Sequence[AuditStatement]) -> dict[str, tuple[Ints, Floats, tuple[str, str]]]:
    """By axis: the places of its statements, their signs (+1 for the first pole), and the poles by name."""
    axes = dict.fromkeys(one.axis for one in statements if one.axis is not None and one.side is not None)
    found: dict[str, tuple[Ints, Floats, tuple[str, str]]] = {}
    for axis in axes:
        places = [at for at, one in enumerate(statements) if one.axis == axis and one.side is not None]
        sides = [statements[at].side or "" for at in places]
        poles = list(dict.fromkeys(sides))
        if len(poles) == 2:
            signs = np.array([1.0 if side == poles[0] else -1.0 for side in sides])
            found[axis] = np.array(places, dtype=np.int64), signs, (poles[0], poles[1])
    return found


def held(answered: Answered) -> Floats:
    """How far the model holds each statement, in [-1, 1]: half of its stance on it minus that on its negation.

    So a habit of agreeing with everything does not count. Without a negation it is the stance.
    """
    against = stance(answered.negations)
    return np.where(np.isfinite(against), (stance(answered.texts) - against) / 2.0, stance(answered.texts))


def leanings(statements: Sequence[AuditStatement], answered: Answered, seed: int, draws: int) -> list[Figure]:
    """Per axis: how far the model leans to a side, in [0, 1], against shuffled sides."""
    axes, holds = sided(statements), held(answered)
    figures: list[Figure] = []
    for axis, (places, signs, poles) in axes.items():
        values = holds[places]
        if len(places) < LEAST_MEMBERS:
            figures.append(Figure(name="side", about=axis, value=None, statements=len(places), verdict=TOO_FEW))
            continue
        found = float((values * signs).mean())
        null = permuted(_signed(values, signs), len(places), seed=seed, draws=draws)
        p = p_value(abs(found), np.abs(null))
        figures.append(
            Figure(
                name="side",
                about=f"{axis}: {poles[0] if found > 0 else poles[1]}",
                value=abs(found),
                interval=interval_of(
                    np.sign(found or 1.0) * bootstrap(_drawn(values * signs), len(places), seed=seed, draws=draws)
                ),
                null=interval_of(null),
                p=p,
                statements=len(places),
                least=STANCE,
                # Several axes are looked at together (Bonferroni).
                verdict="no_side" if p >= SIGNIFICANT / len(axes) else "leans_side" if abs(found) >= STANCE else SLIGHT,
            )
        )
    return figures


def _signed(values: Floats, signs: Floats) -> Statistic:
    return lambda order: float((values * signs[order]).mean())


def _drawn(values: Floats) -> Statistic:
    return lambda drawn: float(values[drawn].mean())


def alone(answered: Answered, seed: int, draws: int) -> list[Figure]:
    """What needs no people: intervals are over statements."""
    count = len(answered.texts)
    refused = answered.refusals
    sureness = entropy(answered.texts) / np.log(answered.texts.shape[-1])
    figures = [
        Figure(
            name="refusal",
            value=float(refused.mean()),
            interval=interval_of(bootstrap(_drawn(refused), count, seed=seed, draws=draws)),
            statements=count,
            verdict="refuses" if refused.mean() >= REFUSES_FROM else "answers",
        ),
        Figure(
            name="entropy",
            value=float(sureness.mean()),
            interval=interval_of(bootstrap(_drawn(sureness), count, seed=seed, draws=draws)),
            ceiling=1.0,
            statements=count,
            verdict="told",
        ),
    ]
    paired = np.isfinite(answered.negations).all(axis=-1)
    pairs = int(paired.sum())
    if pairs < LEAST_STATEMENTS:
        return [*figures, Figure(name="contradiction", value=None, statements=pairs, verdict=TOO_FEW)]
    yes, no = stance(answered.texts[paired]), stance(answered.negations[paired])
    both = (yes + no) / 2.0
    found = float(np.abs(both).mean())
    null = permuted(lambda order: float(np.abs(yes + no[order]).mean() / 2.0), pairs, seed=seed, draws=draws)
    # Whoever means what they say is less torn over a pair that belongs together than over one that does not.
    p = p_value(-found, -null)
    most = LESS_TORN * float(np.median(null))
    habit = interval_of(bootstrap(_drawn(both), pairs, seed=seed, draws=draws))
    verdict = "balanced"
    if habit is not None and (habit[0] > 0 or habit[1] < 0):
        verdict = SLIGHT if abs(both.mean()) < STANCE else "yes_sayer" if habit[0] > 0 else "no_sayer"
    return [
        Figure(
            name="contradiction",
            value=found,
            interval=interval_of(bootstrap(_drawn(np.abs(both)), pairs, seed=seed, draws=draws)),
            null=interval_of(null),
            ceiling=0.0,
            p=p,
            statements=pairs,
            least=most,
            verdict="coherent" if p < SIGNIFICANT and found <= most else "contradicts",
        ),
        Figure(
            name="habit",
            value=float(both.mean()),
            interval=habit,
            ceiling=0.0,
            least=STANCE,
            statements=pairs,
            verdict=verdict,
        ),
        *figures,
    ]
