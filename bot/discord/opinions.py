"""Saying what one thinks: by button and modal, `/opinion`, context menu, @mention or a plain message."""

from __future__ import annotations

import re
from typing import Any

import discord

from bot.discord import alerts
from bot.discord.board import link
from bot.discord.consent import show_notice, takes_part
from bot.discord.controls import Form, button, row_view, values_of
from bot.discord.eligibility import eligible
from bot.discord.errors import RefusalError
from bot.discord.office import Office
from bot.discord.visit import Visit
from bot.discord.wording import quoted
from engine.deliberation import commands as c
from engine.deliberation.state import Opinion, State
from engine.deliberation.words import LIMITS

ECHO = 300


async def share(visit: Visit) -> None:
    """Open the box; whoever is here for the first time sees the notice before."""
    if not await takes_part(visit):
        await show_notice(visit, "share")
        return
    form = Form(visit.say("discord.opinion.title"), "say", visit.deliberation)
    form.text(
        "text",
        visit.say("discord.opinion.label"),
        longest=LIMITS["opinion"],
        long=True,
        description=visit.say("discord.opinion.hint"),
    )
    await visit.interaction.response.send_modal(form)


async def said(visit: Visit) -> None:
    """A submitted box."""
    await give(visit, str(values_of(visit.interaction).get("text") or ""), None)


def request_of(message: int) -> str:
    """The request under which a message is taken, whoever hears of it first."""
    return f"message:{message}"


async def give(visit: Visit, text: str, address: str | None, *, message: int | None = None) -> None:
    """Take an opinion and confirm it to its author alone."""
    if not await takes_part(visit):
        await show_notice(visit, "share")
        return
    visit.office.limit.spend(visit.user.id)
    person = await visit.person()
    request = None if message is None else request_of(message)
    if request in visit.state.requests:
        request = None  # taken back before, and now added by hand again
    await visit.do(
        c.GiveOpinion,
        request=request,
        member=person.member,
        text=text,
        link=None if visit.state.settings.nameless else address,
        eligible=await eligible(visit),
    )
    if len(visit.state.waiting) == 1:
        await alerts.tell(visit.office, visit.deliberation, "discord.review.alert")
    told = "discord.opinion.waits" if visit.state.settings.reviews else "discord.opinion.taken"
    await visit.answer(
        visit.say(told, text=quoted(text, ECHO)),
        row_view(
            button(visit.say("discord.button.others"), "others", visit.deliberation),
            button(visit.say("discord.button.my_part"), "mine", visit.deliberation),
        ),
    )


async def add_message(visit: Visit, message: discord.Message) -> None:
    """The context menu's "Add as my opinion": reads that message without the message-content intent."""
    if visit.state.settings.nameless:
        raise RefusalError("nameless_no_messages")
    if message.author.id != visit.user.id:
        raise RefusalError("other_authors_message")
    text = without_mention(visit.office, message.content)
    if not text:
        raise RefusalError("message_without_words")
    if opinion_of_message(visit.state, link(visit.place, message.id)) is not None:
        await visit.answer(visit.say("discord.opinion.already"))
        return
    await give(visit, text, link(visit.place, message.id), message=message.id)


def without_mention(office: Office, content: str) -> str:
    """What a message says, less the bot's name."""
    bot = office.client.user
    return content.strip() if bot is None else re.sub(rf"<@!?{bot.id}>", "", content).strip()


def opinion_of_message(state: State, address: str) -> Opinion | None:
    """The opinion that was said in this message, be it that a moderator has yet to see it."""
    for opinion in state.standing_opinions:
        if opinion.link is not None and opinion.link.value == address:
            return opinion
    return None


async def change(visit: Visit) -> None:
    """Open the box with an opinion's words in it; the values name the opinion."""
    person = await visit.person()
    opinion = _own(visit, person.member)
    form = Form(visit.say("discord.opinion.change_title"), "changed", visit.deliberation, opinion.id)
    form.text(
        "text",
        visit.say("discord.opinion.label"),
        longest=LIMITS["opinion"],
        long=True,
        value=opinion.text.value or "",
    )
    await visit.interaction.response.send_modal(form)


async def changed(visit: Visit) -> None:
    """A submitted change."""
    visit.office.limit.spend(visit.user.id)
    person = await visit.person()
    text = str(values_of(visit.interaction).get("text") or "")
    await visit.do(c.ChangeOpinion, member=person.member, opinion=visit.rest[0], text=text)
    await visit.answer(visit.say("discord.opinion.changed", text=quoted(text, ECHO)))


async def withdraw(visit: Visit) -> None:
    """Take an opinion back."""
    person = await visit.person()
    opinion = _own(visit, person.member)
    await visit.do(c.WithdrawOpinion, member=person.member, opinion=opinion.id)
    await visit.answer(visit.say("discord.opinion.withdrawn"), replace=True)


def _own(visit: Visit, member: str) -> Opinion:
    values: Any = values_of(visit.interaction).get("values") or list(visit.rest)
    for opinion in visit.state.standing_opinions:
        if values and opinion.id == str(values[0]) and opinion.member == member:
            return opinion
    raise RefusalError("button_too_old")
