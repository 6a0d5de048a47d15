"""The notice before anything is taken: who sees it, what reads it, how long it is kept, how to delete it."""

from __future__ import annotations

import discord

from bot.discord import eligibility
from bot.discord.controls import Style, button, row_view
from bot.discord.office import Office
from bot.discord.visit import Visit
from bot.live.participants import note_of
from engine.deliberation import commands as c

NOTICE = "2"
"""The version of the notice's text; a new one is shown to everyone again."""


async def takes_part(visit: Visit) -> bool:
    """Whether this person had agreed to the notice of this deliberation when they did this."""
    return await had_agreed(visit.office, visit.deliberation, visit.user.id, visit.interaction.id)


async def had_agreed(office: Office, deliberation: str, user: int, by: int) -> bool:
    """Whether someone had agreed to the notice when Discord gave a message or an interaction of theirs the id `by`.

    What they did before counts as little when Discord tells of it late, or a second time, after they agreed.
    """
    person = await office.deliberations.person(deliberation, str(user))
    if office.deliberations.state(deliberation).notices.get(person.member) != NOTICE:
        return False
    agreed = await office.notebook.get(note_of(deliberation, user))
    return agreed is not None and _moment(by) >= int(agreed)


async def agree(visit: Visit) -> None:
    """Write down that this person agreed, and who they are: only the deployment can tell."""
    person = await visit.person()
    note = note_of(visit.deliberation, visit.user.id)
    # When comes first: were it missing for a moment, what they said before would count. Agreeing again changes nothing.
    if visit.state.notices.get(person.member) != NOTICE or await visit.office.notebook.get(note) is None:
        await visit.office.notebook.put(note, _moment(visit.interaction.id))
    await visit.do(c.TakePart, suffix=":notice", member=person.member, notice=NOTICE)
    await eligibility.note(visit.office, visit.deliberation, visit.user)


def _moment(snowflake: int) -> int:
    """When Discord gave out an id, in milliseconds since 1970: one clock for all that people do."""
    return (snowflake >> 22) + discord.utils.DISCORD_EPOCH


async def show_notice(visit: Visit, then: str, *rest: str) -> None:
    """Show the notice with "Take part"; agreeing leads on to `then`."""
    settings = visit.state.settings
    lines = [
        visit.say("discord.notice.text", days=visit.office.settings.retention_days),
        visit.say("discord.notice.nameless" if settings.nameless else "discord.notice.named"),
    ]
    if visit.place.capture:
        lines.append(visit.say("discord.notice.capture"))
    agreeing = button(
        visit.say("discord.button.take_part"), "agree", visit.deliberation, then, *rest, style=Style.primary
    )
    await visit.answer("\n\n".join(lines), row_view(agreeing))
