"""A4 on deliberations as they were drafted: does the order of the members in the prompt decide whom drafts follow?

A round draws its drafts under a few orders of the opinions, several seeds each. A draft follows the member whose words
it is closest to. Two drafts of different orders should follow different members no more often than two of one order,
which only their seeds tell apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.audit.drafting_runs import closest_member
from engine.audit.figure import SLIGHT, TOO_FEW, Audit, Figure
from engine.audit.least_effects import WINNERS
from engine.audit.people import LEAST_STATEMENTS
from engine.audit.resampling import DRAWS, SIGNIFICANT, bootstrap, interval_of, p_value
from engine.deliberation.drafts import GivenOpinion
from engine.deliberation.events import AnyEvent, CandidatesDrafted
from engine.deliberation.evolve import fold
from engine.drafting.sources import TextEmbedder, read_opinions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class OrderedDrafts:
    """One round's drafts: `orders` (drafts,), which order of the members, and `follows` (drafts,), which member."""

    orders: Ints
    follows: Ints

    def differing(self, orders: Ints) -> Floats:
        """(4,): pairs of different orders that follow different members, all of them, and the same of equal orders."""
        above = np.triu_indices(len(orders), 1)
        apart = self.follows[above[0]] != self.follows[above[1]]
        across = orders[above[0]] != orders[above[1]]
        counts = (apart & across).sum(), across.sum(), (apart & ~across).sum(), (~across).sum()
        return np.array(counts, dtype=np.float64)


def ordered_drafts(events: Sequence[AnyEvent], embedder: TextEmbedder) -> list[OrderedDrafts]:
    """The rounds of a log with two orders or more and two drafts of one, as far as their words are shown."""
    state = fold(events)
    said = [
        GivenOpinion(id=one.id, member=one.member, text=one.text.value)
        for one in state.live_opinions
        if one.text.value is not None and state.is_shown(one.id)
    ]
    members = sorted({one.member for one in said})
    if len(members) < 2:
        return []
    words = read_opinions(said, embedder)
    found: list[OrderedDrafts] = []
    for event in events:
        if not isinstance(event, CandidatesDrafted):
            continue
        known: list[tuple[int, int]] = []
        for one in event.candidates:
            text = one.text.value
            if one.origin == "drafted" and one.rejected is None and one.ordering is not None and text is not None:
                member = closest_member(text, words, embedder) if state.is_shown(one.id) else None
                if member is not None:
                    known.append((one.ordering, members.index(member)))
        round_ = OrderedDrafts(*np.array(known, dtype=np.int64).reshape(-1, 2).T)
        _, across, _, inside = round_.differing(round_.orders)
        if across and inside:
            found.append(round_)
    return found


def audit_orders(
    deliberations: Mapping[str, Sequence[AnyEvent]], embedder: TextEmbedder, *, seed: int, draws: int = DRAWS
) -> Audit:
    """A4 as far as logs tell it: a log holds one wording of the prompt only, but several orders and seeds."""
    rounds = [one for events in deliberations.values() for one in ordered_drafts(events, embedder)]
    return judge_orders(rounds, seed=seed, draws=draws)


def with_orders(wording: Audit, orders: Audit) -> Audit:
    """A4 of a model and of the logs as one; what is worse speaks for both."""
    worse = orders.verdict == "order_decides" and wording.verdict != "prompt_decides"
    one, other = (orders, wording) if worse else (wording, orders)
    return wording.model_copy(update={"verdict": one.verdict, "figures": (*one.figures, *other.figures)})


def judge_orders(rounds: Sequence[OrderedDrafts], *, seed: int, draws: int = DRAWS) -> Audit:
    """The audit; the null lets drafts of a round change their orders. Intervals are over rounds."""
    drafts = sum(len(one.orders) for one in rounds)
    if drafts < LEAST_STATEMENTS:
        few = Figure(name="follows_by_order", value=None, statements=drafts, verdict=TOO_FEW)
        return Audit(name="A4", verdict=TOO_FEW, figures=(few,))
    noise = np.random.default_rng(seed)
    counts = np.array([one.differing(one.orders) for one in rounds])
    found, by_seed = _rates(counts.sum(axis=0))
    null = np.array(
        [
            _excess(np.sum([one.differing(noise.permutation(one.orders)) for one in rounds], axis=0))
            for _ in range(draws)
        ]
    )
    p = p_value(found - by_seed, null)
    drawn = bootstrap(lambda drawn: _rates(counts[drawn].sum(axis=0))[0], len(rounds), seed=seed, draws=draws)
    verdict = "order_as_seeds"
    if p < SIGNIFICANT:
        verdict = "order_decides" if found >= by_seed + WINNERS else SLIGHT
    limits = interval_of(null)
    figures = (
        Figure(
            name="follows_by_order",
            value=found,
            interval=interval_of(drawn) if len(rounds) > 1 else None,
            null=None if limits is None else (by_seed + limits[0], by_seed + limits[1]),
            ceiling=by_seed,
            p=p,
            least=by_seed + WINNERS,
            statements=drafts,
            verdict=verdict,
        ),
        Figure(name="follows_by_seed", value=by_seed, statements=drafts, verdict="told"),
    )
    return Audit(name="A4", verdict=verdict, figures=figures)


def _rates(counts: Floats) -> tuple[float, float]:
    """How often two drafts follow different members: of different orders, and of one."""
    apart, across, apart_inside, inside = counts
    return float(apart / across), float(apart_inside / inside)


def _excess(counts: Floats) -> float:
    found, by_seed = _rates(counts)
    return found - by_seed
