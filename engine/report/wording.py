"""How the wording came about: what was shown after each draft, and what changed from one to the next, word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from engine.deliberation.events import KEEP_THINGS
from engine.deliberation.state import State
from engine.report.drafts import drafts_in_order

Change: TypeAlias = Literal["same", "added", "removed"]

_UNSPACED: Final = r"\u3041-\u309f\u3400-\u9fff\uf900-\ufaff"
_KATAKANA: Final = r"\u30a0-\u30ff"
_TOKEN: Final = re.compile(rf"\s+|[{_UNSPACED}]|[{_KATAKANA}]+|[^\W{_UNSPACED}{_KATAKANA}]+|[^\w\s]")
"""Words, single marks and the space between. Japanese and Chinese write no spaces: a letter is a word there, and a run
of katakana; in other scripts without spaces a run of letters is one word."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and whether it is in both wordings, the newer only or the older only."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The statement that a draft's selection put first, or that the ballots chose in its place (`by`); `text` is None
    where it is shown no more. `place` is the one that the rule gave it in its draft, 1 the best.

    `difference` is to the wording before it, None for the first one. `candidates` is how many the draft had, `rejected`
    how many of them the guards rejected.
    """

    candidate: str
    by: Literal["rule", "ballots"]
    draft: str
    round: int
    number: int
    origin: Literal["drafted", "member"]
    text: str | None
    difference: tuple[Piece, ...] | None
    candidates: int
    rejected: int
    place: int


def wording_history(state: State) -> tuple[Wording, ...]:
    """What was shown after each draft, and last what the ballots chose; what left the same words shown is told once."""
    history: list[Wording] = []
    before: str | None = None
    for candidate, by in _shown(state):
        draft = state.drafts[candidate.partition(".")[0]]
        text = _words(state, candidate)
        if history and (candidate == history[-1].candidate or (text is not None and text == before)):
            continue
        history.append(
            Wording(
                candidate=candidate,
                by=by,
                draft=draft.id,
                round=draft.round,
                number=len(history) + 1,
                origin=draft.by_id[candidate].origin,
                text=text,
                difference=None if text is None or before is None else word_diff(before, text),
                candidates=len(draft.candidates),
                rejected=len(draft.candidates) - len(draft.running),
                place=draft.order.index(candidate) + 1,
            )
        )
        before = text if text is not None else before
    return tuple(history)


def _shown(state: State) -> Iterator[tuple[str, Literal["rule", "ballots"]]]:
    """What each draft's selection put first, and what the ballots chose if nothing was drafted since."""
    newest = 0
    for draft in drafts_in_order(state):
        assert draft.selection is not None
        newest = draft.number
        yield draft.selection.winner, "rule"
    choice = None if state.poll is None or state.poll.result is None else state.poll.result.choice
    chosen = None if choice is None or choice == KEEP_THINGS else state.drafts.get(choice.partition(".")[0])
    adopted = state.outcome is not None and state.outcome.statement == choice
    if choice is not None and chosen is not None and (adopted or chosen.number == newest):
        yield choice, "ballots"


def _words(state: State, candidate: str) -> str | None:
    """A candidate's words as far as they are shown; adopted ones stay when whoever said them is gone."""
    found = state.candidate(candidate)
    if found is not None and state.stands(candidate):
        return found.text.value
    adopted = state.outcome is not None and state.outcome.statement == candidate and state.is_shown(candidate)
    return state.outcome.text.value if adopted and state.outcome is not None and state.outcome.text else None


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """What changed between two wordings, in whole words; the pieces that are not "removed" make up `new`.

    Ratcliff and Obershelp's matching (Python's `difflib`) over words, marks and the space between. What two wordings
    share by chance, fewer letters than have changed on either side, counts as changed (as in Fraser's semantic cleanup
    of differences, neil.fraser.name/writing/diff).

    >>> [(piece.change, piece.text) for piece in word_diff("We meet at home.", "We meet at the library.")]
    [('same', 'We meet at '), ('removed', 'home'), ('added', 'the library'), ('same', '.')]
    >>> [(piece.change, piece.text) for piece in word_diff("家で会う。", "図書館で会う。")]
    [('removed', '家'), ('added', '図書館'), ('same', 'で会う。')]
    >>> [piece.text for piece in word_diff("Sunday as a trial.", "Only mornings as neighbours asked.")]
    ['Sunday as a trial', 'Only mornings as neighbours asked', '.']
    """
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    codes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    stretches: list[tuple[str, str]] = []  # Same and changed by turns, the same first; (old, new) of each.
    for tag, i1, i2, j1, j2 in codes:
        stretch = "".join(before[i1:i2]), "".join(after[j1:j2])
        if (tag == "equal") == (len(stretches) % 2 == 1):
            stretches.append(("", ""))
        stretches.append(stretch)
    place = 2
    while place + 1 < len(stretches):
        left, same, right = stretches[place - 1 : place + 2]
        if _letters(same[0]) <= min(max(map(_letters, left)), max(map(_letters, right))):
            stretches[place - 1 : place + 2] = [(left[0] + same[0] + right[0], left[1] + same[1] + right[1])]
            place = 2
        else:
            place += 2
    pieces: list[Piece] = []
    for number, (was, now) in enumerate(stretches):
        pieces += [Piece("same", now)] if number % 2 == 0 else [Piece("removed", was), Piece("added", now)]
    return tuple(piece for piece in pieces if piece.text)


def likeness(pieces: Sequence[Piece]) -> float:
    """How much two wordings share, by letters: in [0, 1], 1 for the same words."""
    letters = dict.fromkeys(("same", "added", "removed"), 0)
    for piece in pieces:
        letters[piece.change] += _letters(piece.text)
    whole = 2 * letters["same"] + letters["added"] + letters["removed"]
    return 2 * letters["same"] / whole if whole else 1.0


def _letters(text: str) -> int:
    return sum(not character.isspace() for character in text)
