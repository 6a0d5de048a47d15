"""What a drafter learns, as the tokens of a prompt and of its answer, made by the code that makes prompts at run time.

A lesson is one clause after the opinion that it says, or one sentence after the few opinions that it joins. Whole
statements from all opinions were tried first, and then their sentences after the opinions that brought their words: a
model of 135M parameters joined right words wrongly (docs/tuning.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.deliberation.drafts import DraftJob, GivenCritique, GivenOpinion
from engine.drafting.prompt import PromptTokenizer, small_prompt
from engine.drafting.templates import NO_POINT, POINT_ENGLISH, TUNED_ENGLISH, Template
from engine.drafting.tuning.examples import Example
from engine.drafting.tuning.joins import Join
from engine.drafting.tuning.points import Point


@dataclass(frozen=True)
class Lesson:
    """What the model reads and what it should have written, the token that ends the answer included."""

    where: str
    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    @property
    def length(self) -> int:
        """How many tokens are read to learn from it."""
        return len(self.prompt) + len(self.answer)


@dataclass(frozen=True)
class Taught:
    """A lesson in words: the opinions of its prompt, in order, and the sentence that joins them."""

    where: str
    question: str
    opinions: tuple[str, ...]
    sentence: str
    template: Template = TUNED_ENGLISH


def taught_by(join: Join) -> Taught:
    """A join as it is learned."""
    return Taught(join.where, join.entry.example.question, join.texts, join.sentence)


def taught_of(point: Point) -> Taught:
    """A point as it is learned."""
    question = point.entry.example.question
    return Taught(point.where, question, (point.opinion.text,), point.clause or NO_POINT, POINT_ENGLISH)


def lesson_of(taught: Taught, model: PromptTokenizer, *, end: int) -> Lesson:
    """The same as tokens; `end` is the token that ends an answer."""
    prompt = small_prompt(taught.question, taught.opinions, model, taught.template)
    return Lesson(taught.where, prompt, (*model.tokens(taught.sentence), end))


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
