"""Who can vote: evaluated as of the opening, by role, age of the account and time in the server.

Where the bot sees all members (the members intent), it notes at the opening who can; a role that is gained or lost
later changes nothing then. Elsewhere that is noted for each when they take part.
"""

from __future__ import annotations

import datetime

import discord

from bot.discord.office import Office
from bot.discord.visit import Visit
from engine.deliberation.settings import Settings


async def eligible(visit: Visit) -> bool:
    """Whether this person could vote when the deliberation was opened."""
    return await is_eligible(visit.office, visit.deliberation, visit.user)


async def is_eligible(office: Office, deliberation: str, user: discord.User | discord.Member) -> bool:
    """Whether someone could vote when the deliberation was opened; once noted, it stays."""
    state = office.deliberations.state(deliberation)
    noted = await office.notebook.get(f"eligible/{deliberation}/{user.id}")
    if noted is not None or state.settings.eligible is not None:
        return bool(noted)
    return not isinstance(user, discord.Member) or admitted(user, state.settings, state.opened_at)


async def note(office: Office, deliberation: str, user: discord.User | discord.Member) -> None:
    """Whoever takes part keeps what they could do then, whatever becomes of their roles."""
    key = f"eligible/{deliberation}/{user.id}"
    if await office.notebook.get(key) is None:
        await office.notebook.put(key, int(await is_eligible(office, deliberation, user)))


def admitted(member: discord.Member, settings: Settings, at: int) -> bool:
    """Whether the settings admit a member, counting ages up to a moment in milliseconds."""
    moment = datetime.datetime.fromtimestamp(at / 1000, datetime.UTC)
    joined = moment if member.joined_at is None else member.joined_at
    return settings.eligibility.admits(
        roles={str(role.id) for role in member.roles},
        account_seconds=(moment - member.created_at).total_seconds(),
        membership_seconds=(moment - joined).total_seconds(),
    )
