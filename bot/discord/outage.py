"""Discord cannot be reached, or answers that it is out of order: nothing that Accord did."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

import aiohttp
import discord

from bot.errors import OutputError


@contextlib.contextmanager
def outages_told() -> Generator[None]:
    """Let an outage end as an `OutputError` that people can act on, and the library say nothing about voice."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # The bot never speaks by voice.
    try:
        yield
    except (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError) as problem:
        raise OutputError("discord_unreachable", reason=str(problem)) from problem
