"""Reminders: direct messages to those who asked for them and have not voted, otherwise one post that pings nobody."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable

import discord

from bot.catalogue import speech_for
from bot.discord import posts
from bot.discord.board import link
from bot.discord.controls import Style, button
from bot.discord.office import Office
from bot.discord.sending import message_of
from bot.discord.visit import Visit
from bot.discord.wording import moment
from bot.live.deliberations import Person
from engine.deliberation.reminders import Reminder

logger = logging.getLogger("accord.discord")

MOST_MESSAGES = 2
"""Direct messages that one person gets about one deliberation."""
QUIET_FROM, QUIET_UNTIL = 22, 7
"""Hours (UTC, since Discord tells no time zones) in which nobody is written to; the post in the thread stands."""


async def ask(visit: Visit) -> None:
    """Ask for direct messages, or stop them."""
    key = f"remind/{visit.deliberation}/{visit.user.id}"
    if await visit.office.notebook.get(key) is None:
        await visit.office.notebook.put(key, {"sent": 0, "locale": str(visit.interaction.locale)})
        await visit.answer(visit.say("discord.remind.on", most=MOST_MESSAGES))
    else:
        await visit.office.notebook.drop(key)
        await visit.answer(visit.say("discord.remind.off"))


async def remind(office: Office, deliberation: str, reminder: Reminder) -> None:
    """One unpinged post, and a message to each who asked for it and has not voted."""
    state, place = office.deliberations.state(deliberation), await office.places.find(deliberation)
    if place is None or place.gone:
        return
    speech = office.speech_of(deliberation)
    text = speech.say(f"discord.post.closing_soon.{state.stage}", when=moment(state.until))
    verb, label = {
        "polling": ("vote", "discord.button.vote"),
        "critique": ("point", "discord.button.point"),
    }.get(state.stage, ("share", "discord.button.share"))
    view = posts.plain(text, button(speech.say(label), verb, deliberation, style=Style.primary))
    await office.board.post(deliberation, f"reminder/{reminder.name}", view)
    if state.stage != "polling":
        return
    where = link(place, message_of(state, "card") or 0)
    await write_to(
        office,
        deliberation,
        lambda person: person.voter not in state.ballots,
        "discord.remind.message",
        about=reminder.name,
        question=state.question,
        when=moment(state.until),
        link=where,
    )


async def write_to(
    office: Office, deliberation: str, whom: Callable[[Person], bool], key: str, *, about: str, **parameters: str
) -> None:
    """A direct message about a thing to those who asked for messages, once to each and never at night."""
    hour = datetime.datetime.fromtimestamp(office.deliberations.clock() / 1000, datetime.UTC).hour
    if not QUIET_UNTIL <= hour < QUIET_FROM:
        return
    for person, asked in (await office.notebook.all(f"remind/{deliberation}/")).items():
        told = asked.get("told", [])
        who = await office.deliberations.person(deliberation, person)
        if about in told or asked["sent"] >= MOST_MESSAGES or not whom(who):
            continue
        noted = {**asked, "sent": asked["sent"] + 1, "told": [*told, about]}
        await office.notebook.put(f"remind/{deliberation}/{person}", noted)
        try:
            user = await office.client.fetch_user(int(person))
            await user.send(
                speech_for(asked.get("locale")).say(key, **parameters),
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except discord.HTTPException as problem:
            logger.info("%s: a direct message could not be delivered (%s)", deliberation, problem)
