"""Members' text where it is shown again: as text, never as markup or as control of a terminal."""

from __future__ import annotations

import re
import unicodedata

from rich.text import Text

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~])")
_DIRECTION = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"


def plain(text: str) -> str:
    """`text` on one line without control characters or marks that turn the direction of what follows."""
    kept = "".join(
        " " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char
        for char in text
        if ord(char) not in _DIRECTION
    )
    return " ".join(kept.split())


def shown(text: str, style: str = "") -> Text:
    """`text` for rich: its brackets are no markup, and right-to-left words stay inside their own stretch."""
    return Text(isolated(plain(text)), style=style)


def isolated(text: str) -> str:
    """Right-to-left text wrapped in a first-strong isolate (Unicode Annex 9), so that it turns nothing around it."""
    turns = any(unicodedata.bidirectional(char) in {"R", "AL", "RLE", "RLO"} for char in text)
    return f"{_ISOLATE}{text}{_END_OF_ISOLATE}" if turns else text


def markdown(text: str) -> str:
    """`text` for a Markdown file, every character of it meant literally."""
    return isolated(_MARKDOWN.sub(r"\\\1", plain(text)))
