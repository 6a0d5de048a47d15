"""Asking a language model what it thinks of statements, alone or after a member's words, without drawing any text.

The options stand before the member's words and these before the statement, so that prompts share what they begin with:
each further statement costs its own words. Members' words cannot close the turn (`LanguageModel.chat`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.audit.distributions import OptionMode, option_chances
from engine.audit.paraphrases import AskTemplate
from engine.drafting.sentences import one_line
from engine.models.likelihood import Floats
from engine.models.llama import LanguageModel
from engine.models.next_token import read_next

LETTERS = "ABCDEFGH"
ORDERS = 2
"""The options from disagreement to agreement, and the other way round; refusing always stands last."""

Progress = Callable[[int, int], None]


class Answerer(Protocol):
    """Whoever answers: a language model, or in tests somebody whose leanings are known."""

    def __call__(
        self, template: AskTemplate, statements: Sequence[str], opinions: Sequence[str | None]
    ) -> NDArray[np.float64]:
        """(opinions, statements, orders, answers + 1): chances of disagree, pass, agree and refusing.

        None in place of an opinion asks without anybody's words.
        """
        ...


@dataclass(frozen=True)
class ModelAnswerer:
    """A language model as an `Answerer`."""

    model: LanguageModel
    mode: OptionMode = "sum"
    progress: Progress = lambda _done, _all: None

    def __call__(
        self, template: AskTemplate, statements: Sequence[str], opinions: Sequence[str | None]
    ) -> NDArray[np.float64]:
        """Implement `Answerer`; one batch for all."""
        answers = len(template.answers)
        prompts = [
            self.prompt(template, statement, opinion, order)
            for opinion in opinions
            for statement in statements
            for order in range(ORDERS)
        ]
        spelled = [self._spellings(LETTERS[place]) for place in range(answers)]
        read = read_next(
            self.model, prompts, lambda chances: option_chances(chances, spelled, self.mode), progress=self.progress
        )
        found: Floats = np.array(read).reshape(len(opinions), len(statements), ORDERS, answers)
        for order in range(ORDERS):
            places = _places(answers, order)
            found[:, :, order] = found[:, :, order][..., np.argsort(places)]
        return found

    def prompt(self, template: AskTemplate, statement: str, opinion: str | None, order: int) -> list[int]:
        """The tokens of one question."""
        places = _places(len(template.answers), order)
        options = "".join(f"{LETTERS[at]}. {template.answers[place]}\n" for at, place in enumerate(places))
        words = [] if opinion is None else [template.opinion.format(opinion=one_line(opinion))]
        asked = template.statement.format(statement=one_line(statement))
        return self.model.chat(template.opening + options, [*words, asked], answer_begins=template.answer_begins)

    def _spellings(self, letter: str) -> list[int]:
        """The tokens that are this letter, with a space before it or without."""
        found = {tuple(self.model.tokens(text)) for text in (letter, f" {letter}")}
        return sorted(tokens[0] for tokens in found if len(tokens) == 1)


def _places(answers: int, order: int) -> list[int]:
    """Which answer stands at each letter; the last one, refusing, stays last."""
    forwards = list(range(answers - 1))
    return [*(forwards if order % 2 == 0 else forwards[::-1]), answers - 1]
