"""Discord's markdown as HTML, as far as pictures of messages need it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime

BOXED = 0xE000
"""Escaped signs stand in the private-use area while the rest is read."""
INLINE: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
    (re.compile(r"\|\|(.+?)\|\|", re.DOTALL), r'<span class="spoiler">\1</span>'),
    (re.compile(r"\*\*(.+?)\*\*", re.DOTALL), r"<b>\1</b>"),
    (re.compile(r"__(.+?)__", re.DOTALL), r"<u>\1</u>"),
    (re.compile(r"~~(.+?)~~", re.DOTALL), r"<s>\1</s>"),
    (re.compile(r"(?<![\w*])\*(?!\s)(.+?)(?<!\s)\*(?![\w*])", re.DOTALL), r"<i>\1</i>"),
    (re.compile(r"(?<!\w)_(?!\s)(.+?)(?<!\s)_(?!\w)", re.DOTALL), r"<i>\1</i>"),
    (re.compile(r"\[((?:\[[^\]]*\]|[^\[\]])+)\]\(([^)\s]+)\)"), r'<a href="\2">\1</a>'),
]
UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def to_html(text: str, now: datetime, name_of: Callable[[str, int], str]) -> str:
    """A text as HTML. `name_of(sign, id)` gives the name behind a mention (sign "@", "@&" or "#")."""
    text = re.sub(r"\\([^\w\s])", lambda found: chr(BOXED + ord(found[1])), text)
    blocks: list[str] = []
    for piece in re.split(r"(```.*?```)", text, flags=re.DOTALL):
        if piece.startswith("```"):
            code = re.sub(r"^\w+\n", "", piece.strip("`").lstrip("\n"))
            blocks.append(f"<pre>{html.escape(code.rstrip())}</pre>")
        else:
            blocks += _lines(piece.strip("\n"), now, name_of)
    joined = "".join(blocks)
    return "".join(html.escape(chr(ord(c) - BOXED)) if BOXED <= ord(c) < BOXED + 0x100 else c for c in joined)


def _lines(text: str, now: datetime, name_of: Callable[[str, int], str]) -> list[str]:
    found: list[str] = []
    for line in text.split("\n") if text else []:
        for start, tag in (("### ", "h3"), ("## ", "h2"), ("# ", "h1"), ("-# ", "small"), ("> ", "blockquote")):
            if line.startswith(start):
                found.append(f"<{tag}>{_inline(line[len(start) :], now, name_of)}</{tag}>")
                break
        else:
            item = re.match(r"(\s*)[-*] (.*)", line)
            if item:
                found.append(f"<li>{_inline(item[2], now, name_of)}</li>")
            else:
                found.append(f"<p>{_inline(line, now, name_of)}</p>")
    return found


def _inline(text: str, now: datetime, name_of: Callable[[str, int], str]) -> str:
    text = re.sub(r"<t:(\d+)(?::(\w))?>", lambda found: f"\x01{moment(int(found[1]), found[2], now)}\x02", text)
    text = re.sub(r"<(@&|@!?|#)(\d+)>", lambda found: f"\x01{name_of(found[1], int(found[2]))}\x02", text)
    shown = html.escape(text, quote=False)
    for pattern, replacement in INLINE:
        shown = pattern.sub(replacement, shown)
    return shown.replace("\x01", '<span class="mention">').replace("\x02", "</span>") or "&nbsp;"


def moment(seconds: int, style: str | None, now: datetime) -> str:
    """A timestamp as the client shows it: "in 2 hours", "21 November 2026 14:00"."""
    then = datetime.fromtimestamp(seconds, UTC)
    if style == "R":
        away = (then - now).total_seconds()
        unit, length = next(((unit, length) for unit, length in UNITS if abs(away) >= length), UNITS[-1])
        count = round(abs(away) / length)
        words = f"{count} {unit}{'' if count == 1 else 's'}"
        return f"in {words}" if away >= 0 else f"{words} ago"
    return f"{then.day} {then:%B %Y %H:%M}" if style in (None, "f") else f"{then:%A}, {then.day} {then:%B %Y %H:%M}"
