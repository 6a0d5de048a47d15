"""Whether each clause of a draft is one member's own words.

A small model with an adapter puts members' clauses side by side, tied by "and" or "but". Where it fails it mixes them:
one member's subject with another's verb, a "not" that nobody said. So each clause is laid beside the opinion that has
most of it, in that opinion's order, and what is left over counts. English: the words that tie are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from engine.drafting.said_words import forms_of, telling_forms
from engine.drafting.sentences import words

LIGHT = 0.25
"""What a word that only joins weighs, beside 1 of one that says something or turns what is said round."""
A_CLAUSE = 0.15
"""What each further clause adds to what is left over, lest a sentence be cut until everything fits."""

_TIES = re.compile(r"[,;:]|\b(?:and|but)\b", re.IGNORECASE)
_TURNS = frozenset(
    ["cannot", "if", "neither", "never", "no", "nobody", "none", "nor", "not", "nothing", "only", "unless", "without"]
)


def share_of_nobody(text: str, opinions: Sequence[str], question: str) -> float:
    """The share of a text's words, by weight, that stand in no single opinion clause by clause; 0 is all of it said.

    A clause may span several of the parts that commas, "and" and "but" make. Words of the question that the opinion
    does not have are free: they say what a fragment ("yes please") speaks of.
    """
    parts = [found for part in _TIES.split(text) if (found := words(part))]
    said = [_Said(opinion, question) for opinion in opinions]
    least = [0.0] * (len(parts) + 1)
    for end in range(1, len(parts) + 1):
        least[end] = min(
            least[start] + A_CLAUSE + _left_over([word for part in parts[start:end] for word in part], said)
            for start in range(end)
        )
    weight = sum(_weight(word) for part in parts for word in part)
    return max(0.0, least[-1] - A_CLAUSE) / weight if weight else 1.0


class _Said:
    """An opinion's words by their form, and the forms that only the question has."""

    def __init__(self, opinion: str, question: str) -> None:
        self.places: dict[str, list[int]] = {}
        for place, word in enumerate(words(opinion)):
            self.places.setdefault(_form(word), []).append(place)
        self.free = {_form(word) for word in words(question)} - self.places.keys()


def _left_over(clause: Sequence[str], said: Sequence[_Said]) -> float:
    """The weight of a clause's words that are not among one opinion's, in its order: the least over all opinions."""
    return min((_beside(clause, one) for one in said), default=sum(map(_weight, clause)))


def _beside(clause: Sequence[str], said: _Said) -> float:
    """A heaviest common subsequence, by the places that the clause's words have in the opinion."""
    total = 0.0
    best: dict[int, float] = {}
    for word in clause:
        form, weight = _form(word), _weight(word)
        if form in said.free:
            continue
        total += weight
        # From the last place on, so that a word stands for one place only.
        for place in reversed(said.places.get(form, ())):
            before = max((had for at, had in best.items() if at < place), default=0.0)
            best[place] = max(best.get(place, 0.0), before + weight)
    return total - max(best.values(), default=0.0)


@lru_cache(maxsize=4096)
def _form(word: str) -> str:
    return min(forms_of(word.replace("’", "'")), key=len) or word


@lru_cache(maxsize=4096)
def _weight(word: str) -> float:
    plain = word.replace("’", "'")
    if plain in _TURNS or plain.endswith("n't"):
        return 1.0
    return 1.0 if telling_forms(plain) else LIGHT
