"""Between the rounds: is your point in the draft? What is missing goes into the next one."""

from __future__ import annotations

from bot.discord.consent import show_notice, takes_part
from bot.discord.controls import Form, values_of
from bot.discord.statements import statement_lines
from bot.discord.visit import Visit
from bot.discord.wording import quoted
from engine.deliberation import commands as c
from engine.deliberation.words import LIMITS


async def ask(visit: Visit) -> None:
    """Open the box."""
    if not await takes_part(visit):
        await show_notice(visit, "point")
        return
    person = await visit.person()
    before = visit.state.critiques.get(person.member)
    form = Form(visit.say("discord.critique.title"), "criticise", visit.deliberation)
    form.text(
        "text",
        visit.say("discord.critique.label"),
        longest=LIMITS["critique"],
        long=True,
        value="" if before is None else before.text.value or "",
        description=visit.say("discord.critique.hint"),
    )
    await visit.interaction.response.send_modal(form)


async def given(visit: Visit) -> None:
    """A submitted critique."""
    visit.office.limit.spend(visit.user.id)
    person = await visit.person()
    text = str(values_of(visit.interaction).get("text") or "")
    await visit.do(c.GiveCritique, member=person.member, text=text)
    await visit.answer(visit.say("discord.critique.taken", text=quoted(text, 300)))


def shown_statement(visit: Visit) -> str:
    """The statement that a critique is about."""
    statement = visit.state.statement
    return "" if statement is None else statement_lines(visit.state, statement)
