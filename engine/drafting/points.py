"""What opinions say, each as one clause that a drafter with an adapter writes: the parts that drafts are joined from.

A model of 135M parameters that reads several opinions mixes them; one that reads a single opinion and says it as a
clause errs less, and where it does, the clause is less like what the member wrote. So it says each opinion a few times,
the member's own sentences are sayings too, and the best of them is the opinion's point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import DraftJob
from engine.drafting.options import DraftingOptions, Progress
from engine.drafting.orders import gives_orders
from engine.drafting.prompt import Prompts, small_prompt
from engine.drafting.sayable import added_share, clause_of, is_clause, own_clauses, share_of_nobody, stated
from engine.drafting.sources import TextEmbedder
from engine.drafting.templates import POINT_ENGLISH
from engine.drafting.worth import worth_of
from engine.models.likelihood import likelihoods
from engine.models.llama import LanguageModel, Request, Sampling
from engine.models.writer import Writer

Floats = NDArray[np.float64]

MOST_READ = 24
"""Opinions that are said as clauses in one round; of more, those are taken that cover the range of views."""
SAYINGS = 4
"""How often each is said."""
COOLER = 0.7
"""Times the temperature of other drafting: a clause is to be the member's words, and the joins bring variety."""
MOST_TOKENS = 48
MOST_OF_NOBODY = 0.3
"""The share of a clause that may be in neither its opinion's nor the question's words."""

QUALITY = (-0.6, -0.9, 0.52, 0.95, 0.5, 0.39, 0.33)
"""What each part of a clause's quality counts (`quality_parts`), learned from how readers judged clauses from 0 to 3, 0
being untrue (`engine.drafting.tuning.quality`)."""


@dataclass(frozen=True)
class Saying:
    """A clause for an opinion, counted from 0 in the job; `seed`: what it was drawn with, None for the member's own."""

    opinion: int
    clause: str
    seed: int | None


@dataclass(frozen=True)
class Point:
    """The best saying of an opinion, and its quality (`QUALITY`)."""

    opinion: int
    clause: str
    seed: int | None
    quality: float


@dataclass(frozen=True)
class Refused:
    """A clause that is not its member's own words, by the share of it that is nobody's."""

    clause: str
    seed: int | None
    share: float


def point_prompts(job: DraftJob, chosen: Sequence[int], model: Writer) -> Prompts:
    """A prompt for each of the chosen opinions, in order."""
    return Prompts(
        tuple(small_prompt(job.question, [job.opinions[at].text], model, POINT_ENGLISH) for at in chosen),
        tuple(job.opinions[at] for at in chosen),
    )


