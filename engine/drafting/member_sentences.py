"""Members' own sentences as candidates: Bakker et al. 2022 measure their model against the best human opinion."""

from __future__ import annotations

import numpy as np

from engine.deliberation.drafts import DraftedCandidate, DraftJob
from engine.deliberation.events import Source
from engine.drafting.guards import Guards
from engine.drafting.sources import SpokenSentences


def member_candidates(job: DraftJob, spoken: SpokenSentences, guards: Guards) -> list[DraftedCandidate]:
    """Up to `job.candidates` sentences that are closest to what the other members said, no two alike.

    Questions, fragments and overlong sentences are passed over; if nothing else is left, the shortest sentence
    stands as it is, so that there is a candidate whenever somebody spoke.
    """
    if not spoken.texts:
        return []
    order = _by_centrality(spoken)
    chosen: list[int] = []
    for index in order:
        if len(chosen) == job.candidates:
            break
        if guards.accept_sentence(spoken.texts[index]) is None:
            chosen.append(index)
    if not chosen:
        chosen = [min(order, key=lambda index: len(spoken.texts[index]))]
    return [_candidate(spoken, index, f"m{number + 1}") for number, index in enumerate(chosen)]


def _by_centrality(spoken: SpokenSentences) -> list[int]:
    """Sentence indices, most central first: the mean cosine to each other opinion's nearest sentence."""
    closeness = spoken.closeness(spoken.vectors)
    closeness[np.arange(len(spoken.owner)), spoken.owner] = 0.0
    return [int(index) for index in np.argsort(-closeness.sum(axis=1), kind="stable")]


def _candidate(spoken: SpokenSentences, index: int, identifier: str) -> DraftedCandidate:
    opinion = spoken.opinions[int(spoken.owner[index])]
    own = Source(candidate=identifier, sentence=0, opinion=opinion.id, similarity=1.0)
    return DraftedCandidate(
        id=identifier, origin="member", text=spoken.texts[index], opinion=opinion.id, sources=(own,)
    )
