"""Who may do what: the bits that matter here, and how Discord adds them up."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag


class Permissions(IntFlag):
    """Bits of https://docs.discord.com/developers/topics/permissions."""

    KICK_MEMBERS = 1 << 1
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    PIN_MESSAGES = 1 << 51


ALL = Permissions(sum(Permissions))
EVERYONE = (
    Permissions.ADD_REACTIONS
    | Permissions.VIEW_CHANNEL
    | Permissions.SEND_MESSAGES
    | Permissions.EMBED_LINKS
    | Permissions.ATTACH_FILES
    | Permissions.READ_MESSAGE_HISTORY
    | Permissions.USE_APPLICATION_COMMANDS
    | Permissions.CREATE_PUBLIC_THREADS
    | Permissions.CREATE_PRIVATE_THREADS
    | Permissions.SEND_MESSAGES_IN_THREADS
)
"""What members of a new server may do."""
BOT = EVERYONE | Permissions.MANAGE_THREADS | Permissions.MANAGE_MESSAGES | Permissions.PIN_MESSAGES
"""What the bot's own role holds unless a test says otherwise."""


def named(names: Iterable[str]) -> Permissions:
    """`named(["manage_threads"])`; ValueError for a name that is not among `Permissions`."""
    total = Permissions(0)
    for name in names:
        try:
            total |= Permissions[name.upper()]
        except KeyError:
            raise ValueError(f"no permission {name!r}") from None
    return total
