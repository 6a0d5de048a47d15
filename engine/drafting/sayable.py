"""Which clauses can stand for an opinion in a group's statement: their form, and whether they are its words."""

from __future__ import annotations

import re
import unicodedata

from engine.drafting.clauses import SaidClauses
from engine.drafting.said_words import telling_forms
from engine.drafting.sentences import asks, one_line, sentences, stops_inside, words
from engine.drafting.templates import NO_POINT

FEWEST_WORDS, MOST_WORDS = 2, 28
TAKES_UP = 2
"""Words of the question alone from which a clause says something to it."""

_YES = frozenset("agree agreed absolutely aye definitely fine for ok okay pro sure support yeah yep yes".split())  # noqa: SIM905
_NO = frozenset("against contra disagree nay never no nope not oppose opposed".split())  # noqa: SIM905
_BESIDE_VOTES = frozenset("a all am by from i i'm im it me much of please so that the this to very with".split())  # noqa: SIM905
_BEGINNING = re.compile(
    r"^(?:(?:[-*•]|\d+[.)])\s+|(?:yes|yeah)\b[,:!.]*\s+|(?:no|well|honestly|sorry|ok|okay|sure|right)[,:!.]+\s+"
    r"|(?:and|but|so|then|please)\b[,:]*\s+)+",
    re.IGNORECASE,
)
_NO_CLAUSE = re.compile(
    r"[?!]$|[;:]\s|^others say\b|[\"“”()\[\]]|^(?:who|what|why|how|where|when will|or)\b", re.IGNORECASE
)
_SOMEBODY = r"(?:@?\w+(?: and @?\w+)?)"
_SIDES = re.compile(
    r"^(?:(?:i|we|some|many|others|people|i'm|i am|just)\b\W*)*(?:\w+ly )?(?:"
    rf"(?:dis)?agree[sd]?(?: \w+ly)?(?: here)? with {_SOMEBODY}|second {_SOMEBODY}|side with {_SOMEBODY}"
    rf"|(?:same(?: here)?,?|like|as) (?:as )?{_SOMEBODY}|same here|\+ ?1(?: to| for)?(?: {_SOMEBODY})?)"
    r"(?: (?:said|says|wrote|suggested|above|here|on (?:this|that)))*$"
    rf"|^{_SOMEBODY}(?:'s| is| are| was| has it| have it) (?:\w+ly |so |quite )?(?:right|wrong|correct|spot on)"
    r"(?: (?:here|about (?:this|that|it)))?$"
    rf"|^{_SOMEBODY} (?:has|have|had|makes?|made) a (?:\w+ )?point(?: (?:here|there))?$",
    re.IGNORECASE,
)
"""What takes somebody's side and says nothing: "agree with Ben", "Ben has a good point"."""
_OF_I = frozenset("i i'm im i've i'd i'll my me mine".split())  # noqa: SIM905
_OF_YOU = frozenset("you your you're yours".split())  # noqa: SIM905


def stated(opinion: str) -> str:
    """What an opinion states: without its questions, and without sentences that take somebody's side and say nothing.

    "Do we need a new boat?" has the words of "We need a new boat" and means the opposite as often as not.
    """
    return " ".join(sentence for sentence in sentences(opinion) if _states(sentence))


def _states(sentence: str) -> bool:
    return not asks(sentence) and _SIDES.search(clause_of(sentence)) is None and any(map(str.isalpha, sentence))


def share_of_nobody(clause: str, opinion: str, question: str) -> float:
    """The share of a clause that is in neither its opinion's nor the question's words, all of it if nothing is told."""
    if not is_own(clause, opinion, question):
        return 1.0
    return SaidClauses([opinion], question).share_of_nobody(clause)


def added_share(clause: str, opinion: str) -> float:
    """The share of a clause's words that its opinion has not, in [0, 1]."""
    had, found = set(words(opinion)), words(clause)
    return sum(word not in had for word in found) / max(1, len(found))


def clause_of(text: str) -> str:
    """A completion as a clause: its first line, without a full stop."""
    return one_line(text.strip().partition("\n")[0]).rstrip(" .…;,!")


def is_own(clause: str, opinion: str, question: str) -> bool:
    """Whether a clause has words of its opinion's own, or is in the question's words what a bare yes or no means.

    A clause that takes up the question's words says yes or no to it as its opinion does, if that begins with either.
    """
    asked, found = telling_forms(question), telling_forms(clause)
    told = telling_forms(opinion) - _YES - _NO
    if not found & (told - asked) and not (told and told <= found):
        return bare_vote(opinion) is not None and [denies(clause), denies(question)] == [not bare_vote(opinion), False]
    begins = bare_vote(re.split(r"[,.!;:]", opinion)[0])
    takes_up = len((found & asked) - told) >= TAKES_UP
    return not takes_up or begins is None or denies(clause) != begins


def bare_vote(text: str) -> bool | None:
    """Whether a text that is a vote and nothing more says yes; None for any other, also for "not against it"."""
    found = words(text.replace("’", "'"))
    votes = {word for word in found if word in _YES | _NO}
    said_no = votes & _NO
    if not votes or (said_no and len(votes) > 1) or any(word not in _YES | _NO | _BESIDE_VOTES for word in found):
        return None
    return not said_no


def denies(text: str) -> bool:
    """Whether a text has a word that turns it round."""
    return any(word in _NO or word.endswith("n't") for word in words(text.replace("’", "'")))


def own_clauses(opinion: str) -> list[str]:
    """The sentences of an opinion that can stand as a clause in a statement: not in the first or second person."""
    found: list[str] = []
    for sentence in sentences(opinion):
        clause = _BEGINNING.sub("", clause_of(sentence))
        if clause.partition(" ")[0][1:].islower() or clause.startswith("A "):  # "MIT" and "GitHub" keep their capitals.
            clause = clause[:1].lower() + clause[1:]
        if is_clause(clause) and not _OF_YOU & set(words(clause.replace("’", "'"))):
            found.append(clause)
    return found


def is_clause(text: str) -> bool:
    """Whether a text can stand as a clause of a group's statement, whoever said it."""
    return (
        text != NO_POINT
        and FEWEST_WORDS <= len(words(text)) <= MOST_WORDS
        and len(sentences(text)) == 1
        and not stops_inside(text)
        and _NO_CLAUSE.search(text) is None
        and _SIDES.search(text) is None
        and not _OF_I & set(words(text.replace("’", "'")))
        and all("LATIN" in unicodedata.name(letter, "") for letter in text if letter.isalpha())
    )
