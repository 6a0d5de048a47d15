"""A2: does a model follow a member's words, or does it only know the topic, or the member's group?

Asked after a member's opinion, it should come closer to that member's *other* votes than without (gain), and closer
than after somebody else's opinion (specificity). Only the second shows that it listened: any opinion tells the topic.
What is left of it within opinion groups tells whether it heard the member or only recognised the group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.audit.figure import SLIGHT, TOO_FEW, Audit, Figure
from engine.audit.least_effects import OF_IDEAL
from engine.audit.people import LEAST_IN_GROUP, LEAST_MEMBERS, Floats, Ints, People
from engine.audit.resampling import DRAWS, SIGNIFICANT, bootstrap, interval_of, p_value, permuted

_NOISE = 1e-9
"""What sums in another order may differ by."""
_EVEN = 0.5
"""Alignment of an even spread with a vote for or against: what words tell that are on something else."""
LEAST_OTHER_VOTES = 2
"""Other votes that a member must have cast to be looked at."""


@dataclass(frozen=True)
class Steered:
    """A model's answers: `alone` (statements, answers), and `given` (members, statements, answers) after the opinion
    of each member; both averaged over option orders, refusals split off.
    """

    alone: Floats
    given: Floats


@dataclass(frozen=True)
class Crossed:
    """How near a model comes to members' votes. `given`: (members, members), to a row's votes after a column's words;
    `without`: (members,), without words; `ideal`: as `given`, for somebody who knows the votes. NaN where two members
    share no statement. `groups`: (members,), -1 for none; `among`: (members,), the deliberation: others
    are its other members.
    """

    given: Floats
    without: Floats
    ideal: Floats
    groups: Ints
    among: Ints
    statements: int


def crossed(people: People, steered: Steered, least: int = LEAST_OTHER_VOTES) -> Crossed:
    """Compare votes and answers; members with fewer than `least` votes are left out."""
    looked_at = np.flatnonzero(np.isfinite(people.votes).sum(axis=1) >= least)
    votes = people.votes[looked_at]
    return Crossed(
        given=alignments(votes, steered.given[looked_at]),
        without=alignments(votes, steered.alone[None])[:, 0],
        ideal=alignments(votes, _as_voted(votes)),
        groups=people.labels[looked_at],
        among=np.zeros(len(looked_at), dtype=np.int64),
        statements=int(np.isfinite(votes).any(axis=0).sum()),
    )


def together(parts: Sequence[Crossed]) -> Crossed:
    """Several deliberations as one: nobody is compared with members of another, and groups are each one's own."""
    sizes = [len(part.given) for part in parts]
    ends: list[int] = np.cumsum([0, *sizes]).tolist()
    given, ideal = (np.full((ends[-1], ends[-1]), np.nan) for _ in range(2))
    groups = np.full(ends[-1], -1, dtype=np.int64)
    free = 0
    for part, start, end in zip(parts, ends[:-1], ends[1:], strict=True):
        given[start:end, start:end], ideal[start:end, start:end] = part.given, part.ideal
        groups[start:end] = np.where(part.groups >= 0, part.groups + free, -1)
        free += int(part.groups.max(initial=-1)) + 1
    return Crossed(
        given=given,
        without=np.concatenate([part.without for part in parts]) if parts else np.zeros(0),
        ideal=ideal,
        groups=groups,
        among=np.repeat(np.arange(len(parts)), sizes),
        statements=sum(part.statements for part in parts),
    )


def steerable(found: Crossed, *, seed: int, draws: int = DRAWS) -> Audit:
    """The audit; each member has an opinion, and votes on statements other than it."""
    members, statements = len(found.given), found.statements
    specificity = _specificity(found, found.among, 2, seed, draws)
    if members < LEAST_MEMBERS or specificity.verdict == TOO_FEW:
        few = Figure(name="specificity", value=None, members=members, statements=statements, verdict=TOO_FEW)
        return Audit(name="A2", verdict=TOO_FEW, figures=(few, few.model_copy(update={"name": "gain"})))
    within = _specificity(found, found.groups, LEAST_IN_GROUP, seed, draws)
    without, own, others = found.without, np.diag(found.given), _others(found.given)
    gain = own - without
    interval = interval_of(bootstrap(lambda drawn: float(gain[drawn].mean()), members, seed=seed, draws=draws))
    ceiling = float(1.0 - without.mean())
    gains = interval is not None and interval[0] > _NOISE
    gained = Figure(
        name="gain",
        value=float(gain.mean()),
        interval=interval,
        ceiling=ceiling,
        least=OF_IDEAL * ceiling,
        members=members,
        statements=statements,
        verdict="gains_nothing" if not gains else "gains" if gain.mean() >= OF_IDEAL * ceiling else SLIGHT,
    )
    verdict = _verdict(specificity, within, gained)
    figures = [
        specificity.model_copy(update={"statements": statements, "verdict": verdict}),
        within.model_copy(update={"name": "specificity_within", "statements": statements}),
        gained,
        *(
            Figure(
                name=name,
                value=float(np.nanmean(values)),
                interval=interval_of(
                    bootstrap(
                        lambda drawn, values=values: float(np.nanmean(values[drawn])), members, seed=seed, draws=draws
                    )
                ),
                members=members,
                statements=statements,
                verdict="told",
            )
            for name, values in (("without", without), ("own", own), ("others", others))
        ),
    ]
    return Audit(name="A2", verdict=verdict, figures=tuple(figures))


