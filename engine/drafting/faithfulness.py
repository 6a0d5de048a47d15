"""How likely the model as it is finds a draft after all that members said: what is joined wrongly is unlikely to it.

Of what an adapter lets a small model write, most is joined wrongly, and predicted agreement does not see it. This does,
for the likeliest of a round (docs/tuning.md): the adapter writes, the model without it chooses.
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
"""The share of drafts, likeliest first, that may compete."""
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


def likeliest(likelihood: Floats) -> list[int]:
    """The indices of the likeliest, best first; at least one of any."""
    order = np.argsort(-likelihood, kind="stable")
    return [int(at) for at in order[: max(1, round(TRUSTED * len(order)))]]


def only_likeliest(
    candidates: Sequence[DraftedCandidate], model: LanguageModel, prompt: Sequence[int]
) -> list[DraftedCandidate]:
    """The same candidates; of those that the guards passed, all but the likeliest are rejected."""
    passed = [at for at, candidate in enumerate(candidates) if candidate.rejected is None]
    if not passed:
        return list(candidates)
    found = likelihoods(model, prompt, [model.tokens(candidates[at].text) for at in passed])
    kept = {passed[at] for at in likeliest(found)}
    measured = dict(zip(passed, found, strict=True))
    return [
        candidate
        if at in kept or at not in measured
        else candidate.model_copy(
            update={
                "rejected": Rejection(code="less_likely", parameters={"likelihood": round(float(measured[at]), 3)}),
                "sources": (),
            }
        )
        for at, candidate in enumerate(candidates)
    ]
