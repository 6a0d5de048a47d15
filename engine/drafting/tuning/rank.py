"""Rejection sampling, the ranking step of the paper: `python -m engine.drafting.tuning.rank --adapter FILE --out FILE`.

For the lessons of the training topics an adapter drafts many sentences, warmer than a round does, so that they differ.
Of those that might compete in a round, the one with the highest predicted agreement is kept for each lesson, and
`train --also FILE` learns from them beside the examples. The file is one JSON object per line, as `Kept` has it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from engine.drafting.clauses import SaidClauses
from engine.drafting.faithfulness import only_likeliest, unmixed
from engine.drafting.guards import Draft, Guards
from engine.drafting.loading import load_models
from engine.drafting.options import DraftingOptions
from engine.drafting.prompt import small_prompt
from engine.drafting.round import Models, first_line
from engine.drafting.sources import read_opinions
from engine.drafting.templates import TUNED_ENGLISH
from engine.drafting.tuning.examples import FOLDER, Example, read_examples
from engine.drafting.tuning.joins import FOLDER as JOINS
from engine.drafting.tuning.joins import read_joins
from engine.drafting.tuning.lessons import Taught, job_of, taught_by
from engine.models.llama import LanguageModel, Request, Sampling
from engine.reward.job import known_of

COLDEST, WARMEST = 0.1, 0.7


@dataclass(frozen=True)
class Kept(Taught):
    """A sentence that came first. `agreement`: a member's least predicted P(grade >= 5)."""

    agreement: float


def best_of(example: Example, lessons: Sequence[Taught], models: Models, *, drafts: int, seed: int) -> Iterator[Kept]:
    """For each of an example's lessons the draft that comes first, where any may compete."""
    assert isinstance(models.drafter, LanguageModel)
    assert isinstance(models.tuned, LanguageModel)
    readers = (models.drafter, models.tuned)
    job = job_of(example, seed=seed)
    prompts = [small_prompt(job.question, lesson.opinions, models.drafter, TUNED_ENGLISH) for lesson in lessons]
    everything = small_prompt(job.question, [one.text for one in job.opinions], models.drafter, TUNED_ENGLISH)
    requests = [
        Request(prompt=number, seed=seed * 10_000 + number * drafts + at, sampling=Sampling(temperature=float(warmth)))
        for number in range(len(prompts))
        for at, warmth in enumerate(np.linspace(COLDEST, WARMEST, drafts))
    ]
    options = DraftingOptions()
    written = models.tuned.complete(
        prompts, requests, max_tokens=options.max_tokens, stop=lambda text: "\n" in text.lstrip()
    )
    spoken = read_opinions(job.opinions, models.embedder)
    said = SaidClauses([opinion.text for opinion in job.opinions], job.question)
    for number, lesson in enumerate(lessons):
        guards = Guards(
            spoken,
            models.embedder,
            instruction=TUNED_ENGLISH.opinions + TUNED_ENGLISH.draft,
            context=[job.question],
            language="en",
            max_words=options.max_words,
        )
        found = [
            Draft(id=f"d{at}", text=first_line(one.text), ended=one.ended, seed=request.seed, ordering=number)
            for at, (request, one) in enumerate(zip(requests, written, strict=True))
            if request.prompt == number
        ]
        judged = only_likeliest(unmixed(guards.check(found), said), readers, everything)
        texts = [one.text for one in judged if one.rejected is None]
        if not texts:
            continue
        agreement = models.reward.predict(known_of(job), texts).mean.min(axis=0)
        first = int(np.argmax(agreement))
        yield Kept(
            where=f"{lesson.where} kept",
            question=job.question,
            opinions=lesson.opinions,
            sentence=texts[first],
            agreement=round(float(agreement[first]), 4),
        )


def main() -> int:
    """Draft, rank and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", required=True, help="what drafts")
    parser.add_argument("--out", type=Path, required=True, help="file of what was kept")
    parser.add_argument("--examples", type=Path, default=FOLDER, help="folder of JSON lines")
    parser.add_argument("--joins", type=Path, default=JOINS, help="folder of JSON lines: whose prompts to draft for")
    parser.add_argument("--drafts", type=int, default=16, help="drafts for each lesson")
    parser.add_argument("--every", type=int, default=1, help="each n-th example only")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    models = load_models(adapter=options.adapter, threads=options.threads)
    if models.tuned is None:
        parser.error("--adapter names none: without one there is nothing to rank")
    joins = [join for join in read_joins(read_examples(options.examples), options.joins) if join.entry.split == "train"]
    groups = [list(found) for _, found in groupby(joins, key=lambda join: join.entry.where)][:: options.every]
    with options.out.open("w", encoding="utf-8") as file:
        for number, found in enumerate(groups):
            lessons, example = [taught_by(join) for join in found], found[0].entry.example
            for kept in best_of(example, lessons, models, drafts=options.drafts, seed=options.seed + number):
                file.write(json.dumps(asdict(kept), ensure_ascii=False) + "\n")
                file.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
