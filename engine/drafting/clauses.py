"""Whether each clause of a draft is one member's own words.

A small model with an adapter puts members' clauses side by side, tied by "and" or "but". Where it fails it mixes them:
one member's subject with another's verb, a "not" that nobody said or one that got lost. So each clause is laid beside
the opinion that has most of it, in that opinion's order, and what is left over counts. English: the words are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from engine.drafting.said_words import only_joins, stripped
from engine.drafting.sentences import sentences, words

LIGHT = 0.25
"""What a word that only joins weighs, beside 1 of one that says something or turns what is said round."""
A_CLAUSE = 0.15
"""What each further clause adds to what is left over, lest a sentence be cut until everything fits."""
MOST_PARTS, MOST_OPINIONS = 5, 8
"""Of how many parts a clause is, and with how many opinions it is compared: those that have most of its words."""
NEAR = 2
"""Words before a clause's first and after its last in an opinion in which a "not" still belongs to it."""

_TIES = re.compile(r"[,;:()–—]|\s-\s|\b(?:and|but)\b", re.IGNORECASE)
_NOT = re.compile(
    r"\b(ca|wo|do|does|did|is|are|was|were|have|has|had|would|could|should|must|need|might|sha|ai)n(?:['’]?t|ot)\b"
)
_NEGATIONS = frozenset(["neither", "never", "no", "nobody", "none", "nor", "not", "nothing", "nowhere"])
_TURNS = frozenset(["against", "disagree", "except", "hardly", "if", "only", "unless", "until", "without"])


class SaidClauses:
    """What members said, to lay drafts beside."""

    def __init__(self, opinions: Sequence[str], question: str) -> None:
        """Words of the question are free where an opinion lacks them: they say what "yes please" speaks of."""
        asked = {form for part in _parts(question) for form in part} - _TURNS - {"not"}
        self._said = [_Opinion(opinion, asked) for opinion in opinions]
        self._spread = Counter(form for said in self._said for form in said.places)

    def share_of_nobody(self, text: str) -> float:
        """The share of a text, by its words' weight, that is in no single opinion clause by clause.

        0 is all of it said, 1 nothing, as of a text without words. A clause may be several of the parts that commas,
        "and" and "but" make; one with a "not" or the like more or less than its opinion is nobody's.
        """
        parts = _parts(text)
        least = [0.0] * (len(parts) + 1)
        for end in range(1, len(parts) + 1):
            least[end] = min(
                least[start] + A_CLAUSE + self._left_over([form for part in parts[start:end] for form in part])
                for start in range(max(0, end - MOST_PARTS), end)
            )
        weight = sum(_weight(form) for part in parts for form in part)
        return min(1.0, max(0.0, least[-1] - A_CLAUSE) / weight) if weight else 1.0

    def _left_over(self, clause: Sequence[str]) -> float:
        """The weight of what a clause has beside the opinion that has most of it."""
        heaviest = sorted(self._said, key=lambda said: said.common(clause, self._spread), reverse=True)
        return min((said.left_over(clause) for said in heaviest[:MOST_OPINIONS]), default=_weigh(clause))


class _Opinion:
    """An opinion's words by their form, and which of its parts they stand in."""

    def __init__(self, text: str, asked: set[str]) -> None:
        parts = _parts(text)
        self.forms = [form for part in parts for form in part]
        self.part = [number for number, part in enumerate(parts) for _ in part]
        self.places: dict[str, list[int]] = {}
        for place, form in enumerate(self.forms):
            self.places.setdefault(form, []).append(place)
        self.free = asked - self.places.keys()

    def common(self, clause: Iterable[str], spread: Counter[str]) -> float:
        """How much of a clause this opinion has in whatever order, rare words first."""
        return sum(_weight(form) / spread[form] for form in set(clause) if form in self.places)

    def left_over(self, clause: Sequence[str]) -> float:
        """The weight of a clause outside its heaviest common subsequence with the opinion; all, if a "not" differs."""
        best: dict[int, tuple[float, int]] = {}
        counted = [form for form in clause if form not in self.free]
        for form in counted:
            # From the last place on, so that a word stands for one place only.
            for place in reversed(self.places.get(form, ())):
                before = max((had for at, had in best.items() if at < place), default=(0.0, -place))
                best[place] = max(best.get(place, (0.0, -place)), (before[0] + _weight(form), before[1]))
        if not best:
            return _weigh(clause if any(form in _TURNS or form == "not" for form in clause) else counted)
        last, (found, first) = max(best.items(), key=lambda item: item[1])
        return _weigh(clause) if self._turned(clause, -first, last) else _weigh(counted) - found

    def _turned(self, clause: Sequence[str], first: int, last: int) -> bool:
        """Whether a clause that stands from place `first` to `last` turns round or limits other than they do."""
        around = [at for at, part in enumerate(self.part) if self.part[first] <= part <= self.part[last]]
        added = {form for form in clause if form in _TURNS or form == "not"} - {self.forms[at] for at in around}
        denied = any(self.forms[at] == "not" and first - NEAR <= at <= last + NEAR for at in around)
        return bool(added) or (denied and "not" not in clause)


def turning_words(text: str) -> Counter[str]:
    """How often each word stands in a text that turns round or limits what it says; every negation is a "not"."""
    return Counter(form for part in _parts(text) for form in part if form in _TURNS or form == "not")


def _parts(text: str) -> list[list[str]]:
    """The forms of a text's words, in the parts that ties make of its sentences."""
    found = [part for sentence in sentences(text) for part in _TIES.split(_NOT.sub(r"\1 not", sentence.casefold()))]
    return [[_form(word) for word in words(part)] for part in found if words(part)]


@lru_cache(maxsize=4096)
def _form(word: str) -> str:
    if word in _NEGATIONS:
        return "not"
    return word if word in _TURNS or only_joins(word) else stripped(word) or word


@lru_cache(maxsize=4096)
def _weight(form: str) -> float:
    return LIGHT if only_joins(form) and form not in _TURNS and form != "not" else 1.0


def _weigh(clause: Iterable[str]) -> float:
    return sum(map(_weight, clause))
