"""What screens and summaries say in numbers, read off a deliberation's state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.settings import AGREE_FROM, LOWEST_GRADE, Adoption
from engine.deliberation.state import Draft, State
from engine.drafting.sentences import sentences
from engine.report.groups import weight_of_minority as weight_of_minority
from engine.selection import select

COMPARED_RULES = ("nash", "utilitarian", "maximin", "schulze", "majority_judgment")


@dataclass(frozen=True)
class Sentence:
    """One sentence of a statement and the members on whose opinions it rests."""

    text: str
    members: tuple[str, ...]


def sentences_with_sources(state: State, candidate: str) -> list[Sentence]:
    """The sentences of a candidate whose words still stand."""
    found = state.candidate(candidate)
    draft = next((draft for draft in state.drafts.values() if found in draft.candidates), None)
    if found is None or draft is None or found.text.value is None or not state.is_shown(candidate):
        return []
    if found.opinion is not None:  # somebody's own sentence rests on what they said
        author = state.opinions[found.opinion].member if found.opinion in state.opinions else None
        own = () if author is None else (author,)
        return [Sentence(sentence, own) for sentence in sentences(found.text.value)]
    rests_on: dict[int, list[str]] = {}
    for row in draft.rows:
        for source in row.prediction.value.sources if row.prediction.value is not None else ():
            if source.candidate == candidate and state.is_shown(source.opinion):
                rests_on.setdefault(source.sentence, []).append(row.member)
    return [
        Sentence(sentence, tuple(dict.fromkeys(rests_on.get(number, []))))
        for number, sentence in enumerate(sentences(found.text.value))
    ]


def statement_text(state: State, candidate: str | None) -> str:
    """The words of a candidate; empty if there is none, or they are gone or hidden."""
    found = state.candidate(candidate) if candidate is not None else None
    return "" if found is None or not state.is_shown(found.id) else found.text.value or ""


def drafts_in_order(state: State) -> list[Draft]:
    """All drafts; in a round, the one that holds more was made later."""
    return sorted(
        state.drafts.values(), key=lambda draft: (draft.round, len(draft.opinions), len(draft.critiques), draft.id)
    )


def last_drafts(state: State) -> list[Draft]:
    """The newest draft of each round."""
    return list({draft.round: draft for draft in drafts_in_order(state)}.values())


def profile(draft: Draft) -> tuple[list[str], NDArray[np.float64]]:
    """The members whose predictions are at hand, and predicted agreement (members, candidates in the running)."""
    rows = [(row.member, row.prediction.value.mean) for row in draft.rows if row.prediction.value is not None]
    return [member for member, _ in rows], np.array([mean for _, mean in rows], dtype=np.float64)


def chosen_under(draft: Draft, rules: Sequence[str] = COMPARED_RULES) -> dict[str, str]:
    """Which candidate each rule would choose."""
    _, mean = profile(draft)
    ids = [candidate.id for candidate in draft.running]
    return {rule: select(mean, rule, draft.seed, ids).winner for rule in rules}


def rejections(draft: Draft) -> Counter[str]:
    """How many candidates each guard rejected."""
    return Counter(candidate.rejected.code for candidate in draft.candidates if candidate.rejected is not None)


@dataclass(frozen=True)
class Count:
    """How many of the ballots agree, and how many are strongly against."""

    ballots: int
    agree: int
    strongly_against: int

    @property
    def agree_share(self) -> float:
        """In [0, 1]; 0 without ballots."""
        return self.agree / self.ballots if self.ballots else 0.0

    @property
    def against_share(self) -> float:
        """In [0, 1]; 0 without ballots."""
        return self.strongly_against / self.ballots if self.ballots else 0.0


def count(tally: Sequence[int], adoption: Adoption) -> Count:
    """Read a tally (how many gave 1, 2, ..., 7) as the adoption rule does."""
    strongly = adoption.strongly_against_grade - LOWEST_GRADE + 1
    return Count(sum(tally), sum(tally[AGREE_FROM - LOWEST_GRADE :]), sum(tally[:strongly]))
