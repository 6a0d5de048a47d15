"""Members' words as Discord may show them, and texts that keep to its limits."""

from __future__ import annotations

import datetime
import re
from typing import Literal

import discord

from bot.rendering.escaping import cut, isolated, plain

CONTENT, CARD, OPTION_LABEL, MODAL_TITLE, LABEL, THREAD_NAME = 2000, 4000, 100, 45, 45, 100
"""Discord's limits in characters: a message, all texts of a card, an option of a select, ..."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#|~\-])")
_EVERYONE = re.compile(r"@(?=everyone|here)")
_SCHEME = re.compile(r"(?i)\b(https?|discord):(?=//)")


def quoted(text: str, limit: int | None = 1000) -> str:
    """Someone's words on one line, cut to `limit`: no formatting, no mention, no link that can be tapped."""
    words = plain(text) if limit is None else cut(plain(text), limit)
    words = _MARKDOWN.sub(r"\\\1", words)
    words = _SCHEME.sub("\\1:\u200b", words)
    return isolated(_EVERYONE.sub("@\u200b", words))


def is_cut(text: str, limit: int) -> bool:
    """Whether `quoted` would cut someone's words to so many characters."""
    return len(plain(text)) > limit


def moment(milliseconds: int, style: Literal["R", "f"] = "R") -> str:
    """A time as Discord shows it in the reader's own zone and language."""
    return discord.utils.format_dt(datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC), style)