def say_points(
    job: DraftJob,
    chosen: Sequence[int],
    prompts: Prompts,
    model: Writer,
    options: DraftingOptions,
    *,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> tuple[list[Saying], int]:
    """What was drawn for each of the chosen opinions that is a clause, and how many tokens it took.

    An order to whoever drafts is not said, nor what states nothing. Raises the errors of `engine.models`.
    """
    seeds = np.random.SeedSequence([job.seed, 1, 0]).generate_state(SAYINGS * len(chosen))
    temperatures = COOLER * np.linspace(options.lowest_temperature, options.highest_temperature, SAYINGS)
    requests = [
        Request(
            prompt=number // SAYINGS,
            seed=int(seed),
            sampling=Sampling(temperature=float(temperatures[number % SAYINGS])),
        )
        for number, seed in enumerate(seeds)
    ]
    completions = model.complete(
        prompts.tokens,
        requests,
        max_tokens=min(MOST_TOKENS, options.max_tokens),
        stop=lambda text: "\n" in text.lstrip(),
        cancelled=cancelled,
        progress=lambda done, of: progress("drafting", done, of),
    )
    sayings = [
        Saying(chosen[request.prompt], clause, request.seed)
        for completion, request in zip(completions, requests, strict=True)
        if completion.ended != "limit" and is_clause(clause := clause_of(completion.text))
    ]
    kept = [saying for saying in sayings if _gives_a_point(job.opinions[saying.opinion].text)]
    return kept, sum(completion.tokens for completion in completions)


def own_sayings(job: DraftJob, chosen: Sequence[int]) -> list[Saying]:
    """Sentences of the chosen opinions that can stand as a clause; none of an order to whoever drafts."""
    return [
        Saying(at, clause, None)
        for at in chosen
        if _gives_a_point(job.opinions[at].text)
        for clause in own_clauses(job.opinions[at].text)
    ]


def distinct(sayings: Sequence[Saying]) -> list[Saying]:
    """The sayings in order of opinions, each once; what was drawn first stays."""
    once = {(saying.opinion, saying.clause): saying for saying in reversed(sayings)}
    return sorted(once.values(), key=lambda saying: saying.opinion)


def saying_likelihoods(
    model: LanguageModel, prompts: Prompts, chosen: Sequence[int], sayings: Sequence[Saying]
) -> Floats:
    """Log P(clause | the prompt of its opinion) in nats per token: (sayings,), which are in order of opinions."""
    found = [
        likelihoods(model, prompt, [model.tokens(saying.clause) for saying in sayings if saying.opinion == at])
        for at, prompt in zip(chosen, prompts.tokens, strict=True)
        if any(saying.opinion == at for saying in sayings)
    ]
    return np.concatenate(found) if found else np.zeros(0)


def best_points(
    job: DraftJob, sayings: Sequence[Saying], likely: Floats, embedder: TextEmbedder
) -> tuple[list[Point], list[Refused]]:
    """The best saying of each opinion that has one, in order of opinions, and what is refused of the others'.

    `likely`: (sayings,), see `saying_likelihoods`. An opinion of which all that was drawn is nobody's words is told by
    the one that is least so.
    """
    if not sayings:
        return [], []
    parts = quality_parts(
        [saying.clause for saying in sayings],
        [stated(job.opinions[saying.opinion].text) for saying in sayings],
        [job.question] * len(sayings),
        likely,
        embedder,
    )
    points: dict[int, Point] = {}
    refused: dict[int, Refused] = {}
    for saying, share, quality in zip(sayings, parts[:, 1], parts @ np.array(QUALITY), strict=True):
        at = saying.opinion
        if share > MOST_OF_NOBODY:
            if at not in refused or share < refused[at].share:
                refused[at] = Refused(saying.clause, saying.seed, float(share))
        elif at not in points or quality > points[at].quality:
            points[at] = Point(at, saying.clause, saying.seed, float(quality))
    return list(points.values()), [one for at, one in refused.items() if at not in points]


def _gives_a_point(opinion: str) -> bool:
    return not gives_orders(opinion) and stated(opinion) != ""


def quality_parts(
    clauses: Sequence[str],
    opinions: Sequence[str],
    questions: Sequence[str],
    likely: Floats,
    embedder: TextEmbedder,
) -> Floats:
    """What tells how good a half of a group's statement each clause is, for the opinion that it says: (clauses, 7).

    The share of its words that its opinion has not; the share that is nobody's, by `share_of_nobody`; its worth
    (`engine.drafting.worth`); its cosines to its opinion and to the question; 1 if it is a sentence of the opinion;
    how likely the drafter finds it (`likely`).
    """
    told, said, asked = (embedder.embed(texts).astype(np.float64) for texts in (clauses, opinions, questions))
    both = list(zip(clauses, opinions, questions, strict=True))
    return np.column_stack(
        [
            [added_share(clause, opinion) for clause, opinion, _ in both],
            [share_of_nobody(clause, opinion, question) for clause, opinion, question in both],
            worth_of(clauses, embedder),
            (told * said).sum(axis=1),
            (told * asked).sum(axis=1),
            [clause in own_clauses(opinion) for clause, opinion, _ in both],
            likely,
        ]
    )
