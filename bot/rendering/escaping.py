"""Members' text where it is shown again: as text, never as markup or as control of a terminal."""

from __future__ import annotations

import re
import unicodedata

from rich.text import Text

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
_BLOCK = re.compile(r"^(\s*)([-+=]|\d+[.)])")
"""What would begin a list, a heading's underline or a numbered item at the start of a line."""
_ADDRESS = re.compile(r"(?i)(https?|ftp|mailto|www)([:.])")
_DIRECTION = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"
_INSTEAD = {"Cc": " ", "Zl": " ", "Zp": " ", "Cs": "\ufffd"}


def plain(text: str) -> str:
    """`text` on one line without control characters or marks that turn the direction of what follows.

    Half characters, as file names can hold them, become the replacement character: nothing could print them.
    """
    kept = "".join(_INSTEAD.get(unicodedata.category(char), char) for char in text if ord(char) not in _DIRECTION)
    return " ".join(kept.split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters; an ellipsis says that something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def shown(text: str, style: str = "") -> Text:
    """`text` for rich: its brackets are no markup, and right-to-left words stay inside their own stretch."""
    return Text(isolated(plain(text)), style=style)


def isolated(text: str) -> str:
    """Right-to-left text wrapped in a first-strong isolate (Unicode Annex 9), so that it turns nothing around it."""
    turns = any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text)
    return f"{_ISOLATE}{text}{_END_OF_ISOLATE}" if turns else text


def markdown(text: str) -> str:
    """`text` for a Markdown file, every character of it meant literally: no list, no image, no link to be clicked."""
    escaped = _MARKDOWN.sub(r"\\\1", plain(text))
    escaped = _ADDRESS.sub(lambda found: f"{found[1]}&#{ord(found[2])};", escaped)
    return isolated(_BLOCK.sub(_literal, escaped))


def _literal(found: re.Match[str]) -> str:
    mark = found[2]
    return f"{found[1]}\\{mark}" if len(mark) == 1 else f"{found[1]}{mark[:-1]}\\{mark[-1]}"
