"""Review before showing: a moderator looks at each opinion, one after the other."""

from __future__ import annotations

from bot.discord.controls import Form, Style, button, row_view, values_of
from bot.discord.permissions import require_moderator
from bot.discord.visit import Visit
from bot.discord.wording import is_cut, quoted
from engine.deliberation import commands as c

SHOWN = 1500


async def show_next(visit: Visit, *, replace: bool = False) -> None:
    """The opinion that has waited longest."""
    require_moderator(visit.interaction, visit.office.settings.moderator_permission)
    state = visit.state
    waiting = sorted((state.parked[opinion] for opinion in state.waiting), key=lambda opinion: opinion.number)
    if not waiting:
        await visit.answer(visit.say("discord.review.none"), replace=replace)
        return
    first = waiting[0]
    lines = [
        visit.say("discord.review.waiting", count=len(waiting)),
        f"> {quoted(first.text.value or '', SHOWN)}",
    ]
    show = button(visit.say("discord.button.approve"), "approve", visit.deliberation, first.id, style=Style.success)
    keep = button(visit.say("discord.button.reject"), "reject", visit.deliberation, first.id, style=Style.danger)
    buttons = [show, keep]
    if is_cut(first.text.value or "", SHOWN):
        buttons.append(button(visit.say("discord.button.whole"), "whole", visit.deliberation, first.id))
    await visit.answer("\n".join(lines), row_view(*buttons), replace=replace)


async def approve(visit: Visit) -> None:
    """Let it count, and show the next."""
    require_moderator(visit.interaction, visit.office.settings.moderator_permission)
    await visit.do(c.ApproveOpinion, opinion=visit.rest[0], moderator=await visit.moderator())
    await show_next(visit, replace=True)


async def ask_reason(visit: Visit) -> None:
    """Rejecting needs a reason, which the author is told."""
    require_moderator(visit.interaction, visit.office.settings.moderator_permission)
    form = Form(visit.say("discord.review.title"), "rejected", visit.deliberation, visit.rest[0])
    form.text("text", visit.say("discord.review.reason"), longest=500, long=True)
    await visit.interaction.response.send_modal(form)


async def rejected(visit: Visit) -> None:
    """It is not shown; on to the next."""
    require_moderator(visit.interaction, visit.office.settings.moderator_permission)
    reason = str(values_of(visit.interaction).get("text") or "")
    await visit.do(c.RejectOpinion, opinion=visit.rest[0], reason=reason, moderator=await visit.moderator())
    await show_next(visit, replace=True)
