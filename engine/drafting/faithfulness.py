"""Which of the drafts that a small model with an adapter makes may compete.

What is wrong with most of the others is unlikely after all that members said, to the model as it is and with the
adapter, or holds a point that is not a good half of a statement; predicted agreement sees none of it (docs/tuning.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import DraftedCandidate
from engine.deliberation.events import Rejection
from engine.models.likelihood import Piece, open_reading
from engine.models.llama import LanguageModel

Floats = NDArray[np.float64]

TRUSTED = 1 / 6
"""The share of drafts, most faithful first, that may compete."""
QUALITY = 2.0
"""What a quality of 1 of the less good of two joined points (`engine.drafting.points`) is worth, in nats per token."""
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


def most_faithful(score: Floats) -> list[int]:
    """The indices of the highest, best first; at least one of any."""
    order = np.argsort(-score, kind="stable")
    return [int(at) for at in order[: max(1, round(TRUSTED * len(order)))]]


def only_most_faithful(
    candidates: Sequence[DraftedCandidate], score: Floats, likelihood: Floats
) -> list[DraftedCandidate]:
    """The same candidates; of those that the guards passed, all but those of the highest score are rejected.

    `score`, `likelihood`: (candidates,), the latter told in the log.
    """
    judged = list(candidates)
    left = [at for at, candidate in enumerate(judged) if candidate.rejected is None]
    kept = {left[place] for place in most_faithful(score[left])} if left else set[int]()
    for at in left:
        if at not in kept:
            rejection = Rejection(code="less_likely", parameters={"likelihood": round(float(likelihood[at]), 3)})
            judged[at] = judged[at].model_copy(update={"rejected": rejection, "sources": ()})
    return judged
