"""Examples as the tokens of a prompt and of the answer to learn, made by the code that makes prompts at run time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.deliberation.drafts import DraftJob, GivenCritique, GivenOpinion
from engine.drafting.options import DraftingOptions
from engine.drafting.prompt import PromptTokenizer, build_prompts
from engine.drafting.round import opinion_tokens
from engine.drafting.templates import TUNED_ENGLISH
from engine.drafting.tuning.examples import Entry, Example


@dataclass(frozen=True)
class Lesson:
    """What the model reads and what it should have written, the token that ends the answer included."""

    where: str
    prompt: tuple[int, ...]
    answer: tuple[int, ...]


def lessons_of(
    entries: Sequence[Entry], model: PromptTokenizer, *, context: int, end: int, orderings: int, seed: int
) -> list[Lesson]:
    """Each example in up to `orderings` orders of its opinions; `end` is the token that ends an answer.

    `context`: the tokens that the model was trained for.
    """
    found: list[Lesson] = []
    for number, entry in enumerate(entries):
        job = job_of(entry.example, seed=seed + number)
        alike = np.ones((len(job.opinions), len(job.opinions)))
        budget = opinion_tokens(DraftingOptions(), context)
        prompts = build_prompts(job, model, TUNED_ENGLISH, alike, budget=budget, orderings=orderings)
        answer = (*model.tokens(entry.example.statement), end)
        found += [Lesson(entry.where, prompt, answer) for prompt in prompts.tokens]
    return found


def job_of(example: Example, *, seed: int = 0, candidates: int = 16) -> DraftJob:
    """The drafting job that a group like the example's would bring: every opinion is another member's."""
    return DraftJob(
        draft="r1",
        round=1 if example.previous is None else 2,
        question=example.question,
        opinions=tuple(
            GivenOpinion(id=f"o{number}", member=f"p{number}", text=opinion.text)
            for number, opinion in enumerate(example.opinions, start=1)
        ),
        previous=example.previous,
        critiques=tuple(
            GivenCritique(member=f"p{number}", text=text) for number, text in enumerate(example.critiques, start=1)
        ),
        candidates=candidates,
        seed=seed,
    )
