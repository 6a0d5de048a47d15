"""First drafts of a drafter with an adapter: members' points, two in each, of which the most faithful compete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import DraftedCandidate, DraftJob
from engine.deliberation.events import Rejection
from engine.drafting.coverage import choose_covering
from engine.drafting.faithfulness import QUALITY, likelihoods, only_most_faithful
from engine.drafting.guards import Draft, Guards
from engine.drafting.joining import TIES, joined
from engine.drafting.options import DraftingOptions, Progress
from engine.drafting.points import (
    MOST_READ,
    Refused,
    best_points,
    distinct,
    own_sayings,
    point_prompts,
    say_points,
    saying_likelihoods,
)
from engine.drafting.prompt import Prompts
from engine.drafting.sources import TextEmbedder
from engine.models.errors import CancelledError
from engine.models.llama import LanguageModel
from engine.models.writer import Writer

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class JoinedDrafts:
    """What a wave of joined drafts came to, in the order of their ids, and what it cost."""

    candidates: list[DraftedCandidate]
    prompts: Prompts
    tokens: int


def joined_drafts(
    job: DraftJob,
    model: Writer,
    readers: Sequence[LanguageModel],
    everything: Sequence[int],
    guards: Guards,
    embedder: TextEmbedder,
    alike: Floats,
    options: DraftingOptions,
    *,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> JoinedDrafts:
    """Say points, join them, and let the most faithful of what the guards pass compete.

    `readers` tell how likely a draft is after `everything`, a prompt with all opinions; without any, the rest decides.
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
    pairs = joined(points, alike, members, count=job.candidates)
    ties = _likelihoods(readers, everything, [text for pair in pairs for text in pair.texts])
    ties = ties.reshape(len(pairs), len(TIES))
    drafts = [
        Draft(
            id=f"d{number}",
            text=pair.texts[int(np.argmax(tie))],
            ended="model",
            seed=next((point.seed for point in pair.points if point.seed is not None), None),
            ordering=None,
            joins=tuple(point.opinion for point in pair.points),
        )
        for number, (pair, tie) in enumerate(zip(pairs, ties, strict=True), start=1)
    ]
    likely = np.max(ties, axis=1)
    score = likely + QUALITY * np.array([min(point.quality for point in pair.points) for pair in pairs])
    progress("checking", 0, 1)
    order = [int(at) for at in np.argsort(-score, kind="stable")]  # Of two that say the same the better one stays.
    by_place = dict(zip(order, guards.check([drafts[at] for at in order]), strict=True))
    checked = [by_place[at] for at in range(len(drafts))]
    candidates = only_most_faithful(checked, score, likely)
    guards.forget({candidate.id for candidate in candidates if candidate.rejected is not None})
    candidates += [_candidate(one, f"d{number}") for number, one in enumerate(refused, start=len(drafts) + 1)]
    return JoinedDrafts(candidates, prompts, tokens)


def _likelihoods(readers: Sequence[LanguageModel], prompt: Sequence[int], texts: Sequence[str]) -> Floats:
    """In nats per token, averaged over readers: (texts,); 0 without any."""
    found = [likelihoods(model, prompt, [model.tokens(text) for text in texts]) for model in readers]
    return np.mean(found, axis=0) if found else np.zeros(len(texts))


def _candidate(refused: Refused, identifier: str) -> DraftedCandidate:
    rejection = Rejection(code="mixes_members", parameters={"share": round(refused.share, 3)})
    return DraftedCandidate(
        id=identifier, origin="drafted", text=refused.clause, seed=refused.seed, ordering=None, rejected=rejection
    )
