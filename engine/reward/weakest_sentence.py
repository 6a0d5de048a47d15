"""Statements of several sentences, read sentence by sentence.

What the reward model learnt from are single claims. A statement that joins several is agreed with as a whole, so it
stands no better with a member than the sentence that they like least: otherwise one that says a thing and its opposite
would please everybody. What a statement reports of others is read together with what it says itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.deliberation.drafts import Leaning
from engine.drafting.reported import claims
from engine.reward.interface import MemberWords, Prediction, RewardModel
from engine.reward.voting_model import same


class WeakestSentence:
    """A `RewardModel` around another one."""

    def __init__(self, model: RewardModel) -> None:
        self._model = model

    def predict(
        self, members: Mapping[str, MemberWords], statements: Sequence[str], leaning: Leaning | None = None
    ) -> Prediction:
        """Implement `RewardModel.predict`: the lowest mean of the whole and of each claim, with its spread.

        A statement that anybody graded or reacted to is known as it is, and is left to the other model.
        """
        known = {same(given.statement) for words in members.values() for given in (*words.ballots, *words.votes)}
        parts = [
            (statement,) if same(statement) in known else (statement, *claims(statement)) for statement in statements
        ]
        asked = list(dict.fromkeys(part for each in parts for part in each))
        places = {part: column for column, part in enumerate(asked)}
        found = self._model.predict(members, asked, leaning)
        mean, spread = np.zeros((2, len(members), len(statements)))
        rows = np.arange(len(members))
        for column, each in enumerate(parts):
            columns = np.array([places[part] for part in each])
            weakest = columns[np.argmin(found.mean[:, columns], axis=1)]
            mean[:, column], spread[:, column] = found.mean[rows, weakest], found.spread[rows, weakest]
        return Prediction(mean, spread, found.reads_text)
