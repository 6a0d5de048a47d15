"""The notice before anything is taken: who sees it, what reads it, how long it is kept, how to delete it."""

from __future__ import annotations

from bot.discord import eligibility
from bot.discord.controls import Style, button, row_view
from bot.discord.office import Office
from bot.discord.visit import Visit
from engine.deliberation import commands as c

NOTICE = "2"
"""The version of the notice's text; a new one is shown to everyone again."""


async def takes_part(visit: Visit) -> bool:
    """Whether this person has agreed to the notice of this deliberation."""
    return await has_agreed(visit.office, visit.deliberation, visit.user.id)


async def has_agreed(office: Office, deliberation: str, user: int) -> bool:
    """Whether someone has agreed to the notice."""
    person = await office.deliberations.person(deliberation, str(user))
    return office.deliberations.state(deliberation).notices.get(person.member) == NOTICE


async def agreed_at(office: Office, deliberation: str, user: int) -> int | None:
    """When someone agreed, in milliseconds; None if they have not."""
    if not await has_agreed(office, deliberation, user):
        return None
    return int(await office.notebook.get(f"person/{deliberation}/{user}") or 0)


async def agree(visit: Visit) -> None:
    """Write down that this person agreed, and who they are: only the deployment can tell."""
    person = await visit.person()
    await visit.do(c.TakePart, suffix=":notice", member=person.member, notice=NOTICE)
    await eligibility.note(visit.office, visit.deliberation, visit.user)
    await visit.office.notebook.put(f"person/{visit.deliberation}/{visit.user.id}", visit.office.deliberations.clock())


async def voters(office: Office, deliberation: str) -> dict[str, str]:
    """The handles for voting by those for speaking, of all who agreed: only the deployment can join the two."""
    people = [
        await office.deliberations.person(deliberation, user)
        for user in await office.notebook.all(f"person/{deliberation}/")
    ]
    return {person.member: person.voter for person in people}


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
