"""How to make a bot and invite it, in plain words, for whoever has no token yet."""

from __future__ import annotations

import discord

from bot.catalogue import ENGLISH, say
from bot.discord.connecting import intents
from bot.discord.permissions import NEEDED, needed
from bot.invoked import invoked
from bot.settings import BotSettings

SCOPES = ("bot", "applications.commands")


def how_to_make_one(settings: BotSettings) -> str:
    """Where to click, what to tick, and the link that invites the bot."""
    asked = intents(settings)
    privileged = [say(f"run.intent.{name}") for name in ("message_content", "members") if getattr(asked, name)]
    return say(
        "run.how",
        accord=invoked(),
        permissions=", ".join(ENGLISH.named(name) for name in NEEDED),
        number=needed().value,
        intents=", ".join(privileged) or say("run.intent.none"),
        link=invite_link(settings.application_id),
    )


def invite_link(application: int | None) -> str:
    """The address that invites the bot with what it needs; with a gap to fill in where its id is not known."""
    link = discord.utils.oauth_url(application or 0, permissions=needed(), scopes=SCOPES)
    return link if application else link.replace("client_id=0", f"client_id={say('run.application_id')}")
