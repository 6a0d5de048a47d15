"""What an adapter drafts, for a reader to mend: `python -m engine.drafting.tuning.drafts --adapter FILE --out FOLDER`.

For groups of training and dev topics a round drafts as it does at run time. What the guards pass is written as lines of
`mended/` (`engine.drafting.tuning.joins`) whose `"sentence"` is still empty: a reader writes it where the draft is
wrong, or where these opinions give something better, and deletes the other lines. Then
`engine.drafting.tuning.prefer` learns from them. This is the paper's ranking step with a reader in the place of the
reward model, which tells true drafts from false ones hardly better than chance (docs/tuning.md).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.drafting.loading import load_models
from engine.drafting.options import DraftingOptions
from engine.drafting.prompt import small_groups
from engine.drafting.round import Models, draft_round, predicted_agreement
from engine.drafting.sources import read_opinions
from engine.drafting.tuning.examples import FOLDER, Example, read_examples
from engine.drafting.tuning.lessons import job_of


@dataclass(frozen=True)
class ToMend:
    """A draft, and the opinions that it was written after, in order, counted from 0."""

    opinions: tuple[int, ...]
    draft: str


def drafts_of(example: Example, models: Models, *, candidates: int, seed: int) -> Iterator[ToMend]:
    """What one wave drafts for an example's opinions and the guards pass."""
    first = example.model_copy(update={"previous": None, "critiques": ()})
    job = job_of(first, seed=seed, candidates=candidates)
    similarity = read_opinions(job.opinions, models.embedder).opinion_similarity()
    groups = small_groups(job, similarity, predicted_agreement(job, models.reward), count=candidates)
    result = draft_round(job, models, options=DraftingOptions(waves=1))
    drafted = [candidate for candidate in result.candidates if candidate.origin == "drafted"]
    for number, candidate in enumerate(drafted):
        if candidate.rejected is None or candidate.rejected.code == "less_likely":
            yield ToMend(groups[number % len(groups)], candidate.text)


def main() -> int:
    """Draft and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", required=True, help="what drafts")
    parser.add_argument("--out", type=Path, required=True, help="folder of JSON lines, one file for each of examples")
    parser.add_argument("--examples", type=Path, default=FOLDER, help="folder of JSON lines")
    parser.add_argument("--candidates", type=int, default=12, help="drafts for each example")
    parser.add_argument("--every", type=int, default=1, help="each n-th example only")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if any(options.out.iterdir()):
        parser.error(f"--out: {options.out} is not empty, and what a reader mended there shall not be lost")
    models = load_models(adapter=options.adapter, threads=options.threads)
    if models.tuned is None:
        parser.error("--adapter names none: without one there is nothing to mend")
    entries = [entry for entry in read_examples(options.examples) if entry.split != "test"][:: options.every]
    for seed, entry in enumerate(entries):
        with (options.out / f"{entry.domain}.jsonl").open("a", encoding="utf-8") as file:
            for found in drafts_of(entry.example, models, candidates=options.candidates, seed=seed):
                line = {"example": entry.line, "opinions": found.opinions, "sentence": "", "draft": found.draft}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
