"""The notice before anything is taken: who sees it, what reads it, how long it is kept, how to delete it."""

from __future__ import annotations

from bot.discord.controls import Style, button, row_view
from bot.discord.visit import Visit


async def takes_part(visit: Visit) -> bool:
    """Whether this person has agreed to the notice of this deliberation."""
    return await has_agreed(visit, str(visit.user.id))


async def has_agreed(visit: Visit, person: str) -> bool:
    """Whether someone has agreed to the notice."""
    who = await visit.office.deliberations.person(visit.deliberation, person)
    return await visit.office.notebook.get(f"taking_part/{visit.deliberation}/{who.member}") is not None


async def agree(visit: Visit) -> None:
    """Write down that this person agreed."""
    who = await visit.person()
    await visit.office.notebook.put(
        f"taking_part/{visit.deliberation}/{who.member}", visit.office.deliberations.clock()
    )


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
