"""After the end: was your view treated fairly? And, two weeks later: was it done?"""

from __future__ import annotations

from bot.discord import posts
from bot.discord.controls import Form, Style, button, row_view, values_of
from bot.discord.office import Office
from bot.discord.permissions import require_moderator
from bot.discord.visit import Visit
from bot.discord.wording import quoted
from engine.deliberation import commands as c
from engine.deliberation.afterwards import FOLLOW_UP
from engine.report import statement_text

ANSWERS = ("yes", "partly", "no")


async def ask_fairness(visit: Visit) -> None:
    """Ask, with three buttons."""
    buttons = [
        button(visit.say(f"discord.critique.{answer}"), "fair", visit.deliberation, answer) for answer in ANSWERS
    ]
    await visit.answer(visit.say("discord.fairness.ask"), row_view(*buttons))


async def fairness(visit: Visit) -> None:
    """An answer; it can be changed."""
    visit.office.limit.spend(visit.user.id)
    person = await visit.person()
    await visit.do(c.AnswerFairness, member=person.member, voter=person.voter, answer=visit.rest[0])
    await visit.answer(visit.say("discord.fairness.taken"), replace=True)


async def follow_up(office: Office, deliberation: str) -> None:
    """Ask the moderators in the thread, once and without a ping."""
    state, speech = office.deliberations.state(deliberation), office.speech_of(deliberation)
    assert state.outcome is not None
    text = speech.say("discord.follow_up.ask", statement=quoted(statement_text(state, state.outcome.statement), 600))
    done = button(speech.say("discord.button.done"), "done", deliberation, style=Style.success)
    not_done = button(speech.say("discord.button.not_done"), "not_done", deliberation)
    await office.board.post(deliberation, FOLLOW_UP, posts.plain(text, done, not_done))


async def done(visit: Visit) -> None:
    """It was done."""
    await _record(visit, done=True, because=None)


async def ask_because(visit: Visit) -> None:
    """A box for why it was not done."""
    require_moderator(visit.interaction, visit.office.settings.moderator_permission)
    form = Form(visit.say("discord.follow_up.title"), "because", visit.deliberation)
    form.text("text", visit.say("discord.follow_up.because"), longest=500, long=True)
    await visit.interaction.response.send_modal(form)


async def not_done(visit: Visit) -> None:
    """It was not done, because."""
    await _record(visit, done=False, because=str(values_of(visit.interaction).get("text") or ""))


async def _record(visit: Visit, *, done: bool, because: str | None) -> None:
    require_moderator(visit.interaction, visit.office.settings.moderator_permission)
    moderator = await visit.moderator()
    await visit.do(c.RecordFollowUp, done=done, because=because, moderator=moderator)
    await visit.answer(visit.say("discord.follow_up.taken"))
