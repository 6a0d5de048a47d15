"""The minority view: whoever said in public why they are against reads it alone, before it stands with the result."""

from __future__ import annotations

from bot.discord.board import link
from bot.discord.controls import Form, Style, button, row_view, values_of
from bot.discord.office import Office
from bot.discord.reminding import write_to
from bot.discord.sending import message_of
from bot.discord.visit import Visit
from bot.discord.wording import moment, quoted
from engine.deliberation import commands as c
from engine.deliberation.errors import DeliberationError
from engine.deliberation.minority import MOST_WORDINGS, approved_by, awaits_answers, proposed_to, shown_minority
from engine.deliberation.parts import MinorityView
from engine.deliberation.words import LIMITS


async def show(visit: Visit, *, replace: bool = False) -> None:
    """The words as they stand, with what can be said to them; nobody else is shown anything."""
    view = await _of_theirs(visit)
    assert view.text is not None
    words = visit.say("discord.minority.reworded" if view.wording else "discord.minority.drafted")
    lines = [words, f"> {quoted(view.text.value or '', LIMITS['minority'])}"]
    if view.settled:
        lines.append(visit.say("discord.minority.stands"))
    elif view.until is not None:
        approved = approved_by(visit.state) or 0
        lines.append(
            visit.say("discord.minority.ask", when=moment(view.until, "f"), approved=approved, all=len(view.reasons))
        )
    rest = (view.id, str(view.wording))
    buttons = [button(visit.say("discord.button.object"), "object", visit.deliberation, *rest, style=Style.danger)]
    if view.settled is None:
        approve = button(visit.say("discord.button.agree"), "endorse", visit.deliberation, *rest, style=Style.success)
        buttons.insert(0, approve)
        if view.wording < MOST_WORDINGS:
            buttons.append(button(visit.say("discord.button.reword"), "reword", visit.deliberation, *rest))
    buttons.append(button(visit.say("discord.button.report"), "report", visit.deliberation, view.id))
    await visit.answer("\n".join(lines), row_view(*buttons), replace=replace)


async def approve(visit: Visit) -> None:
    """These words may stand with the result."""
    await _answer(visit, approves=True)
    shown = shown_minority(visit.state) is not None
    await visit.answer(visit.say("discord.minority.shown" if shown else "discord.minority.approved"), replace=True)


async def object_to(visit: Visit) -> None:
    """They may not: the reasons are quoted alone."""
    await _answer(visit, approves=False)
    await visit.answer(visit.say("discord.minority.objected"), replace=True)


async def ask_words(visit: Visit) -> None:
    """A box with the words in it."""
    view = await _of_theirs(visit)
    assert view.text is not None
    form = Form(visit.say("discord.minority.title"), "reworded", visit.deliberation, *visit.rest)
    form.text(
        "text",
        visit.say("discord.minority.label"),
        longest=LIMITS["minority"],
        long=True,
        value=view.text.value or "",
        description=visit.say("discord.minority.hint"),
    )
    await visit.interaction.response.send_modal(form)


async def reworded(visit: Visit) -> None:
    """New words, which the others are asked about again."""
    visit.office.limit.spend(visit.user.id)
    person = await visit.person()
    text = str(values_of(visit.interaction).get("text") or "")
    view, wording = visit.rest
    await visit.do(c.RewordMinority, voter=person.voter, view=view, wording=int(wording), text=text)
    await show(visit, replace=True)


async def write_to_them(office: Office, deliberation: str) -> None:
    """A direct message to those of them who asked for messages."""
    state, place = office.deliberations.state(deliberation), office.places[deliberation]
    view = state.minority
    if view is None or view.until is None or not awaits_answers(state):
        return
    await write_to(
        office,
        deliberation,
        lambda person: proposed_to(state, person.voter) is not None,
        "discord.minority.message",
        about=view.id,
        question=state.question,
        when=moment(view.until, "f"),
        link=link(place, message_of(state, "result") or 0),
    )


async def _answer(visit: Visit, *, approves: bool) -> None:
    visit.office.limit.spend(visit.user.id)
    person = await visit.person()
    view, wording = visit.rest
    await visit.do(c.AnswerMinority, voter=person.voter, view=view, wording=int(wording), approves=approves)


async def _of_theirs(visit: Visit) -> MinorityView:
    person = await visit.person()
    found = proposed_to(visit.state, person.voter)
    if found is None:
        gone = visit.state.minority is None or visit.state.minority.settled is False
        raise DeliberationError("no_minority_view" if gone else "not_from_your_words")
    return found
