"""How likely the model as it is finds a sentence after what members said: what it joins wrongly is unlikely to it.

Tried against a hand-judged set (docs/tuning.md): this orders right before wrong; what a sentence gains by the opinions,
against the question alone, does not, nor does predicted agreement.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.models.likelihood import Piece, open_reading
from engine.models.llama import LanguageModel

Floats = NDArray[np.float64]

TRUSTED = 1 / 3
"""The share of sentences, likeliest first, among which anything else may choose."""


def likelihoods(model: LanguageModel, prompt: Sequence[int], answers: Sequence[Sequence[int]]) -> Floats:
    """Log P(answer | prompt) in nats per token: (answers,). The model reads without an adapter."""
    found = np.zeros(len(answers))
    longest = max(map(len, answers), default=0)
    with open_reading(model, len(prompt) + longest + 8, 2) as reading:
        reading.read([Piece(0, prompt[:-1])])
        for number, answer in enumerate(answers):
            with reading.branches(0, 1) as (branch,):
                (total,) = reading.read([Piece(branch, (prompt[-1], *answer[:-1]), answer)])
            found[number] = total / len(answer)
    return found


def likeliest(likelihood: Floats) -> list[int]:
    """The indices of the likeliest, best first; at least one of any."""
    order = np.argsort(-likelihood, kind="stable")
    return [int(at) for at in order[: max(1, round(TRUSTED * len(order)))]]
