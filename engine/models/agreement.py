"""What a language model makes of a person's words: would they agree with a statement?

The answer is log P(yes) - log P(no) after a prompt that holds the person's words and the statement. It is a feature, no
chance: how much of it is true of a group, if anything, only the group's own votes tell (`engine.reward.stacking`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.drafting.sentences import one_line
from engine.models.likelihood import next_chances, shared_tokens
from engine.models.llama import LanguageModel

Floats = NDArray[np.float64]

LONGEST_WORDS, LONGEST_STATEMENT = 256, 128
"""Tokens of one person's words and of a statement that are read."""
TOGETHER = 64
"""Statements in one batch; llama.cpp holds at most 256 sequences."""


@dataclass(frozen=True)
class Asked:
    """What one person said, and the statements that they might agree with."""

    words: tuple[str, ...]
    statements: tuple[str, ...]


class AgreementReader(Protocol):
    """Whoever reads words and statements."""

    def cost(self, asked: Sequence[Asked]) -> int:
        """The tokens that it takes to answer."""
        ...

    def log_odds(self, asked: Sequence[Asked], *, cancelled: Callable[[], bool] = lambda: False) -> list[Floats]:
        """The log-odds of agreeing for each person's statements: (statements,) each, in nats."""
        ...


class LikelihoodReader:
    """An `AgreementReader` by the likelihoods of a model in this process; a model on a server does not tell them."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        yes, no = (model.tokens(word)[0] for word in ("Yes", "No"))
        self._choices = (yes, no)

    def cost(self, asked: Sequence[Asked]) -> int:
        """Implement `AgreementReader.cost`."""
        return shared_tokens([group for _, group in self._groups(asked)])

    def log_odds(self, asked: Sequence[Asked], *, cancelled: Callable[[], bool] = lambda: False) -> list[Floats]:
        """Implement `AgreementReader.log_odds`.

        Raises `CancelledError` within one person's batch of `cancelled()`, and the errors of `next_chances`.
        """
        groups = self._groups(asked)
        chances = next_chances(self._model, [group for _, group in groups], self._choices, cancelled=cancelled)
        found: list[list[float]] = [[] for _ in asked]
        for (person, _), logs in zip(groups, chances, strict=True):
            found[person] += (logs[:, 0] - logs[:, 1]).tolist()
        return [np.array(odds, dtype=np.float64) for odds in found]

    def _groups(self, asked: Sequence[Asked]) -> list[tuple[int, list[list[int]]]]:
        """Prompts that are read together, with the person whose words begin them."""
        return [
            (person, [self._prompt(one.words, text) for text in one.statements[start : start + TOGETHER]])
            for person, one in enumerate(asked)
            for start in range(0, len(one.statements), TOGETHER)
        ]

    def _prompt(self, words: Sequence[str], statement: str) -> list[int]:
        said = self._cut("\n".join(f"- {one_line(text)}" for text in words), LONGEST_WORDS)
        asked = "\n\nWould the same person agree with this statement? Answer Yes or No.\n"
        content = [said, asked, self._cut(one_line(statement), LONGEST_STATEMENT)]
        return self._model.chat("In a discussion, somebody said:\n", content)

    def _cut(self, text: str, most: int) -> str:
        tokens = self._model.tokens(text)
        return text if len(tokens) <= most else self._model.text(tokens[:most])
