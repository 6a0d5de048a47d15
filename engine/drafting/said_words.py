"""What a statement says that nobody said, by its words: numbers, names, and words that nobody used in any form."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.drafting.sentences import sentences, words

LONG_WORD = 5
SHORTEST_STEM = 4
LONGEST_ENDING = 4
"""Two words are forms of one another if they share at least 4 letters and the larger half of the word in question, and
the other is at most 4 letters longer: rough, but the same for every language that puts endings on words."""

JOINING_WORDS = frozenset(
    """
    about above across after again against ahead alike almost alone along already although altogether always among
    another anybody anyone anything around because before behind being below beside besides between beyond can't cannot
    could doesn't don't during either enough every everybody everyone everything except first further having however
    instead isn't itself later least maybe might myself neither never nobody nothing often other others otherwise
    ourselves perhaps quite rather really shall should since somebody someone something sometimes somewhere still than
    their theirs themselves there therefore these thing things those though through together towards under unless until
    whatever whenever where wherever whether which whichever while whoever whole whose within without would wouldn't
    become becomes comes gives going keeps makes making means needed needs seems stays takes taking wants
    agree agreed agreement agrees common decide decided differ differently disagree example instance matter named
    nobody's other's people people's possible proposal remain remains settle settled
    """.split()  # noqa: SIM905 - as a list it would be a page
)
"""Long English words that join what is said, or say what is agreed and what is open, and add nothing of their own:
without them "On whether it should remain we do not agree" counts as new, whatever it speaks of."""

_NUMBER = re.compile(r"\d+")


class SaidWords:
    """The words of some texts, and what of another text is none of them."""

    def __init__(self, texts: Sequence[str], *, also: Sequence[str] = ()) -> None:
        """`also` are texts whose words may be used too but which do not tell how the group writes capitals."""
        self._known = {form for text in (*texts, *also) for form in forms_of(text)}
        self._by_beginning: dict[str, list[str]] = {}
        for form in self._known:
            self._by_beginning.setdefault(form[:SHORTEST_STEM], []).append(form)
        self._names_stand_out = _capitals_are_rare(texts)

    def knows(self, word: str) -> bool:
        """Whether somebody used this word or another form of it: "closing" for "close", "shops" for "shop"."""
        if forms_of(word) & self._known:
            return True
        stem = word[: max(SHORTEST_STEM, (len(word) * 11 + 19) // 20)]
        return any(
            known.startswith(stem) and len(known) <= len(word) + LONGEST_ENDING
            for known in self._by_beginning.get(word[:SHORTEST_STEM], ())
        )

    def invented(self, sentence: str) -> list[str]:
        """Numbers and names in a sentence that nobody said.

        A name is a capitalised word inside a sentence; where a group's language capitalises all nouns, only numbers
        are looked at.
        """
        found = [number for number in _NUMBER.findall(sentence) if number not in self._known]
        if self._names_stand_out:
            found += [
                word
                for word in sentence.split()[1:]
                if word[:1].isupper() and len(word) > 1 and not forms_of(word) <= self._known
            ]
        return found

    def share_new(self, sentence: str) -> float:
        """The share of a sentence's content words that nobody used in any form, in [0, 1]; 0 without any."""
        found = content_words(sentence)
        return sum(not self.knows(word) for word in found) / max(1, len(found))


def content_words(text: str) -> list[str]:
    """The words that carry what a text says: in spaced scripts the long ones, but for those that only join."""
    return [word for word in words(text) if len(word) >= LONG_WORD and word.replace("’", "'") not in JOINING_WORDS]


def forms_of(text: str) -> set[str]:
    """The words of a text in the forms that a statement may use them in: as said, and without a plural or genitive."""
    return {stripped(word) for word in words(text)} | set(_NUMBER.findall(text))


def stripped(word: str) -> str:
    """A word without a plural or genitive."""
    return word.removesuffix("'s").removesuffix("’s").rstrip("s")


_SHORT_JOINING_WORDS = forms_of(
    "all and any are but can did does for from get had has have her his how into its just may not one only our out she"
    " some such than that the them then they this too was were what when who why will with you your"
)


def telling_forms(text: str) -> set[str]:
    """The words of a text, short ones too, other than those that only join."""
    return {form for form in forms_of(text) if not only_joins(form)}


def only_joins(word: str) -> bool:
    """Whether a word says nothing by itself."""
    return word in JOINING_WORDS or stripped(word) in _SHORT_JOINING_WORDS or (len(word) < 3 and not word.isdigit())


def _capitals_are_rare(texts: Sequence[str]) -> bool:
    """Whether capitals inside sentences mark names, rather than every noun (as in German) or a shouting member."""
    inside = [word for text in texts for sentence in sentences(text) for word in sentence.split()[1:]]
    capitalised = sum(1 for word in inside if word[:1].isupper() and len(word) > 1)
    return capitalised <= 0.2 * len(inside)
