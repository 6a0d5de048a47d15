"""Which of the drafts that an adapter lets a small model write may compete.

Most of what it joins wrongly is in no member's words clause by clause, or unlikely after all that members said, to the
model as it is and with the adapter, or far from the question or from an opinion that it should join; predicted
agreement sees none of it (docs/tuning.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import DraftedCandidate
from engine.deliberation.events import Rejection
from engine.drafting.clauses import SaidClauses
from engine.drafting.sources import TextEmbedder
from engine.models.likelihood import Piece, open_reading
from engine.models.llama import LanguageModel

Floats = NDArray[np.float64]

MIXES_FROM = 0.2
"""The share of nobody's words (`engine.drafting.clauses`) above which a draft may not compete."""
TRUSTED = 1 / 6
"""The share of the others, likeliest first, that may."""
CLOSE = 1.2
"""What a cosine of 1 is worth, in nats per token: on the labelled drafts of docs/tuning.md, half of what a standard
deviation of the likelihood is."""
READ_AT_ONCE = 16


def likelihoods(model: LanguageModel, prompt: Sequence[int], answers: Sequence[Sequence[int]]) -> Floats:
    """Log P(answer | prompt) in nats per token: (answers,). The prompt is evaluated once."""
    found: list[float] = []
    room = len(prompt) + sum(map(len, answers)) + 8
    with open_reading(model, room, READ_AT_ONCE + 1) as reading:
        reading.read([Piece(0, prompt[:-1])])
        for start in range(0, len(answers), READ_AT_ONCE):
            some = answers[start : start + READ_AT_ONCE]
            with reading.branches(0, len(some)) as branches:
                totals = reading.read(
                    Piece(branch, (prompt[-1], *answer[:-1]), answer)
                    for branch, answer in zip(branches, some, strict=True)
                )
            found += [total / len(answer) for total, answer in zip(totals, some, strict=True)]
    return np.array(found)


def closeness(texts: Sequence[str], joined: Sequence[Sequence[str]], question: str, embedder: TextEmbedder) -> Floats:
    """How close each text is to the question and to the farthest of the opinions that it joins: (texts,), in [-2, 2].

    The sum of two cosines. `joined`: for each text, what these opinions say, one at least.
    """
    opinions = list(dict.fromkeys(opinion for some in joined for opinion in some))
    vectors = embedder.embed([question, *opinions, *texts]).astype(np.float64)
    place = {opinion: 1 + number for number, opinion in enumerate(opinions)}
    found = [
        vector @ vectors[0] + min(float(vector @ vectors[place[opinion]]) for opinion in some)
        for vector, some in zip(vectors[1 + len(opinions) :], joined, strict=True)
    ]
    return np.array(found)


def most_faithful(score: Floats) -> list[int]:
    """The indices of the highest, best first; at least one of any."""
    order = np.argsort(-score, kind="stable")
    return [int(at) for at in order[: max(1, round(TRUSTED * len(order)))]]


def unmixed(candidates: Sequence[DraftedCandidate], said: SaidClauses) -> list[DraftedCandidate]:
    """The same candidates; of those that the guards passed, what mixes members' words is rejected."""
    return [
        candidate
        if candidate.rejected is not None or (share := said.share_of_nobody(candidate.text)) <= MIXES_FROM
        else _rejected(candidate, "mixes_members", "share", share)
        for candidate in candidates
    ]


def only_most_faithful(
    candidates: Sequence[DraftedCandidate],
    models: Sequence[LanguageModel],
    prompt: Sequence[int],
    close: Callable[[Sequence[int]], Floats],
) -> list[DraftedCandidate]:
    """The same candidates; of those not rejected, all but the most faithful are.

    Which these are, likelihood after `prompt` tells, to `models` on average, and the closeness that `close` gives for
    candidates by their places.
    """
    judged = list(candidates)
    left = [at for at, candidate in enumerate(judged) if candidate.rejected is None]
    if not left:
        return judged
    texts = [judged[at].text for at in left]
    found = np.mean([likelihoods(model, prompt, [model.tokens(text) for text in texts]) for model in models], axis=0)
    kept = set(most_faithful(found + CLOSE * close(left)))
    for place, at in enumerate(left):
        if place not in kept:
            judged[at] = _rejected(judged[at], "less_likely", "likelihood", float(found[place]))
    return judged


def _rejected(candidate: DraftedCandidate, code: str, name: str, value: float) -> DraftedCandidate:
    rejection = Rejection(code=code, parameters={name: round(value, 3)})
    return candidate.model_copy(update={"rejected": rejection, "sources": ()})
