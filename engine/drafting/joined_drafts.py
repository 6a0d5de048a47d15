"""Drafts of a drafter with an adapter: members' points, two in each, of which the best compete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import DraftedCandidate, DraftJob
from engine.deliberation.events import Rejection
from engine.drafting.coverage import choose_covering
from engine.drafting.guards import Draft, Guards
from engine.drafting.joining import Joined, joined
from engine.drafting.options import DraftingOptions, Progress
from engine.drafting.orders import gives_orders
from engine.drafting.points import (
    MOST_READ,
    Point,
    Refused,
    best_points,
    distinct,
    own_sayings,
    point_prompts,
    say_points,
    saying_likelihoods,
)
from engine.drafting.sources import TextEmbedder
from engine.models.errors import CancelledError
from engine.models.llama import LanguageModel
from engine.models.writer import Writer

Floats = NDArray[np.float64]

COMPETING = 1 / 6
"""The share of the drafts that may compete: of all of them one in two is wrong somewhere (docs/tuning.md)."""


@dataclass(frozen=True)
class JoinedDrafts:
    """What a wave of joined drafts came to, in the order of their ids, whose words were read, and what it cost."""

    candidates: list[DraftedCandidate]
    read: tuple[str, ...]
    tokens: int
    prompt_tokens: int


def joined_drafts(
    job: DraftJob,
    model: Writer,
    guards: Guards,
    embedder: TextEmbedder,
    alike: Floats,
    options: DraftingOptions,
    *,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> JoinedDrafts:
    """Say points, put two in each draft, and let the best of what the guards pass compete.

    `alike`: (opinions, opinions), cosine. Raises `CancelledError` and the errors of `engine.models`.
    """
    members = [opinion.member for opinion in job.opinions]
    written = Counter(members)
    weights = np.array([1.0 / written[member] for member in members], dtype=np.float64)
    chosen = choose_covering(alike, np.ones(len(members), dtype=np.int64), MOST_READ, weights=weights)
    prompts = point_prompts(job, chosen, model)
    drawn, tokens = say_points(job, chosen, prompts, model, options, progress=progress, cancelled=cancelled)
    if cancelled():
        raise CancelledError
    sayings = distinct([*drawn, *own_sayings(job, chosen)])
    told = isinstance(model, LanguageModel)
    said = saying_likelihoods(model, prompts, chosen, sayings) if told else np.zeros(len(sayings))
    points, refused = best_points(job, sayings, said, embedder)
    pairs = joined(points, alike, members, _answers(points, job, embedder), count=job.candidates)
    drafts = [
        Draft(
            id=f"d{number}",
            text=pair.text,
            ended="model",
            seed=next((point.seed for point in pair.points if point.seed is not None), None),
            ordering=None,
            joins=tuple(point.opinion for point in pair.points),
        )
        for number, pair in enumerate(pairs, start=1)
    ]
    progress("checking", 0, 1)
    order = sorted(range(len(pairs)), key=lambda at: -pairs[at].quality)  # Of two that say the same the better stays.
    by_place = dict(zip(order, guards.check([drafts[at] for at in order]), strict=True))
    candidates = only_best([by_place[at] for at in range(len(drafts))], pairs)
    guards.forget({candidate.id for candidate in candidates if candidate.rejected is not None})
    candidates += [_candidate(one, f"d{number}") for number, one in enumerate(refused, start=len(drafts) + 1)]
    read = (*prompts.members, *(critique.member for critique in job.critiques))
    return JoinedDrafts(candidates, tuple(dict.fromkeys(read)), tokens, sum(map(len, prompts.tokens)))


def _answers(points: Sequence[Point], job: DraftJob, embedder: TextEmbedder) -> Floats:
    """The cosine of each point to each critique that is no order to whoever drafts: (points, critiques)."""
    critiques = [critique.text for critique in job.critiques if not gives_orders(critique.text)]
    if not points or not critiques:
        return np.zeros((len(points), 0))
    clauses = [point.clause for point in points]
    said, asked = (embedder.embed(texts).astype(np.float64) for texts in (clauses, critiques))
    return said @ asked.T


def only_best(checked: Sequence[DraftedCandidate], pairs: Sequence[Joined]) -> list[DraftedCandidate]:
    """The same candidates, each made of the pair at its place; of those that the guards passed, all but the share
    `COMPETING` of the highest quality, one at least, are rejected.
    """
    judged = list(checked)
    passed = [at for at, candidate in enumerate(judged) if candidate.rejected is None]
    passed.sort(key=lambda at: -pairs[at].quality)
    for at in passed[max(1, round(COMPETING * len(passed))) :]:
        rejection = Rejection(code="weaker_points", parameters={"quality": round(pairs[at].quality, 3)})
        judged[at] = judged[at].model_copy(update={"rejected": rejection, "sources": ()})
    return judged


def _candidate(refused: Refused, identifier: str) -> DraftedCandidate:
    rejection = Rejection(code="mixes_members", parameters={"share": round(refused.share, 3)})
    return DraftedCandidate(
        id=identifier, origin="drafted", text=refused.clause, seed=refused.seed, ordering=None, rejected=rejection
    )
