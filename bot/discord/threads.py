"""The threads that deliberations are in: found, unarchived, or gone for good."""

from __future__ import annotations

import logging
from typing import Any, TypeAlias

import discord

from bot.discord.office import Office
from engine.deliberation import commands as c

logger = logging.getLogger("accord.discord")

Home: TypeAlias = discord.TextChannel | discord.Thread | discord.VoiceChannel | discord.StageChannel


async def home_of(office: Office, deliberation: str) -> Home | None:
    """The thread, unarchived; None where it is gone or out of reach. One that was deleted ends its deliberation."""
    place = await office.places.find(deliberation)
    if place is None or place.gone:
        return None
    channel: Any = office.client.get_channel(place.channel)
    if channel is None:
        try:
            channel = await office.client.fetch_channel(place.channel)
        except discord.NotFound:
            await thread_gone(office, place.channel)
            return None
        except discord.HTTPException as problem:
            logger.warning("%s: its thread is out of reach (%s)", deliberation, problem)
            return None
    if isinstance(channel, discord.Thread) and channel.archived:
        try:
            channel = await channel.edit(archived=False)
        except discord.HTTPException as problem:
            logger.warning("%s: its thread is archived and cannot be opened (%s)", deliberation, problem)
            return None
    return channel if isinstance(channel, Home) else None


async def thread_gone(office: Office, channel: int) -> None:
    """A deleted thread does not come back: its deliberations end there, with that reason."""
    for deliberation in office.here(channel):
        if office.places[deliberation].gone:
            continue
        await office.places.change(deliberation, gone=True)
        state = office.deliberations.state(deliberation)
        if state.stage != "closed":
            reason = office.speech_of(deliberation).say("discord.post.thread_deleted")
            await office.deliberations.do(
                deliberation, c.Withdraw, f"thread_gone:{channel}", reason=reason, moderator=state.moderator
            )
