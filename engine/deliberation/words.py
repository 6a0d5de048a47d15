"""What counts as text that people can read. Length is in characters (code points), after trimming."""

from __future__ import annotations

import unicodedata
from typing import Final

from engine.deliberation.errors import DeliberationError

LIMITS: Final[dict[str, int]] = {
    "question": 1000,
    "background": 4000,
    "opinion": 4000,
    "critique": 2000,
    "reason": 1000,
    "because": 1000,
    "minority": 800,
}

_INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"})
# Letters and symbols by category, blank on every screen: Hangul fillers and the empty Braille cell.
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_LAYOUT: Final = frozenset("\n\t")


def words(text: str, field: str) -> str:
    r"""The text trimmed, with lines ended by `\n`. Raises a DeliberationError that names what is wrong with it.

    Emoji alone are words; format characters that scripts and emoji need are kept. Unassigned code points count as
    visible, since they are often emoji newer than this Python.
    """
    lines = unicode(text, field).replace("\r\n", "\n").replace("\r", "\n").strip()
    limit = LIMITS[field]
    if len(lines) > limit:
        raise DeliberationError("text_too_long", field=field, limit=limit, length=len(lines))
    for position, character in enumerate(lines):
        if character not in _LAYOUT and unicodedata.category(character) == "Cc":
            raise DeliberationError("text_unprintable", field=field, position=position)
    if not any(_visible(character) for character in lines):
        raise DeliberationError("text_empty", field=field)
    return lines


def unicode(text: str, field: str) -> str:
    """The text as it is. Raises a DeliberationError for half a surrogate pair, which no file can hold."""
    for position, character in enumerate(text):
        if "\ud800" <= character <= "\udfff":
            raise DeliberationError("text_not_unicode", field=field, position=position)
    return text


def _visible(character: str) -> bool:
    return character not in _BLANK and unicodedata.category(character) not in _INVISIBLE_CATEGORIES
