"""Examples as the tokens of a prompt and of the answer to learn, made by the code that makes prompts at run time.

A lesson is one sentence of a statement, after the few opinions that it joins. Whole statements from all opinions were
tried first: a model of 135M parameters joined right words wrongly (docs/tuning.md).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from engine.deliberation.drafts import DraftJob, GivenCritique, GivenOpinion
from engine.drafting.prompt import PromptTokenizer, small_prompt
from engine.drafting.said_words import SaidWords
from engine.drafting.sentences import sentences
from engine.drafting.templates import TUNED_ENGLISH
from engine.drafting.tuning.checks import telling_forms
from engine.drafting.tuning.examples import Entry, Example

MOST_SOURCES = 4
LEAST_EXPLAINED = 0.6
"""The share of a sentence's telling words that opinions must have brought, for it to be a lesson."""
DISTRACTED = 0.3
"""How often a lesson's prompt holds an opinion that the sentence has nothing of."""


@dataclass(frozen=True)
class Lesson:
    """What the model reads and what it should have written, the token that ends the answer included."""

    where: str
    prompt: tuple[int, ...]
    answer: tuple[int, ...]


@dataclass(frozen=True)
class Taught:
    """A lesson in words: the opinions of its prompt, in order, and the sentence that joins them."""

    where: str
    question: str
    opinions: tuple[str, ...]
    sentence: str


def taught_by(entry: Entry, *, seed: int) -> list[Taught]:
    """The sentences of an example's statement that opinions explain, each with those opinions."""
    found: list[Taught] = []
    for number, sentence in enumerate(sentences(entry.example.statement)):
        used, share = sources(entry.example, sentence)
        if share < LEAST_EXPLAINED:
            continue
        drawn = random.Random(f"{seed}/{entry.where}/{number}")  # noqa: S311 - an order, no secret
        others = [opinion.text for opinion in entry.example.opinions if opinion.text not in used]
        texts = [*used, drawn.choice(others)] if others and drawn.random() < DISTRACTED else list(used)
        drawn.shuffle(texts)
        found.append(Taught(f"{entry.where}#{number}", entry.example.question, tuple(texts), sentence))
    return found


def lesson_of(taught: Taught, model: PromptTokenizer, *, end: int) -> Lesson:
    """The same as tokens; `end` is the token that ends an answer."""
    prompt = small_prompt(taught.question, taught.opinions, model, TUNED_ENGLISH)
    return Lesson(taught.where, prompt, (*model.tokens(taught.sentence), end))


def sources(example: Example, sentence: str) -> tuple[list[str], float]:
    """The fewest opinions that brought the words of a sentence, and the share of the words that they brought.

    Chosen greedily, the shorter of two that bring as many. Words of the question count where there are no others.
    """
    asked = SaidWords([example.question])
    telling = telling_forms(sentence)
    wanted = {word for word in telling if not asked.knows(word)} or telling
    said = {text: SaidWords([text]) for text in example.on_topic}
    brought = {text: {word for word in wanted if words.knows(word)} for text, words in said.items()}
    used: list[str] = []
    left = set(wanted)
    while brought and left and len(used) < MOST_SOURCES:
        best = max(brought, key=lambda text: (len(brought[text] & left), -len(text)))
        if not brought[best] & left:
            break
        used.append(best)
        left -= brought[best]
    share = 1 - len(left) / len(wanted) if used else 0.0
    return [text for text in example.on_topic if text in used], share


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
