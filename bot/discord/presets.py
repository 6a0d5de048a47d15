"""Presets of a deliberation, the options that change them, and durations as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.catalogue import Speech
from bot.discord.errors import RefusalError
from engine.deliberation.settings import Adoption, Quorum, Settings

DAY = 86_400
SHARE_OPINIONS, SHARE_CRITIQUE = 0.5, 0.25
"""Of the whole time: speaking, then saying what is missing, the rest is the poll."""


@dataclass(frozen=True)
class Preset:
    """What a template chooses; `place` holds what is no rule of the log."""

    seconds: int
    settings: dict[str, Any]
    place: dict[str, Any]


PRESETS: dict[str, Preset] = {
    "standard": Preset(2 * DAY, {"rounds": 2}, {}),
    "quick": Preset(DAY // 2, {"rounds": 1}, {}),
    "heated": Preset(3 * DAY, {"rounds": 2, "nameless": True}, {"live_drafts": False}),
    "small": Preset(
        DAY, {"rounds": 2, "quorum": Quorum(ballots=2), "adoption": Adoption(strongly_against_share=0)}, {}
    ),
    "large": Preset(5 * DAY, {"rounds": 2, "quorum": Quorum(ballots=10), "shortlist": 2}, {}),
}
"""By name, as `discord.preset.<name>` describes them."""

_PIECE = re.compile(r"(\d+)\s*(min|m|h|d|w)", re.IGNORECASE)
_UNITS = {"m": 60, "min": 60, "h": 3600, "d": DAY, "w": 7 * DAY}
SHORTEST, LONGEST = 300, 60 * DAY


def seconds_of(duration: str) -> int:
    """Read "48h", "2d 12h" or "90min" as seconds. Raises `RefusalError` for others, and outside 5 min to 60 days."""
    pieces = _PIECE.findall(duration)
    rest = _PIECE.sub("", duration).strip(" ,")
    seconds = sum(int(number) * _UNITS[unit.lower()] for number, unit in pieces)
    if not pieces or rest or not SHORTEST <= seconds <= LONGEST:
        raise RefusalError("duration_wrong", given=duration[:40])
    return seconds


def timed(settings: dict[str, Any], seconds: int) -> dict[str, Any]:
    """The settings with the whole time divided among the phases."""
    rounds = int(settings.get("rounds", 2))
    opinions = round(seconds * SHARE_OPINIONS)
    critique = round(seconds * SHARE_CRITIQUE / max(1, rounds - 1)) if rounds > 1 else 1
    poll = seconds - opinions - (critique * (rounds - 1) if rounds > 1 else 0)
    return {**settings, "opinion_seconds": opinions, "critique_seconds": critique, "poll_seconds": poll}


def made(preset: str, seconds: int | None, changes: dict[str, Any]) -> Settings:
    """A preset's settings with what the moderator chose otherwise."""
    chosen = PRESETS[preset]
    return Settings.model_validate(
        timed({**chosen.settings, **changes, "notice": True, "minority_seconds": DAY}, seconds or chosen.seconds)
    )


def spelled(seconds: int, speech: Speech) -> str:
    """A duration in the two largest units that it has: "2 days", "1 day 12 hours"; at least a minute."""
    parts: list[str] = []
    left = max(60, seconds)
    for unit, length in (("days", DAY), ("hours", 3600), ("minutes", 60)):
        count, left = divmod(left, length)
        if count:
            parts.append(speech.say(f"discord.duration.{unit}", count=count))
    if len(parts) == 1:
        return parts[0]
    return speech.say("discord.duration.both", first=parts[0], second=parts[1])
