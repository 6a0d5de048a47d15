"""Messages in a deliberation's thread: @mentions and, where both the deployment and the moderator allow it, plain ones.

Edits and deletions follow through. What was missed while the bot was away is read again from the thread's history.
"""

from __future__ import annotations

import datetime
import logging

import discord

from bot.discord import consent
from bot.discord.board import link, message_of
from bot.discord.controls import Style, button, row_view
from bot.discord.eligibility import is_eligible
from bot.discord.office import Office
from bot.discord.opinions import opinion_of_message, without_mention
from engine.deliberation import commands as c
from engine.deliberation.errors import EngineError

logger = logging.getLogger("accord.discord")

TAKEN, NOT_TAKEN = "✅", "⚠️"
NOTE_SECONDS = 90
MOST_READ_AGAIN = 500


async def heard(office: Office, message: discord.Message) -> None:
    """A new message: an opinion if it mentions the bot, or if plain messages count here."""
    if message.author.bot or message.guild is None or office.client.user is None:
        return
    deliberation = _open_here(office, message.channel.id)
    if deliberation is None:
        return
    place, state = office.places[deliberation], office.deliberations.state(deliberation)
    mentioned = any(user.id == office.client.user.id for user in message.mentions)
    captured = place.capture and office.settings.message_content
    if state.settings.nameless or not (mentioned or captured):
        return
    text = without_mention(office, message.content)
    if not text:
        return
    if not await consent.has_agreed(office, deliberation, message.author.id):
        if mentioned:
            await _ask_for_consent(office, deliberation, message)
        return
    address = link(place, message.id)
    if opinion_of_message(state, address) is not None:
        return
    person = await office.deliberations.person(deliberation, str(message.author.id))
    try:
        office.limit.spend(message.author.id)
        taken = await office.deliberations.do(
            deliberation,
            c.GiveOpinion,
            f"message:{message.id}",
            member=person.member,
            text=text,
            link=address,
            eligible=await is_eligible(office, deliberation, message.author),
        )
    except EngineError as problem:
        logger.info("%s: a message was not taken (%s)", deliberation, problem)
        await _react(message, NOT_TAKEN)
        if mentioned:
            sentence = office.speech_of(deliberation).error_sentence(problem.code, problem.parameters)
            await _note(message, sentence)
        return
    if taken:
        await _react(message, TAKEN)


async def edited(office: Office, payload: discord.RawMessageUpdateEvent) -> None:
    """An edit changes the opinion that the message is; without the content intent Discord does not say to what."""
    content = str(payload.data.get("content") or "")
    if not content:
        return
    for deliberation in _all_here(office, payload.channel_id):
        state = office.deliberations.state(deliberation)
        opinion = opinion_of_message(state, link(office.places[deliberation], payload.message_id))
        text = without_mention(office, content)
        if opinion is None or not text or opinion.text.value == text:
            continue
        when = payload.data.get("edited_timestamp") or hash(text)
        try:
            await office.deliberations.do(
                deliberation,
                c.ChangeOpinion,
                f"edit:{payload.message_id}:{when}",
                member=opinion.member,
                opinion=opinion.id,
                text=text,
            )
        except EngineError as problem:
            logger.info("%s: an edit was not taken (%s)", deliberation, problem)


async def deleted(office: Office, channel: int, message: int) -> None:
    """A deleted message takes its opinion back; a deleted card is posted again."""
    for deliberation in _all_here(office, channel):
        place = office.places[deliberation]
        shown = office.deliberations.state(deliberation)
        if message in (message_of(shown, "card"), message_of(shown, "result")):
            office.board.ask(deliberation, forget=True)
        opinion = opinion_of_message(office.deliberations.state(deliberation), link(place, message))
        if opinion is None:
            continue
        try:
            await office.deliberations.do(
                deliberation, c.WithdrawOpinion, f"delete:{message}", member=opinion.member, opinion=opinion.id
            )
        except EngineError as problem:
            logger.info("%s: a deletion was not taken (%s)", deliberation, problem)


async def thread_gone(office: Office, channel: int, reason: str) -> None:
    """A deleted thread does not come back: its deliberations end there, with that reason."""
    for deliberation in _all_here(office, channel):
        await office.places.change(deliberation, gone=True)
        if office.deliberations.state(deliberation).stage != "closed":
            opener = office.deliberations.state(deliberation).moderator
            await office.deliberations.do(
                deliberation, c.Withdraw, f"thread_gone:{channel}", reason=reason, moderator=opener
            )


async def read_again(office: Office, since: int) -> None:
    """What was said in the threads while the bot was away, as far as the history can be read."""
    after = datetime.datetime.fromtimestamp(since / 1000, datetime.UTC)
    for deliberation in filter(office.is_ours, office.deliberations.open):
        home = await office.board.home(deliberation)
        if home is None:
            continue
        try:
            async for message in home.history(after=after, limit=MOST_READ_AGAIN, oldest_first=True):
                await heard(office, message)
        except discord.HTTPException as problem:
            logger.info("%s: the history cannot be read (%s)", deliberation, problem)


def _open_here(office: Office, channel: int) -> str | None:
    for deliberation in reversed(_all_here(office, channel)):
        if office.deliberations.state(deliberation).stage in ("collecting", "critique"):
            return deliberation
    return None


def _all_here(office: Office, channel: int) -> list[str]:
    return [found for found in office.places.in_channel(channel) if found in office.deliberations]


async def _ask_for_consent(office: Office, deliberation: str, message: discord.Message) -> None:
    """Nothing is taken before the notice was seen: a short reply leads to it and goes away by itself."""
    speech = office.speech_of(deliberation)
    view = row_view(
        button(speech.say("discord.button.read_notice"), "notice", deliberation, str(message.id), style=Style.primary)
    )
    view.stop()
    await message.reply(
        speech.say("discord.notice.first"),
        view=view,
        mention_author=False,
        delete_after=NOTE_SECONDS,
        allowed_mentions=discord.AllowedMentions.none(),
    )


async def _note(message: discord.Message, sentence: str) -> None:
    try:
        await message.reply(
            sentence,
            mention_author=False,
            delete_after=NOTE_SECONDS,
            allowed_mentions=discord.AllowedMentions.none(),
        )
    except discord.HTTPException as problem:
        logger.info("a note could not be left (%s)", problem)


async def _react(message: discord.Message, sign: str) -> None:
    try:
        await message.add_reaction(sign)
    except discord.HTTPException as problem:
        logger.info("a reaction could not be added (%s)", problem)
