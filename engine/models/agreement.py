"""What a language model makes of a person's words: would they agree with a statement?

The answer is log P(yes) - log P(no) after a prompt that holds the person's words and the statement. It is a feature, no
chance: how much of it is true of a group, if anything, only the group's own votes tell (`engine.reward.stacking`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.drafting.sentences import one_line
from engine.models.llama import LanguageModel
from engine.models.next_token import read_next, tokens_read

Floats = NDArray[np.float64]

LONGEST_WORDS, LONGEST_STATEMENT = 256, 128
"""Tokens of one person's words and of a statement that are read."""


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
        return tokens_read(self._prompts(asked))

    def log_odds(self, asked: Sequence[Asked], *, cancelled: Callable[[], bool] = lambda: False) -> list[Floats]:
        """Implement `AgreementReader.log_odds`.

        Raises the errors of `read_next`.
        """
        yes, no = self._choices
        found = read_next(
            self._model, self._prompts(asked), lambda chances: float(chances[yes] - chances[no]), cancelled=cancelled
        )
        odds = iter(found)
        return [np.array(list(islice(odds, len(one.statements))), dtype=np.float64) for one in asked]

    def _prompts(self, asked: Sequence[Asked]) -> list[list[int]]:
        return [self._prompt(one.words, text) for one in asked for text in one.statements]

    def _prompt(self, words: Sequence[str], statement: str) -> list[int]:
        said = self._cut("\n".join(f"- {one_line(text)}" for text in words), LONGEST_WORDS)
        asked = "\n\nWould the same person agree with this statement? Answer Yes or No.\n"
        content = [said, asked, self._cut(one_line(statement), LONGEST_STATEMENT)]
        return self._model.chat("In a discussion, somebody said:\n", content)

    def _cut(self, text: str, most: int) -> str:
        tokens = self._model.tokens(text)
        return text if len(tokens) <= most else self._model.text(tokens[:most])
