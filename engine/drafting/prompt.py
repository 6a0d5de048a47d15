"""A drafting job as prompts: one per ordering of the opinions, or for a small model a few opinions in each.

A prompt is built from tokens, not from text: what members wrote is tokenized with control tokens off and stands on a
line of its own, so nothing in it can end the turn, speak as somebody else or pass for an instruction's place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import DraftJob, GivenOpinion
from engine.drafting.coverage import choose_covering
from engine.drafting.sentences import one_line, sentences
from engine.drafting.templates import Template

LONGEST_IN_SMALL = 96
"""The most tokens of one opinion in a prompt that holds a few."""


class PromptTokenizer(Protocol):
    """What a prompt needs of a language model."""

    def tokens(self, text: str, *, special: bool = False) -> list[int]: ...  # noqa: D102

    def chat(self, instruction: str, content: Sequence[str], *, answer_begins: str = "") -> list[int]: ...  # noqa: D102


@dataclass(frozen=True)
class Prompts:
    """The prompts of one round and the opinions that they hold; each holds all in another order, or a few."""

    tokens: tuple[tuple[int, ...], ...]
    opinions: tuple[GivenOpinion, ...]

    @property
    def members(self) -> tuple[str, ...]:
        """Members whose words the prompts hold, in order of first appearance."""
        return tuple(dict.fromkeys(opinion.member for opinion in self.opinions))


def build_prompts(
    job: DraftJob,
    model: PromptTokenizer,
    template: Template,
    similarity: NDArray[np.float64],
    *,
    budget: int,
    orderings: int,
) -> Prompts:
    """Put the job's opinions into up to `orderings` prompts of at most `budget` opinion tokens each.

    `similarity`: (opinions, opinions), cosine; it decides who is in when not all fit, each member counting alike
    however much they wrote. The critiques have a quarter of the budget on top, latest first.
    """
    lines = [_fitting_line(opinion.text, model, budget) for opinion in job.opinions]
    costs = np.array([len(model.tokens(line)) for line in lines], dtype=np.int64)
    written = Counter(opinion.member for opinion in job.opinions)
    weights = np.array([1.0 / written[opinion.member] for opinion in job.opinions])
    chosen = choose_covering(similarity, costs, budget, weights=weights)
    instruction = template.question.format(question=one_line(job.question)) + template.opinions
    ending = _ending(job, model, template, budget // 4)
    prompts = [
        tuple(
            model.chat(instruction, [*(lines[index] for index in order), *ending], answer_begins=template.answer_begins)
        )
        for order in _orders(chosen, orderings, job.seed)
    ]
    return Prompts(tokens=tuple(prompts), opinions=tuple(job.opinions[index] for index in chosen))


def small_prompt(question: str, texts: Sequence[str], model: PromptTokenizer, template: Template) -> tuple[int, ...]:
    """A prompt of a few texts, each of which is heard by its first sentences if it is long."""
    instruction = template.question.format(question=one_line(question)) + template.opinions
    lines = [_fitting_line(text, model, LONGEST_IN_SMALL) for text in texts]
    return tuple(model.chat(instruction, [*lines, template.draft], answer_begins=template.answer_begins))


def _line(text: str) -> str:
    return f"- {one_line(text)}\n"


def _fitting_line(text: str, model: PromptTokenizer, budget: int) -> str:
    """An opinion's line; one that exceeds the budget by itself keeps whole sentences from its beginning."""
    line = _line(text)
    if len(model.tokens(line)) <= budget:
        return line
    kept = ""
    for sentence in sentences(text):
        longer = f"{kept} {sentence}".strip()
        if len(model.tokens(_line(longer))) > budget:
            break
        kept = longer
    kept = kept or one_line(text)
    while len(model.tokens(_line(kept))) > budget:
        kept = kept[: len(kept) * 3 // 4]
    return _line(kept)


def _ending(job: DraftJob, model: PromptTokenizer, template: Template, budget: int) -> list[str]:
    """What follows the opinions: the last draft, what was said about it, and the request."""
    if job.previous is None:
        return [template.draft]
    parts = [template.previous.format(previous=one_line(job.previous))]
    left = budget
    fitting: list[str] = []
    for critique in reversed(job.critiques):
        line = _line(critique.text)
        left -= len(model.tokens(line))
        if left < 0:
            break
        fitting.insert(0, line)
    if fitting:
        parts += [template.critiques, *fitting]
    return [*parts, template.redraft]


def _orders(chosen: Sequence[int], orderings: int, seed: int) -> list[list[int]]:
    """Up to `orderings` random orders, each beginning with another opinion."""
    if not chosen:
        return [[]]
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 0])))
    firsts = random.permutation(len(chosen))[: min(orderings, len(chosen))]
    orders: list[list[int]] = []
    for first in firsts:
        rest = [index for position, index in enumerate(chosen) if position != first]
        orders.append([chosen[int(first)], *(rest[int(at)] for at in random.permutation(len(rest)))])
    return orders