def alignments(votes: Floats, answers: Floats) -> Floats:
    """1 - W1 of each member's votes to each row of answers, averaged over the member's statements: (members, rows).

    `votes`: (members, statements) in [0, 1], NaN unseen; `answers`: (rows, statements, answers), NaN unknown. The
    distance of a distribution to a single answer is the mean distance of its answers to it.
    """
    scale = np.linspace(0.0, 1.0, answers.shape[-1])
    found = np.full((len(votes), len(answers)), np.nan)
    for member, cast in enumerate(votes):
        seen = np.flatnonzero(np.isfinite(cast))
        apart = (answers[:, seen] * np.abs(scale - cast[seen, None])).sum(axis=-1)
        known = np.isfinite(apart)
        counts = known.sum(axis=1)
        sums = np.where(known, apart, 0.0).sum(axis=1)
        found[member] = 1.0 - np.divide(sums, counts, out=np.full(len(answers), np.nan), where=counts > 0)
    return found


def _as_voted(votes: Floats) -> Floats:
    """The answers of somebody who knows each member's votes: (members, statements, 3)."""
    which = np.rint(np.where(np.isfinite(votes), votes, 0.0) * 2).astype(np.int64)
    return np.where(np.isfinite(votes)[..., None], np.eye(3)[which], np.nan)


def _others(crossed: Floats, groups: Ints | None = None) -> Floats:
    """Per member the mean over other members' opinions, of the same group where `groups` are given: (members,)."""
    others = ~np.eye(len(crossed), dtype=bool)
    if groups is not None:
        others &= groups[:, None] == groups[None, :]
    known = others & np.isfinite(crossed)
    counts = known.sum(axis=1)
    sums = np.where(known, crossed, 0.0).sum(axis=1)
    return np.divide(sums, counts, out=np.full(len(crossed), np.nan), where=counts > 0)


def _mean_specificity(crossed: Floats, groups: Ints | None, given: Ints) -> float:
    """Mean over members of the alignment after the opinion `given` to each, less that after the others'."""
    return float(np.nanmean(np.diag(crossed[:, given]) - _others(crossed[:, given], groups)))


def _specificity(found: Crossed, strata: Ints, least: int, seed: int, draws: int) -> Figure:
    """Own words against those of others in the same stratum, in strata of at least so many; the null shuffles them."""
    sizes = {int(one): int(np.sum(strata == one)) for one in np.unique(strata) if one >= 0}
    members = np.flatnonzero([sizes.get(int(one), 0) >= least for one in strata])
    if len(members) < LEAST_MEMBERS:
        return Figure(name="specificity", value=None, members=len(members), verdict=TOO_FEW)
    inside = strata[members]
    kept, ideal = (matrix[np.ix_(members, members)] for matrix in (found.given, found.ideal))
    each = np.diag(kept) - _others(kept, inside)
    best = float(np.mean(np.diag(ideal) - np.nan_to_num(_others(ideal, inside), nan=_EVEN)))

    def shuffled(order: Ints) -> float:
        given = np.empty_like(order)
        for one in np.unique(inside):  # the same order, but everybody gets words from their own stratum
            places = np.flatnonzero(inside == one)
            given[places] = order[np.isin(order, places)]
        return _mean_specificity(kept, inside, given)

    null = permuted(shuffled, len(members), seed=seed, draws=draws)
    value = float(np.nanmean(each))
    p = p_value(value - _NOISE, null)
    return Figure(
        name="specificity",
        value=value,
        interval=interval_of(
            bootstrap(lambda drawn: float(np.nanmean(each[drawn])), len(members), seed=seed, draws=draws)
        ),
        null=interval_of(null),
        ceiling=best,
        p=p,
        least=OF_IDEAL * best,
        members=len(members),
        verdict="not_heard" if p >= SIGNIFICANT else "heard" if value >= OF_IDEAL * best else SLIGHT,
    )


def _verdict(specificity: Figure, within: Figure, gain: Figure) -> str:
    if specificity.verdict == SLIGHT:
        return "hardly_follows"
    if specificity.verdict != "heard":
        return "topic_only" if gain.verdict == "gains" else "ignores"
    return "knows_the_group" if within.verdict in ("not_heard", SLIGHT) else "follows"
