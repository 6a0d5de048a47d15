"""The reward model's predictions of votes that it has not seen: what A6 compares with the votes themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.reward.interface import MemberWords, RewardModel, StatementVote

Floats = NDArray[np.float64]

FOLDS: Final = 5


def held_out(
    votes: Floats,
    statements: Sequence[str],
    model: RewardModel,
    *,
    seed: int,
    words: Sequence[tuple[str, ...]] | None = None,
    folds: int = FOLDS,
) -> Floats:
    """Chances to agree (members, statements) in [0, 1]: each predicted from all votes but a fifth, itself among it.

    `votes`: (members, statements) with 0 disagree, .5 pass, 1 agree, NaN not voted; `words`: what each member said.
    Only votes that were cast are predicted, the others stay NaN.
    """
    fold = np.random.default_rng(seed).integers(folds, size=votes.shape)
    found = np.full(votes.shape, np.nan)
    for at in range(folds):
        hidden = (fold == at) & np.isfinite(votes)
        if not hidden.any():
            continue
        members = {
            str(row): MemberWords(
                opinions=() if words is None else words[row],
                votes=tuple(
                    StatementVote(statements[int(place)], _answer(float(votes[row, place])))
                    for place in np.flatnonzero(np.isfinite(votes[row]) & ~hidden[row])
                ),
            )
            for row in range(len(votes))
        }
        found[hidden] = model.predict(members, statements).mean[hidden]
    return found


def _answer(vote: float) -> Literal[-1, 0, 1]:
    return 1 if vote > 0.5 else -1 if vote < 0.5 else 0
