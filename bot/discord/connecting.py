"""How the bot connects: to which server, and what it asks the gateway to tell."""

from __future__ import annotations

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.settings import BotSettings


def intents(settings: BotSettings) -> discord.Intents:
    """What the gateway should tell: no presences, and the privileged ones only where the deployment has them."""
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_messages = True
    wanted.guild_reactions = False
    wanted.message_content = settings.message_content
    wanted.members = settings.members_intent
    return wanted


def point_at(settings: BotSettings) -> None:
    """Talk to the server that the settings name instead of Discord's."""
    if settings.api_url is not None:
        Route.BASE = settings.api_url.rstrip("/")
    if settings.gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)
