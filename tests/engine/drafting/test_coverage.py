from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.drafting.coverage import choose_covering
from engine.drafting.prompt import build_prompts
from engine.drafting.sources import read_opinions
from engine.drafting.templates import ENGLISH
from tests.engine.models.loaded import BagOfWords, job


class WordTokens:
    """A tokenizer that needs no weights: a token per word."""

    def tokens(self, text: str, *, special: bool = False) -> list[int]:
        return [len(word) for word in text.split()]

    def chat(self, instruction: str, content: Sequence[str], *, answer_begins: str = "") -> list[int]:
        return self.tokens(" ".join([instruction, *content, answer_begins]))


def test_chosen_items_fit_the_budget_and_cover_every_planted_cluster() -> None:
    random = np.random.default_rng(0)
    centres = np.eye(5)
    cluster = np.array([0] * 80 + [1] * 10 + [2] * 5 + [3] * 3 + [4] * 2)
    vectors = centres[cluster] + random.normal(0, 0.05, (100, 5))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    costs = random.integers(5, 15, 100)
    chosen = choose_covering(vectors @ vectors.T, costs, 80)
    assert costs[chosen].sum() <= 80
    assert set(cluster[chosen]) == {0, 1, 2, 3, 4}
    assert chosen == sorted(set(chosen))


def test_everything_is_chosen_when_it_fits_and_nothing_when_nothing_does() -> None:
    costs = np.array([5, 5, 5])
    assert choose_covering(np.eye(3), costs, 15) == [0, 1, 2]
    assert choose_covering(np.eye(3), costs, 4) == []


def test_500_opinions_are_cut_to_the_budget_and_all_members_named_are_in_every_order() -> None:
    said = job([f"Opinion about topic {at % 7} in words number {at}" for at in range(500)])
    similarity = read_opinions(said.opinions, BagOfWords()).opinion_similarity()
    prompts = build_prompts(said, WordTokens(), ENGLISH, similarity, budget=200, orderings=3)
    fixed = len(WordTokens().chat(ENGLISH.question + ENGLISH.opinions, [ENGLISH.draft], answer_begins="We agree that"))
    assert all(len(prompt) <= 200 + fixed + 20 for prompt in prompts.tokens)
    assert len(prompts.tokens) == 3
    assert 10 < len(prompts.members) < 500


def test_an_opinion_longer_than_the_budget_is_heard_by_its_beginning() -> None:
    said = job(["We want trees. " + "More words follow here. " * 400])
    prompts = build_prompts(said, WordTokens(), ENGLISH, np.ones((1, 1)), budget=100, orderings=3)
    assert prompts.members == ("m0",)
    assert len(prompts.tokens[0]) < 220
