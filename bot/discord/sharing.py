"""What else may be done with what is one's own: off by default, each for itself, and taken back at any time.

A use of words belongs to who somebody speaks as, a use of votes to who they vote as. Each press writes one of the two,
so that the log never holds both in one act.
"""

from __future__ import annotations

from typing import Final, get_args

from discord import ui

from bot.discord.consent import show_notice, takes_part
from bot.discord.controls import Style, button, row_view
from bot.discord.visit import Visit
from bot.live.deliberations import Person
from engine.deliberation import commands as c
from engine.deliberation.consent import allows
from engine.deliberation.member_events import Use

USES: Final[tuple[Use, ...]] = get_args(Use)


async def show(visit: Visit, *, replace: bool = False) -> None:
    """What somebody allows now, with a button for each use."""
    if not await takes_part(visit):
        await show_notice(visit, "sharing")
        return
    person, state = await visit.person(), visit.state
    lines = [visit.say("discord.sharing.ask")]
    buttons: list[ui.Button[ui.View]] = []
    for number, use in enumerate(USES):
        allowed = allows(state, _handle(person, use), use)
        if use == "learning" and not (allowed or visit.office.settings.learning):
            continue  # this deployment learns nothing
        told = "discord.sharing.on" if allowed else "discord.sharing.off"
        lines.append(visit.say(told, use=visit.say(f"discord.sharing.{use}")))
        label = visit.say(f"discord.button.{'keep' if allowed else 'allow'}_{use}")
        style = Style.secondary if allowed else Style.success
        buttons.append(button(label, "allow", visit.deliberation, str(number), "no" if allowed else "yes", style=style))
    lines.append("-# " + visit.say("discord.sharing.back"))
    await visit.answer("\n".join(lines), row_view(*buttons), replace=replace)


async def allow(visit: Visit) -> None:
    """Allow one use, or take it back."""
    visit.office.limit.spend(visit.user.id)
    person = await visit.person()
    use = USES[int(visit.rest[0])]
    handle = _handle(person, use)
    uses: list[Use] = [one for one in visit.state.sharing.get(handle, ()) if one != use]
    if visit.rest[1] == "yes":
        uses.append(use)
    await visit.do(c.SetSharing, handle=handle, uses=tuple(uses))
    await show(visit, replace=True)


def _handle(person: Person, use: Use) -> str:
    return person.member if use == "words" else person.voter
