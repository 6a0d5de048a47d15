"""HTML that is safe by its type: what is not `Markup` is text, and becomes what shows it as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TypeAlias

VOID = frozenset({"meta", "br", "hr"})


class Markup(str):
    """HTML that was put together here."""

    __slots__ = ()


Content: TypeAlias = "str | Markup | None"


def markup(content: Content) -> str:
    """HTML as it is, text escaped; without the marks that turn the direction of what follows on the page."""
    if content is None:
        return ""
    return content if isinstance(content, Markup) else escape(_settled(content))


def _settled(text: str) -> str:
    """Control characters are no text, and an override of direction would reach beyond its own words."""
    return "".join(char for char in text if (char >= " " or char in "\n\t") and char not in _TURNING)


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x7f")


def tag(name: str, *content: Content, **attributes: str | None) -> Markup:
    """An element. Attributes that are Python's words end in an underscore (`class_`), dashes are written as `__`.

    >>> tag("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    listed = "".join(
        f' {key.rstrip("_").replace("__", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(markup(one) for one in content)
    return Markup(f"<{name}{listed}>" if name in VOID else f"<{name}{listed}>{inner}</{name}>")


def joined(parts: Iterable[Content]) -> Markup:
    """Several after each other."""
    return Markup("".join(markup(part) for part in parts))


def said(text: str, name: str = "span", language: str | None = None) -> Markup:
    """Members' words: their own direction, whatever stands around them, and their own language where it is another."""
    return tag(name, text, dir="auto", lang=language)


def listing(items: Sequence[Content], name: str = "ul") -> Content:
    """A list; nothing where it would be empty."""
    return tag(name, *(tag("li", item) for item in items)) if items else None


def table(caption: str, header: Sequence[Content], rows: Sequence[Sequence[Content]]) -> Markup:
    """A table that scrolls by itself where it is wider than the page; each row begins with its name."""
    head = tag("thead", tag("tr", *(tag("th", cell, scope="col") for cell in header)))
    body = tag(
        "tbody", *(tag("tr", tag("th", row[0], scope="row"), *(tag("td", cell) for cell in row[1:])) for row in rows)
    )
    made = tag("table", tag("caption", caption), head, body)
    # Whoever scrolls by keyboard has to be able to stand on it.
    return tag("div", made, class_="wide", tabindex="0", role="region", aria__label=caption)
