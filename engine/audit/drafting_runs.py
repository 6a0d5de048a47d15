"""The same deliberations drafted under many wordings, orders and seeds: what A4 looks at."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources

import numpy as np

from engine.audit.wording import Grid
from engine.deliberation.drafts import DraftJob, GivenOpinion
from engine.drafting.options import DraftingOptions
from engine.drafting.reported import told_sentences
from engine.drafting.round import Models, draft_round
from engine.drafting.sources import SpokenSentences, TextEmbedder, read_opinions
from engine.drafting.templates import Template
from engine.selection import select

CANDIDATES = 4
ORDERS = 2
"""The opinions as they came, and the other way round."""
OPTIONS = DraftingOptions(orderings=1, waves=1)
"""One order of the opinions in each run, since orders are what is varied; and what is rejected is not drawn again."""


@cache
def bundled_deliberations() -> tuple[DraftJob, ...]:
    """Three small deliberations of six members each, written for this project."""
    text = resources.files("engine.audit").joinpath("deliberations.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    return tuple(
        DraftJob(
            draft=f"audit{number}",
            round=1,
            question=row["question"],
            opinions=tuple(
                GivenOpinion(id=f"o{at}", member=f"m{at}", text=said) for at, said in enumerate(row["opinions"])
            ),
            candidates=CANDIDATES,
        )
        for number, row in enumerate(rows)
    )


def drafted_grid(
    job: DraftJob,
    models: Models,
    wordings: Sequence[Template],
    seeds: Sequence[int],
    *,
    rule: str = "nash",
    options: DraftingOptions = OPTIONS,
    done: Callable[[], None] = lambda: None,
) -> Grid:
    """Draft a job under each wording, order of the opinions and seed; `done` is called after each run."""
    members = tuple(dict.fromkeys(opinion.member for opinion in job.opinions))
    spoken = read_opinions(job.opinions, models.embedder)
    shape = (len(wordings), ORDERS, len(seeds))
    winners = np.full(shape, -1, dtype=np.int64)
    agreement = np.full((*shape, len(members)), np.nan)
    for wording, order, seed in itertools.product(*map(range, shape)):
        place = wording, order, seed
        opinions = job.opinions if order == 0 else job.opinions[::-1]
        asked = job.model_copy(update={"opinions": opinions, "seed": seeds[seed]})
        result = draft_round(asked, models, options=options, wording=wordings[wording])
        if result.running:
            ids = [candidate.id for candidate in result.running]
            won = ids.index(select(result.mean, rule, asked.seed, ids).winner)
            nearest = closest_member(result.running[won].text, spoken, models.embedder)
            winners[place] = -1 if nearest is None else members.index(nearest)
            predicted = dict(zip(result.members, result.mean, strict=True))
            agreement[place] = [predicted[member][won] for member in members]
        done()
    return Grid(winners, agreement)


def closest_member(text: str, spoken: SpokenSentences, embedder: TextEmbedder) -> str | None:
    """Whose words a statement is closest to: the highest mean cosine of its sentences to one opinion."""
    said = told_sentences(text)
    if not said or not spoken.texts:
        return None
    closeness = spoken.closeness(embedder.embed(said).astype(np.float64)).mean(axis=0)
    return spoken.opinions[int(np.argmax(closeness))].member
