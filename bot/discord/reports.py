"""Reporting what is shown, and hiding it with all that rests on it: AutoMod does not see a bot's words."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import discord

from bot.discord import alerts
from bot.discord.controls import Form, chosen, option, values_of
from bot.discord.errors import RefusalError
from bot.discord.office import Office
from bot.discord.permissions import is_moderator
from bot.discord.visit import Visit
from bot.discord.wording import OPTION_LABEL, cut, is_cut, quoted
from engine.deliberation import commands as c
from engine.deliberation.events import KEEP_THINGS
from engine.deliberation.minority import shown_minority
from engine.deliberation.safety import AT_ONCE, reports_of
from engine.deliberation.state import State
from engine.report import statement_text

logger = logging.getLogger("accord.discord")

CATEGORIES = ("abuse", "personal_data", "spam", "self_harm", "other")
MOST = 25
ALERTED = 500
"""Characters of a reported text that moderators are told."""


async def ask(visit: Visit) -> None:
    """Ask what is reported, unless a button named it, and why."""
    form = Form(visit.say("discord.report.title"), "reported", visit.deliberation, *visit.rest)
    if not visit.rest:
        shown = [option(cut(words, OPTION_LABEL), text) for text, words in shown_texts(visit.state)][:MOST]
        if not shown:
            raise RefusalError("nothing_to_report")
        form.choice("text", visit.say("discord.report.what"), shown)
    form.choice(
        "category",
        visit.say("discord.report.why"),
        [option(visit.say(f"discord.report.category.{category}"), category) for category in CATEGORIES],
    )
    await visit.interaction.response.send_modal(form)


async def reported(visit: Visit) -> None:
    """A submitted report; a moderator's hides the text at once."""
    visit.office.limit.spend(visit.user.id)
    values = values_of(visit.interaction)
    text = visit.rest[0] if visit.rest else chosen(values, "text") or ""
    category = chosen(values, "category") or "other"
    author = author_of(visit.state, text)
    if is_moderator(visit.interaction, visit.office.settings.moderator_permission) and category != AT_ONCE:
        moderator = await visit.office.deliberations.person(visit.deliberation, f"moderator:{visit.user.id}")
        reason = visit.office.speech_of(visit.deliberation).say(f"discord.report.category.{category}")
        await visit.do(c.Hide, text=text, moderator=moderator.member, reason=reason)
        await visit.answer(visit.say("discord.report.hidden"))
        return
    person = await visit.person()
    await visit.do(c.Report, member=person.member, text=text, category=category)
    if category == AT_ONCE and author is not None:
        await visit.office.notebook.put(f"help/{visit.deliberation}/{author}", visit.office.deliberations.clock())
    await visit.answer(visit.say("discord.report.taken"))
    await tell_moderators(visit.office, visit.deliberation, text, category)


def shown_texts(state: State) -> Iterator[tuple[str, str]]:
    """What is shown now and can be reported: id and words. The statement first, then opinions, newest first."""
    statements = [option for option in state.options if option != KEEP_THINGS] or (
        [state.statement] if state.statement is not None else []
    )
    for statement in statements:
        yield statement, statement_text(state, statement)
    if state.poll is not None and state.poll.dissent is not None:
        for one in state.poll.dissent.dissent:
            if one.reason is not None and one.reason.value and state.is_shown(one.reason.commitment):
                yield one.reason.commitment, one.reason.value
    view = shown_minority(state)
    if state.minority is not None and view is not None:
        yield state.minority.id, view
    for opinion in reversed(state.live_opinions):
        yield opinion.id, opinion.text.value or ""


def author_of(state: State, text: str) -> str | None:
    """Whose words a reported text is in, as they speak."""
    opinion = state.opinions.get(text)
    if opinion is not None:
        return opinion.member
    candidate = state.candidate(text)
    if candidate is not None and candidate.opinion is not None and candidate.opinion in state.opinions:
        return state.opinions[candidate.opinion].member
    return state.critics.get(text)


async def tell_moderators(office: Office, deliberation: str, text: str, category: str) -> None:
    """Tell of a report, and whether it has hidden the text."""
    state, speech = office.deliberations.state(deliberation), office.speech_of(deliberation)
    words = words_of(state, text)
    await alerts.tell(
        office,
        deliberation,
        "discord.report.alert_hidden" if text in state.hidden else "discord.report.alert",
        whole=text if is_cut(words, ALERTED) else None,
        category=speech.say(f"discord.report.category.{category}"),
        text=quoted(words, ALERTED),
        count=len(reports_of(state, text)),
    )


def words_of(state: State, text: str) -> str:
    """The words of a text, hidden or not."""
    parked = state.parked.get(text) or state.opinions.get(text)
    if parked is not None:
        return parked.text.value or ""
    view = state.minority
    if view is not None and view.id == text and view.text is not None:
        return view.text.value or ""
    dissent = () if state.poll is None or state.poll.dissent is None else state.poll.dissent.dissent
    for one in dissent:
        if one.reason is not None and one.reason.commitment == text:
            return one.reason.value or ""
    candidate = state.candidate(text)
    return "" if candidate is None else candidate.text.value or ""


async def offer_help(visit: Visit) -> None:
    """Whoever was reported as in danger gets the server's help text, alone, the next time that they are here."""
    if visit.deliberation not in visit.office.deliberations:
        return
    person = await visit.person()
    key = f"help/{visit.deliberation}/{person.member}"
    if await visit.office.notebook.get(key) is None or not visit.interaction.response.is_done():
        return
    await visit.office.notebook.drop(key)
    words = visit.office.settings.help_text or visit.say("discord.report.help")
    await visit.interaction.followup.send(words, ephemeral=True, allowed_mentions=discord.AllowedMentions.none())
