"""What others say: one short statement at a time; agree, pass or disagree with one tap, and stop any time."""

from __future__ import annotations

from bot.discord.consent import show_notice, takes_part
from bot.discord.controls import Style, button, row_view
from bot.discord.eligibility import eligible
from bot.discord.visit import Visit
from bot.discord.wording import is_cut, quoted
from engine.deliberation import commands as c
from engine.deliberation.quick_votes import reactions

SHOWN = 600
AT_ONCE = 5
"""Statements that are shown in a row."""
VOTES = {"agree": 1, "pass": 0, "disagree": -1}


async def ask(visit: Visit) -> None:
    """Show the next statement."""
    if not await takes_part(visit):
        await show_notice(visit, "others")
        return
    await _show_next(visit, replace=False)


async def given(visit: Visit) -> None:
    """A tap; the next statement takes its place."""
    visit.office.limit.spend(visit.user.id)
    person = await visit.person()
    statement, vote = visit.rest
    await visit.do(
        c.CastQuickVote,
        member=person.member,
        voter=person.voter,
        statement=statement,
        vote=VOTES[vote],
        eligible=await eligible(visit),
    )
    visit.office.questions.refresh(visit.deliberation)
    if len(reactions(visit.state, person.voter)) % AT_ONCE == 0:
        # Enough for now: nobody should feel that it never ends.
        going_on = button(visit.say("discord.button.go_on"), "others", visit.deliberation)
        await visit.answer(visit.say("discord.quick.enough"), row_view(going_on), replace=True)
        return
    await _show_next(visit, replace=True)


async def _show_next(visit: Visit, *, replace: bool) -> None:
    person = await visit.person()
    left = visit.office.questions.left(visit.deliberation, person)
    visit.office.questions.refresh(visit.deliberation)
    if not left:
        await visit.answer(visit.say("discord.quick.done"), replace=replace)
        return
    statement = left[0]
    done = len(reactions(visit.state, person.voter))
    buttons = [
        button(visit.say(f"discord.quick.{vote}"), "quick", visit.deliberation, statement.id, vote, style=style)
        for vote, style in (("agree", Style.success), ("pass", Style.secondary), ("disagree", Style.danger))
    ]
    buttons.append(button(visit.say("discord.button.report"), "report", visit.deliberation, statement.id))
    if is_cut(statement.text, SHOWN):
        buttons.append(button(visit.say("discord.button.whole"), "whole", visit.deliberation, statement.id))
    lines = [
        visit.say("discord.quick.ask_draft" if statement.id not in visit.state.opinions else "discord.quick.ask"),
        f"> {quoted(statement.text, SHOWN)}",
        "-# " + visit.say("discord.quick.left", done=done, left=len(left)),
    ]
    await visit.answer("\n".join(lines), row_view(*buttons), replace=replace)
