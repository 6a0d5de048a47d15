"""The log and a summary as files, for moderators and after the close."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import discord

from bot.discord.errors import RefusalError
from bot.discord.permissions import require_moderator
from bot.discord.visit import Visit
from bot.rendering.summary import summary
from storage.export import export


async def send(visit: Visit) -> None:
    """Hand the files to a moderator, alone."""
    require_moderator(visit.interaction, visit.office.settings.moderator_permission)
    if visit.state.stage != "closed":
        raise RefusalError("not_yet_closed")
    await visit.interaction.response.defer(ephemeral=True, thinking=True)
    with tempfile.TemporaryDirectory(prefix="accord-") as folder:
        log, page = Path(folder) / "log.jsonl", Path(folder) / "summary.md"
        header = await export(visit.office.deliberations.log, visit.deliberation, log)
        await asyncio.to_thread(summary, visit.state, page, head=header.head)
        files = [discord.File(log, filename="log.jsonl"), discord.File(page, filename="summary.md")]
        await visit.answer(visit.say("discord.export.done", head=header.head), files=files)
