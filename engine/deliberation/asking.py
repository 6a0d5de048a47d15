"""What the reward model needs to say which statement to ask whom about, and what it says, across a process border."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from pydantic import Field

from engine.deliberation.drafts import DraftJob, GivenOpinion, Statement
from engine.deliberation.events import Frozen
from engine.deliberation.quick_votes import quick_votes_by_member
from engine.deliberation.state import State

MOST_OPINIONS: Final = 200
"""Opinions that a job may ask about, the newest first to go in: what it costs grows with their square."""
MOST_PEOPLE: Final = 200
"""People whom a job asks for; the others are asked in the order that needs no model."""
EACH: Final = 8
"""Statements that are named for each of them, best first; they last until the next job."""


class AskingJob(Frozen):
    """Which statement should each of `people` be asked about next?"""

    known: DraftJob
    """What was said, and all reactions."""
    draft: str
    candidates: tuple[Statement, ...]
    """The shown draft's candidates, whose choice the answers shall help."""
    people: tuple[str, ...]
    """Members as they speak."""
    rule: str
    seed: int


class Asking(Frozen):
    """The model's answer. `order`: for each member ids of statements, the one that helps most first.

    `contenders`: the candidates of which none clearly wins, likeliest first; empty where one does.
    """

    order: dict[str, tuple[str, ...]] = Field(default_factory=dict[str, tuple[str, ...]])
    draft: str | None = None
    """Whose candidates it is about."""
    contenders: tuple[str, ...] = ()


def asking_job(state: State, people: Collection[str], voters: Mapping[str, str], seed: int) -> AskingJob:
    """The job for these members as things stand; `voters` maps members to their handle for voting."""
    opinions = [one for one in state.live_opinions if one.text.value is not None]
    candidates = [
        Statement(id=one.id, text=one.text.value)
        for one in (state.candidate(candidate) for candidate in state.standing)
        if one is not None and one.text.value is not None
    ]
    return AskingJob(
        known=DraftJob(
            draft="asking",
            round=state.round,
            question=state.question,
            opinions=tuple(GivenOpinion(id=one.id, member=one.member, text=one.text.value or "") for one in opinions),
            quick_votes=quick_votes_by_member(state, voters),
            statements=tuple(candidates),
            language=state.settings.language,
        ),
        draft="" if state.draft is None else state.draft.id,
        candidates=tuple(candidates),
        people=tuple(people)[:MOST_PEOPLE],
        rule=state.settings.rule,
        seed=seed,
    )
