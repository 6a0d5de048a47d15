"""A2: does a model follow a member's words, or does it only know the topic, or the member's group?

Asked after a member's opinion, it should come closer to that member's *other* votes than without (gain), and closer
than after somebody else's opinion (specificity). Only the second shows that it listened: any opinion tells the topic.
What is left of it within opinion groups tells whether it heard the member or only recognised the group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.audit.figure import TOO_FEW, Audit, Figure
from engine.audit.people import LEAST_IN_GROUP, LEAST_MEMBERS, Floats, Ints, People
from engine.audit.resampling import DRAWS, SIGNIFICANT, bootstrap, interval_of, p_value, permuted

_NOISE = 1e-9
"""What sums in another order may differ by."""
LEAST_OTHER_VOTES = 2
"""Other votes that a member must have cast to be looked at."""


@dataclass(frozen=True)
class Steered:
    """A model's answers: `alone` (statements, answers), and `given` (members, statements, answers) after the opinion
    of each member; both averaged over option orders, refusals split off.
    """

    alone: Floats
    given: Floats


def steerable(people: People, steered: Steered, *, seed: int, draws: int = DRAWS) -> Audit:
    """The audit; each of `people` has an opinion, and votes on statements other than it."""
    votes = people.votes
    looked_at = np.flatnonzero(np.isfinite(votes).sum(axis=1) >= LEAST_OTHER_VOTES)
    members, statements = len(looked_at), int(np.isfinite(votes[looked_at]).any(axis=0).sum())
    if members < LEAST_MEMBERS:
        few = Figure(name="specificity", value=None, members=members, statements=statements, verdict=TOO_FEW)
        return Audit(name="A2", verdict=TOO_FEW, figures=(few, few.model_copy(update={"name": "gain"})))
    votes, labels = votes[looked_at], people.labels[looked_at]
    crossed = alignments(votes, steered.given[looked_at])
    without = alignments(votes, steered.alone[None])[:, 0]
    own = np.diag(crossed)
    ideal = alignments(votes, _as_voted(votes))
    specificity = _specificity(crossed, ideal, labels, None, seed, draws)
    within = _specificity(crossed, ideal, labels, labels, seed, draws)
    gain = own - without
    interval = interval_of(bootstrap(lambda drawn: float(gain[drawn].mean()), members, seed=seed, draws=draws))
    gained = Figure(
        name="gain",
        value=float(gain.mean()),
        interval=interval,
        ceiling=float(1.0 - without.mean()),
        members=members,
        statements=statements,
        verdict="gains" if interval is not None and interval[0] > _NOISE else "gains_nothing",
    )
    verdict = _verdict(specificity, within, gained)
    figures = [
        specificity.model_copy(update={"statements": statements, "verdict": verdict}),
        within.model_copy(update={"name": "specificity_within", "statements": statements}),
        gained,
        *(
            Figure(
                name=name,
                value=float(values.mean()),
                interval=interval_of(
                    bootstrap(lambda drawn, values=values: float(values[drawn].mean()), members, seed=seed, draws=draws)
                ),
                members=members,
                statements=statements,
                verdict="told",
            )
            for name, values in (("without", without), ("own", own), ("others", _others(crossed)))
        ),
    ]
    rows = [[float(without[at]), float(own[at]), float(other)] for at, other in enumerate(_others(crossed))]
    return Audit(
        name="A2",
        verdict=verdict,
        figures=tuple(figures),
        data={"alignment": [list(row) for row in rows]},
        labels={"columns": ["without", "own", "others"]},
    )


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


def _specificity(crossed: Floats, ideal: Floats, labels: Ints, groups: Ints | None, seed: int, draws: int) -> Figure:
    """Against shuffled opinions, shuffled within the groups where `groups` are given."""
    members = np.arange(len(crossed))
    if groups is not None:
        sizes = {int(group): int(np.sum(groups == group)) for group in np.unique(groups) if group >= 0}
        members = np.flatnonzero([sizes.get(int(group), 0) >= LEAST_IN_GROUP for group in labels])
        if len(members) < LEAST_MEMBERS:
            return Figure(name="specificity", value=None, members=len(members), verdict=TOO_FEW)
        groups = groups[members]
    kept = crossed[np.ix_(members, members)]
    each = np.diag(kept) - _others(kept, groups)
    best = np.diag(ideal[np.ix_(members, members)]) - _others(ideal[np.ix_(members, members)], groups)

    def shuffled(order: Ints) -> float:
        given = order
        if groups is not None:  # the same order, but everybody gets an opinion of their own group
            given = np.empty_like(order)
            for group in np.unique(groups):
                inside = np.flatnonzero(groups == group)
                given[inside] = order[np.isin(order, inside)]
        return _mean_specificity(kept, groups, given)

    null = permuted(shuffled, len(members), seed=seed, draws=draws)
    found = float(np.nanmean(each))
    p = p_value(found - _NOISE, null)
    return Figure(
        name="specificity",
        value=found,
        interval=interval_of(
            bootstrap(lambda drawn: float(np.nanmean(each[drawn])), len(members), seed=seed, draws=draws)
        ),
        null=interval_of(null),
        ceiling=float(np.nanmean(best)),
        p=p,
        members=len(members),
        verdict="heard" if p < SIGNIFICANT else "not_heard",
    )


def _verdict(specificity: Figure, within: Figure, gain: Figure) -> str:
    if specificity.verdict != "heard":
        return "topic_only" if gain.verdict == "gains" else "ignores"
    return "knows_the_group" if within.verdict == "not_heard" else "follows"
