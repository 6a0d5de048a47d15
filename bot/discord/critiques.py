"""Is your point in it? Yes, partly or no, and why; what is missing goes into the next draft."""

from __future__ import annotations

from bot.discord.consent import show_notice, takes_part
from bot.discord.controls import Form, chosen, option, values_of
from bot.discord.errors import RefusalError
from bot.discord.visit import Visit
from bot.discord.wording import quoted
from engine.deliberation import commands as c
from engine.deliberation.words import LIMITS

ANSWERS = ("yes", "partly", "no")


async def ask(visit: Visit) -> None:
    """Open the form."""
    if not await takes_part(visit):
        await show_notice(visit, "point")
        return
    state = visit.state
    if state.draft is None:
        raise RefusalError("no_draft_yet")
    person = await visit.person()
    before = state.critiques.get(person.member)
    form = Form(visit.say("discord.critique.title"), "criticise", visit.deliberation, state.draft.id)
    form.choice(
        "answer",
        visit.say("discord.critique.answer"),
        [option(visit.say(f"discord.critique.{answer}"), answer) for answer in ANSWERS],
        required=False,
    )
    if state.stage == "critique" or state.round < state.settings.rounds:
        form.text(
            "text",
            visit.say("discord.critique.label"),
            longest=LIMITS["critique"],
            long=True,
            required=False,
            value="" if before is None else before.text.value or "",
            description=visit.say("discord.critique.hint"),
        )
    await visit.interaction.response.send_modal(form)


async def given(visit: Visit) -> None:
    """A submitted answer.

    In a round of critique the why goes into this round's revision, before it into the next one's: only the first is a
    critique to the deliberation, the other is a why of its answer.
    """
    visit.office.limit.spend(visit.user.id)
    person = await visit.person()
    values = values_of(visit.interaction)
    answer, why = chosen(values, "answer"), str(values.get("text") or "").strip()
    if answer is None and not why:
        raise RefusalError("nothing_said")
    answer = answer or "partly"  # who only says what is missing
    criticising = visit.state.stage == "critique"
    await visit.do(
        c.AnswerPoint,
        member=person.member,
        draft=visit.rest[0],
        answer=answer,
        why=None if criticising or not why else why,
    )
    if criticising and why:
        await visit.do(c.GiveCritique, suffix=":why", member=person.member, text=why)
    words = visit.say("discord.critique.taken", answer=visit.say(f"discord.critique.{answer}"))
    await visit.answer(f"{words}\n{quoted(why, 300)}" if why else words)
