"""Drafts of a drafter with an adapter: members' points, two in each, of which the best compete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import DraftedCandidate, DraftJob
from engine.deliberation.events import Rejection
from engine.drafting.coverage import choose_covering
from engine.drafting.guards import Draft, Guards
from engine.drafting.joining import Joined, joined
from engine.drafting.options import DraftingOptions, Progress
from engine.drafting.orders import gives_orders
from engine.drafting.points import (
    MOST_READ,
    Point,
    Refused,
    best_points,
    distinct,
    own_sayings,
    point_prompts,
    say_points,
    saying_likelihoods,
)
from engine.drafting.reported import as_sentence
from engine.drafting.said_words import telling_forms
from engine.drafting.sources import TextEmbedder
from engine.models.errors import CancelledError
from engine.models.llama import LanguageModel
from engine.models.writer import Writer
from engine.reward.interface import RewardModel
from engine.reward.job import known_of

Floats = NDArray[np.float64]

COMPETING = 1 / 6
"""The share of the drafts that may compete: of all of them one in two is wrong somewhere (docs/tuning.md)."""
FEWEST_REACTED = 5
"""How many must have reacted before it counts which points they agree with: as many as must have voted before a closed
poll's ballots are listed."""


WHOLE = 2 / 3
"""The share of an opinion's words that say something which its point must have to be all of it, more or less."""


@dataclass(frozen=True)
class Own:
    """The point that a draft says as the group's own: of which opinion, counted from 0, whether it is all of that, and
    by which words agreement with it is predicted.

    People reacted to whole opinions. Agreement with one is not agreement with a half of it.
    """

    opinion: int
    whole: bool
    words: str


@dataclass(frozen=True)
class JoinedDrafts:
    """What a wave of joined drafts came to, in the order of their ids, whose words were read, and what it cost.

    `own`: what each says as the group's own, by its id.
    """

    candidates: list[DraftedCandidate]
    own: dict[str, Own]
    read: tuple[str, ...]
    tokens: int
    prompt_tokens: int


def joined_drafts(
    job: DraftJob,
    model: Writer,
    guards: Guards,
    embedder: TextEmbedder,
    alike: Floats,
    reward: RewardModel,
    options: DraftingOptions,
    *,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> JoinedDrafts:
    """Say points, put two in each draft, and let the best of what the guards pass compete.

    `alike`: (opinions, opinions), cosine. Raises `CancelledError` and the errors of `engine.models`.
    """
    members = [opinion.member for opinion in job.opinions]
    written = Counter(members)
    weights = np.array([1.0 / written[member] for member in members], dtype=np.float64)
    chosen = choose_covering(alike, np.ones(len(members), dtype=np.int64), MOST_READ, weights=weights)
    prompts = point_prompts(job, chosen, model)
    drawn, tokens = say_points(job, chosen, prompts, model, options, progress=progress, cancelled=cancelled)
    if cancelled():
        raise CancelledError
    sayings = distinct([*drawn, *own_sayings(job, chosen)])
    told = isinstance(model, LanguageModel)
    said = saying_likelihoods(model, prompts, chosen, sayings) if told else np.zeros(len(sayings))
    points, refused = best_points(job, sayings, said, embedder)
    answers, agreement = _answers(points, job, embedder), _agreement(points, job, reward)
    pairs = joined(points, alike, members, answers, agreement, count=job.candidates)
    drafts = [
        Draft(
            id=f"d{number}",
            text=pair.text,
            ended="model",
            seed=next((point.seed for point in pair.points if point.seed is not None), None),
            ordering=None,
            joins=tuple(point.opinion for point in pair.points),
        )
        for number, pair in enumerate(pairs, start=1)
    ]
    progress("checking", 0, 1)
    order = sorted(range(len(pairs)), key=lambda at: -pairs[at].standing)  # Of two that say the same the better stays.
    by_place = dict(zip(order, guards.check([drafts[at] for at in order]), strict=True))
    share = COMPETING if len(agreement) else 0.0  # Words alone tell less of a draft than its quality does.
    candidates = only_best([by_place[at] for at in range(len(drafts))], pairs, share)
    guards.forget({candidate.id for candidate in candidates if candidate.rejected is not None})
    candidates += [_candidate(one, f"d{number}") for number, one in enumerate(refused, start=len(drafts) + 1)]
    read = (*prompts.members, *(critique.member for critique in job.critiques))
    own = {draft.id: own_of(pair.points[0], job) for draft, pair in zip(drafts, pairs, strict=True)}
    return JoinedDrafts(candidates, own, tuple(dict.fromkeys(read)), tokens, sum(map(len, prompts.tokens)))


def _answers(points: Sequence[Point], job: DraftJob, embedder: TextEmbedder) -> Floats:
    """The cosine of each point to each critique that is no order to whoever drafts: (points, critiques)."""
    critiques = [critique.text for critique in job.critiques if not gives_orders(critique.text)]
    if not points or not critiques:
        return np.zeros((len(points), 0))
    clauses = [point.clause for point in points]
    said, asked = (embedder.embed(texts).astype(np.float64) for texts in (clauses, critiques))
    return said @ asked.T


def _agreement(points: Sequence[Point], job: DraftJob, reward: RewardModel) -> Floats:
    """How likely each of those who spoke agrees with each point: (members, points), in [0, 1].

    Nobody's before `FEWEST_REACTED` agreed or disagreed with opinions: which drafts a log holds shall not tell how
    somebody reacted.
    """
    said = {opinion.id for opinion in job.opinions}
    reacted = {vote.member for vote in job.quick_votes if vote.statement in said and vote.vote}
    if not points or len(reacted) < FEWEST_REACTED:
        return np.zeros((0, len(points)))
    everybody, spoke = known_of(job), {opinion.member for opinion in job.opinions}
    rows = [row for row, name in enumerate(everybody) if name in spoke]
    texts = [own_of(point, job).words for point in points]
    return reward.predict(everybody, texts, job.leaning).mean[rows]


def own_of(point: Point, job: DraftJob) -> Own:
    """What a draft says that says this point as the group's own."""
    opinion = job.opinions[point.opinion].text
    said = telling_forms(opinion)
    whole = len(telling_forms(point.clause) & said) >= WHOLE * len(said)
    return Own(point.opinion, whole, opinion if whole else as_sentence(point.clause))


def only_best(checked: Sequence[DraftedCandidate], pairs: Sequence[Joined], share: float) -> list[DraftedCandidate]:
    """The same candidates, each made of the pair at its place; of those that the guards passed, all but this share of
    the highest standing, one at least, are rejected. No two that are left say the same point as their own.
    """
    judged = list(checked)
    passed = [at for at, candidate in enumerate(judged) if candidate.rejected is None]
    most = max(1, round(share * len(passed)))
    best: dict[Point, int] = {}
    for at in sorted(passed, key=lambda at: -pairs[at].standing):
        if len(best) < most:
            best.setdefault(pairs[at].points[0], at)
    for at in set(passed) - set(best.values()):
        rejection = Rejection(code="weaker_points", parameters={"quality": round(pairs[at].quality, 3)})
        judged[at] = judged[at].model_copy(update={"rejected": rejection, "sources": ()})
    return judged


def _candidate(refused: Refused, identifier: str) -> DraftedCandidate:
    rejection = Rejection(code="mixes_members", parameters={"share": round(refused.share, 3)})
    return DraftedCandidate(
        id=identifier, origin="drafted", text=refused.clause, seed=refused.seed, ordering=None, rejected=rejection
    )
