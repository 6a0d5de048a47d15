"""A round whose predictions hold the drafter's reading: the log says so, and its selection comes out again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.rounds import draft_job
from engine.drafting.options import DraftingOptions
from engine.drafting.round import Models, draft_round
from engine.models.agreement import Asked
from engine.models.writer import Writer
from engine.reward.voting_model import VotingModel
from engine.reward.weights import Sizes, TextWeights, Weights
from engine.selection import reselect
from tests.engine.deliberation.world import MODEL, World
from tests.engine.models.loaded import BagOfWords

PEOPLE = [f"m{n}" for n in range(12)]


def agrees(member: str, text: str) -> bool:
    return bool(np.random.default_rng([*member.encode(), *text.encode()]).random() < 0.5)


class Knowing:
    """Reads from the words whose they are, and knows what they think."""

    def cost(self, asked: Sequence[Asked]) -> int:
        return sum(len(one.statements) for one in asked)

    def log_odds(
        self, asked: Sequence[Asked], *, cancelled: Callable[[], bool] = lambda: False
    ) -> list[np.ndarray[tuple[int], np.dtype[np.float64]]]:
        return [np.array([float(agrees(one.words[0].split()[0], text)) for text in one.statements]) for one in asked]


def voted() -> World:
    """Everybody has spoken, and reacted to five of the others' opinions."""
    world = World()
    opinions = {member: world.say(member, f"{member} says number {at}") for at, member in enumerate(PEOPLE)}
    texts = {opinions[member]: f"{member} says number {at}" for at, member in enumerate(PEOPLE)}
    for at, member in enumerate(PEOPLE):
        for step in range(1, 6):
            statement = opinions[PEOPLE[(at + step) % len(PEOPLE)]]
            vote = 1 if agrees(member, texts[statement]) else -1
            world.do(c.CastQuickVote, member=member, voter=f"v-{member}", statement=statement, vote=vote)
    world.do(c.StartDraft, seed=7, moderator="mod")
    return world


def models() -> Models:
    weights = Weights(TextWeights(np.zeros(256), np.zeros(256)), Sizes())
    # It writes no language, so members' own sentences compete and nothing is drafted.
    return Models(
        cast("Writer", None), BagOfWords(), VotingModel(BagOfWords(), weights), (MODEL,), frozenset(), Knowing()
    )


def test_a_log_says_that_the_reading_helped_and_its_selection_comes_out_again() -> None:
    world = voted()
    job = draft_job(world.state, voters={member: f"v-{member}" for member in PEOPLE})
    result = draft_round(job, models())
    alone = draft_round(job, replace(models(), reader=None))
    assert np.abs(np.array(result.mean) - np.array(alone.mean)).max() > 0.05
    world.do(c.RecordDraft, result=result)
    assert "reading_helped" in [note.code for note in world.last(e.CandidatesDrafted).notes]
    assert "reading_helped" not in [note.code for note in alone.notes]
    assert [again.status for again in reselect(world.events)] == ["same"]


def test_without_a_budget_nothing_is_read() -> None:
    world = voted()
    job = draft_job(world.state, voters={member: f"v-{member}" for member in PEOPLE})
    result = draft_round(job, models(), options=DraftingOptions(reading_tokens=0))
    assert "reading_helped" not in [note.code for note in result.notes]
    assert result.timings["read_tokens"] == 0
