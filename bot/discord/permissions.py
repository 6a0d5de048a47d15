"""Who may moderate, and what the bot itself needs. Checked here, since Discord's own settings are only a hint."""

from __future__ import annotations

from typing import Final

import discord

from bot.discord.errors import RefusalError
from bot.discord.visit import Interaction
from bot.errors import InputError

NEEDED: Final = (
    "view_channel",
    "send_messages",
    "send_messages_in_threads",
    "create_public_threads",
    "create_private_threads",
    "manage_threads",
    "pin_messages",
    "read_message_history",
    "add_reactions",
    "attach_files",
)
"""What an invitation asks for, and why stands in docs/discord.md."""
ESSENTIAL: Final = ("view_channel", "send_messages", "send_messages_in_threads", "read_message_history")


def needed() -> discord.Permissions:
    """The permissions of the invitation."""
    return discord.Permissions(**dict.fromkeys(NEEDED, True))


def missing(permissions: discord.Permissions) -> list[str]:
    """What the bot needs and lacks."""
    return [name for name in NEEDED if not getattr(permissions, name)]


def check_permission_name(name: str) -> None:
    """Raise `InputError` for a permission that Discord does not know."""
    if name not in discord.Permissions.VALID_FLAGS:
        raise InputError("permission_unknown", name=name)


def require_moderator(interaction: Interaction, permission: str) -> None:
    """Raise `RefusalError` for whoever lacks the configured permission here."""
    if interaction.guild_id is None:
        raise RefusalError("only_in_servers")
    if not is_moderator(interaction, permission):
        raise RefusalError("not_moderator", permission=permission)


def is_moderator(interaction: Interaction, permission: str) -> bool:
    """Whether this person has the configured permission here."""
    allowed = interaction.permissions
    return allowed.administrator or bool(getattr(allowed, permission))
