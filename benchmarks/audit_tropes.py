"""Which sentences the drafter repeats (A5) where real comments are opinions: `python -m benchmarks.audit_tropes`.

`--data DIR` holds tidy Polis data. Each deliberation asks an English conversation's question and holds some comments of
different people as opinions; large conversations give several. What passed the checks is audited, and what the drafter
wrote before them.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.audit.tropes import Drafted, audit_tropes, long_enough
from engine.deliberation.drafts import DraftJob, GivenOpinion
from engine.drafting.loading import load_models
from engine.drafting.round import draft_round
from engine.reward.polis import FACILITATOR, Conversation, read_polis

MOST_OF_ONE = 3
"""Deliberations made of one conversation."""
SHORTEST, LONGEST = 40, 300
"""Characters of a comment that can stand as an opinion."""


def jobs(data: Path, opinions: int, candidates: int, seed: int) -> Iterator[DraftJob]:
    """Deliberations of people who wrote enough, in English; none of them is in two."""
    noise = np.random.default_rng(seed)
    with (data / "conversations.csv").open(encoding="utf-8", newline="") as file:
        questions = {row["conversation"]: row["description"].split("\n")[0] for row in csv.DictReader(file)}
    for conversation in read_polis(data):
        if conversation.language != "en":
            continue
        texts = written(conversation)
        order = noise.permutation(len(texts))
        for number in range(min(MOST_OF_ONE, len(texts) // opinions)):
            chosen = [texts[int(at)] for at in order[number * opinions : (number + 1) * opinions]]
            yield DraftJob(
                draft=f"{conversation.name}-{number}",
                round=1,
                question=questions[conversation.name][:300],
                opinions=tuple(GivenOpinion(id=f"o{at}", member=f"m{at}", text=text) for at, text in enumerate(chosen)),
                candidates=candidates,
                seed=seed,
            )


def written(conversation: Conversation) -> list[str]:
    """One comment of each participant."""
    found: dict[str, str] = {}
    for at, (author, text) in enumerate(zip(conversation.authors, conversation.texts, strict=True)):
        if SHORTEST <= len(text) <= LONGEST:
            found.setdefault(str(at) if author == FACILITATOR else f"by {author}", text)
    return list(found.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--opinions", type=int, default=8)
    parser.add_argument("--candidates", type=int, default=8)
    parser.add_argument("--most", type=int, default=60, help="deliberations drafted at most")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    if arguments.data is None:
        print("needs --data with tidy Polis data; see docs/reward.md")
        return
    models = load_models(arguments.model)
    start = time.perf_counter()
    kept: list[Drafted] = []
    raw: list[Drafted] = []
    drafted = jobs(arguments.data, arguments.opinions, arguments.candidates, arguments.seed)
    for job in itertools.islice(drafted, arguments.most):
        drafts = [one for one in draft_round(job, models).candidates if one.origin == "drafted"]
        said = tuple(sentence for one in job.opinions for sentence in long_enough(one.text))
        for found, texts in (
            (kept, [one.text for one in drafts if one.rejected is None]),
            (raw, [one.text for one in drafts]),
        ):
            sentences = dict.fromkeys(sentence for text in texts for sentence in long_enough(text))
            found.append(Drafted(job.draft, tuple(sentences), said))
        print(f"{job.draft}: {len(drafts)} drafts, {len(kept[-1].sentences)} sentences kept", flush=True)
    print(f"{len(kept)} deliberations drafted in {time.perf_counter() - start:.0f} s")
    for what, found in (("what passed the checks", kept), ("what the drafter wrote", raw)):
        audit = audit_tropes(found, models.embedder, seed=arguments.seed)
        written_in = sum(bool(one.sentences) for one in found)
        print(f"\n{what}: {audit.verdict}; {audit.figures[0].statements} sentences of {written_in} deliberations")
        for figure in audit.figures[1:]:
            low, high = figure.interval or (np.nan, np.nan)
            chance = "" if figure.null is None else f"{figure.null[0]:.2f}"
            told = (figure.about, figure.statements, f"{figure.value:.2f}", f"{low:.2f} to {high:.2f}", chance)
            print(f"| {' | '.join(map(str, told))} | {figure.verdict} |")


if __name__ == "__main__":
    main()
