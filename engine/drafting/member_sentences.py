"""Members' own sentences as candidates: Bakker et al. 2022 measure their model against the best human opinion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import numpy as np

from engine.deliberation.drafts import DraftedCandidate, DraftJob
from engine.deliberation.events import Source
from engine.drafting.guards import Guards
from engine.drafting.orders import gives_orders
from engine.drafting.reported import told
from engine.drafting.sentences import asks, one_line, words
from engine.drafting.sources import SpokenSentences

MOST_SENTENCES, MOST_WORDS = 2, 50
"""An opinion of at most so many competes as a whole: a sentence that needs the one before it would lose its meaning."""
MOST_OF_ONE = 2
"""Who writes much shall not have more places than who says it in a sentence or two."""


def member_candidates(
    job: DraftJob, spoken: SpokenSentences, guards: Guards, *, drafted: Collection[int] = (), needed: bool = True
) -> list[DraftedCandidate]:
    """Up to `job.candidates` sentences that are closest to what the other members said, no two alike, and no more than
    `MOST_OF_ONE` of one member among several.

    A short opinion competes as a whole, where that can stand, instead of its sentences. Questions, fragments, orders
    and overlong sentences are passed over. If that leaves nothing and something is `needed`, the shortest sentence
    stands as it is, no order or question if there is another: there is a candidate whenever somebody spoke.

    `drafted`: opinions, counted from 0, that compete in a draft which says them as its own.
    """
    order = [index for index in _by_centrality(spoken) if spoken.owner[index] not in drafted]
    if not order:
        return []
    chosen: list[tuple[int, ...]] = []
    tried: set[tuple[int, ...]] = set()
    done: set[int] = set()
    members = [opinion.member for opinion in spoken.opinions]
    most = MOST_OF_ONE if len(set(members)) > 1 else job.candidates
    competing: Counter[str] = Counter()
    for index in order:
        member = members[int(spoken.owner[index])]
        for unit in dict.fromkeys((_whole(spoken, index), (index,))):
            if len(chosen) == job.candidates or competing[member] == most or index in done or unit in tried:
                continue
            tried.add(unit)
            if any(told(spoken.texts[part]) != spoken.texts[part] for part in unit):
                continue  # What somebody says that others say is not theirs to agree with.
            refused = guards.accept_sentence(_text(spoken, unit))
            if refused is None:
                chosen.append(unit)
                competing[member] += 1
            if refused is None or refused.code == "near_duplicate":
                done.update(unit)  # Nor do the parts of what somebody else said as a whole compete.
    if not chosen and needed:
        chosen = [(min(order, key=lambda index: _unfit(spoken.texts[index])),)]
    return [_candidate(spoken, unit, f"m{number + 1}") for number, unit in enumerate(chosen)]


def _unfit(sentence: str) -> tuple[bool, bool, int]:
    return gives_orders(sentence), asks(sentence), len(sentence)


def _whole(spoken: SpokenSentences, index: int) -> tuple[int, ...]:
    """The sentences that compete with this one as one candidate: all of a short opinion, else it alone."""
    unit = tuple(int(found) for found in np.flatnonzero(spoken.owner == spoken.owner[index]))
    is_short = len(unit) <= MOST_SENTENCES and len(words(_text(spoken, unit))) <= MOST_WORDS
    return unit if is_short else (index,)


def _text(spoken: SpokenSentences, unit: tuple[int, ...]) -> str:
    """Sentences as their member wrote them, on one line."""
    if len(unit) == 1:
        return spoken.texts[unit[0]]
    return one_line(spoken.opinions[int(spoken.owner[unit[0]])].text)


def _by_centrality(spoken: SpokenSentences) -> list[int]:
    """Sentence indices, most central first: the mean cosine to each other opinion's nearest sentence."""
    closeness = spoken.closeness(spoken.vectors)
    closeness[np.arange(len(spoken.owner)), spoken.owner] = 0.0
    return [int(index) for index in np.argsort(-closeness.sum(axis=1), kind="stable")]


def _candidate(spoken: SpokenSentences, unit: tuple[int, ...], identifier: str) -> DraftedCandidate:
    opinion = spoken.opinions[int(spoken.owner[unit[0]])]
    own = tuple(
        Source(candidate=identifier, sentence=number, opinion=opinion.id, similarity=1.0) for number in range(len(unit))
    )
    return DraftedCandidate(id=identifier, origin="member", text=_text(spoken, unit), opinion=opinion.id, sources=own)
