"""The grid of A4: every wording, order and seed is drafted once, and the winner is whose words it is closest to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from engine.audit.drafting_runs import ORDERS, bundled_deliberations, closest_member, drafted_grid
from engine.audit.paraphrases import DRAFTS
from engine.drafting.round import Models
from engine.drafting.sources import read_opinions
from engine.models.llama import Completion, Request
from engine.reward.interface import Leaning, MemberWords, Prediction
from tests.engine.models.loaded import BagOfWords


class Echo:
    """A writer that says what it is told to write, as text: no weights are needed to follow what is asked of it."""

    continues = True
    context_limit = 4096

    def __init__(self) -> None:
        self.asked: list[str] = []

    def tokens(self, text: str, *, special: bool = False) -> list[int]:
        return [ord(char) for char in text]

    def chat(self, instruction: str, content: Sequence[str], *, answer_begins: str = "") -> list[int]:
        return self.tokens(instruction + "".join(content) + answer_begins)

    def complete(
        self,
        prompts: Sequence[Sequence[int]],
        requests: Sequence[Request],
        *,
        max_tokens: int,
        stop: Callable[[str], bool] = lambda _: False,
        cancelled: Callable[[], bool] = lambda: False,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> list[Completion]:
        self.asked += ["".join(map(chr, prompt)) for prompt in prompts]
        return [Completion(" we should talk about it.", 5, "model") for _ in requests]


class Alike:
    """A reward model to which all members and statements are alike."""

    def predict(
        self, members: Mapping[str, MemberWords], statements: Sequence[str], leaning: Leaning | None = None
    ) -> Prediction:
        del leaning
        shape = (len(members), len(statements))
        return Prediction(np.full(shape, 0.5), np.zeros(shape))


def test_every_wording_order_and_seed_is_drafted() -> None:
    writer, embedder = Echo(), BagOfWords()
    models = Models(writer, embedder, Alike(), (), None)
    job = bundled_deliberations()[0]
    runs: list[None] = []
    wordings = [template for _, template in DRAFTS[:3]]
    grid = drafted_grid(job, models, wordings, [1, 2], done=lambda: runs.append(None))
    assert grid.winners.shape == (3, ORDERS, 2)
    assert grid.agreement.shape == (3, ORDERS, 2, 6)
    assert len(runs) == len(writer.asked) == 12
    for wording in wordings:
        assert sum(wording.draft in asked for asked in writer.asked) == 4
    assert ((grid.winners >= 0) & (grid.winners < 6)).all()
    assert np.isfinite(grid.agreement).all()


def test_a_members_own_sentence_is_closest_to_that_member() -> None:
    job, embedder = bundled_deliberations()[1], BagOfWords()
    spoken = read_opinions(job.opinions, embedder)
    for opinion in job.opinions:
        assert closest_member(opinion.text, spoken, embedder) == opinion.member
    assert closest_member("", spoken, embedder) is None
