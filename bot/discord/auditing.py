"""What the audit tells a moderator of one group, alone: whose words, a minority, predictions and ballots."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import discord

from bot.catalogue import ENGLISH, Speech
from bot.charts.audit_votes import group_chart
from bot.discord.permissions import require_moderator
from bot.discord.visit import Visit
from bot.discord.wording import quoted
from engine.audit.figure import Figure
from engine.audit.group import audit_group

FILE = "audit.png"
ALT = 1024
"""Discord's limit for a description, in characters."""


async def send(visit: Visit) -> None:
    """The three figures in words, and a picture of those that may be told now."""
    require_moderator(visit.interaction, visit.office.settings.moderator_permission)
    await visit.interaction.response.defer(ephemeral=True, thinking=True)
    events = await visit.office.deliberations.log.read(visit.deliberation)
    found = await asyncio.to_thread(audit_group, events, seed=0)
    lines = [_line(visit.speech, figure) for figure in found.figures]
    # In English: the font that comes with the drawing library has no Japanese or Chinese.
    chart = group_chart(ENGLISH, found.figures, " ".join(lines)[:ALT])
    files: list[discord.File] = []
    if chart is not None:
        picture, alt = await asyncio.to_thread(chart.png)
        files.append(discord.File(io.BytesIO(picture), filename=FILE, description=alt))
    title = visit.say("discord.audit.title", question=quoted(visit.state.question, 300))
    told = [title, *(f"- {line}" for line in lines), f"-# {visit.say('discord.audit.caution')}"]
    await visit.answer("\n".join(told), files=files)


def _line(speech: Speech, figure: Figure) -> str:
    """A figure in words, with what is to be done about it."""
    low, high = figure.interval or (figure.value or 0.0, figure.value or 0.0)
    known: dict[str, Any] = {
        "share": figure.value or 0.0,
        "low": low,
        "high": high,
        "before": figure.ceiling or 0.0,
        "members": figure.members or 0,
        "bare": figure.about,
    }
    return speech.say(f"discord.audit.{figure.name}.{figure.verdict}", **known)
