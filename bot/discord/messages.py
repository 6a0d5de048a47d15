"""Messages in a deliberation's thread: @mentions and, where both the deployment and the moderator allow it, plain ones.

Edits and deletions follow through. What was missed while the bot was away is read again from the thread's history.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import aiohttp
import discord

from bot.discord import consent
from bot.discord.board import link
from bot.discord.controls import Style, button, row_view
from bot.discord.eligibility import is_eligible
from bot.discord.office import Office
from bot.discord.opinions import opinion_of_message, request_of, without_mention
from bot.discord.sending import message_of
from engine.deliberation import commands as c
from engine.deliberation.errors import EngineError

logger = logging.getLogger("accord.discord")

TAKEN, NOT_TAKEN = "✅", "⚠️"
NOTE_SECONDS = 90
MOST_READ_AGAIN = 500
READ_AT_ONCE = 5

Answer = Callable[[], Awaitable[None]]


async def heard(office: Office, message: discord.Message, *, again: bool = False) -> None:
    """A message: an opinion if it names the bot, or if plain messages count here. `again`: read from the history."""
    async with office.turn(message.channel.id):
        answer = await _take(office, message, again=again)
    if answer is not None:
        await answer()


async def _take(office: Office, message: discord.Message, *, again: bool) -> Answer | None:
    """Take what counts; how to answer, which nobody behind it in the thread has to wait for."""
    if message.author.bot or message.guild is None or message.is_system() or office.client.user is None:
        return None
    deliberation = _open_here(office, message.channel.id)
    if deliberation is None:
        return None
    place, state = office.places[deliberation], office.deliberations.state(deliberation)
    # By name: a reply to the card would ping the bot as well.
    mentioned = re.search(rf"<@!?{office.client.user.id}>", message.content) is not None
    captured = place.capture and office.settings.message_content
    if state.settings.nameless or not (mentioned or captured):
        return None
    text = without_mention(office, message.content)
    if not text:
        return None
    request = request_of(message.id)
    if request in state.requests:
        return None  # taken before, also where its author has taken it back since
    # Words said before they agreed do not count afterwards; nor do those of who was forgotten and came back.
    if not await consent.had_agreed(office, deliberation, message.author.id, message.id):
        return partial(_ask_for_consent, office, deliberation, message) if mentioned and not again else None
    address = link(place, message.id)
    if opinion_of_message(state, address) is not None:
        return None
    person = await office.deliberations.person(deliberation, str(message.author.id))
    try:
        office.limit.spend(message.author.id)
        taken = await office.deliberations.do(
            deliberation,
            c.GiveOpinion,
            request,
            member=person.member,
            text=text,
            link=address,
            eligible=await is_eligible(office, deliberation, message.author),
        )
    except EngineError as problem:
        logger.info("%s: a message was not taken (%s)", deliberation, problem)
        sentence = office.speech_of(deliberation).error_sentence(problem.code, problem.parameters)
        return partial(_refuse, message, sentence if mentioned else None)
    return partial(_react, message, TAKEN) if taken else None


async def edited(office: Office, payload: discord.RawMessageUpdateEvent) -> None:
    """An edit changes the opinion that the message is; without the content intent Discord does not say to what."""
    when = payload.data.get("edited_timestamp")
    await reworded(office, payload.channel_id, payload.message_id, str(payload.data.get("content") or ""), str(when))


async def reworded(office: Office, channel: int, message: int, content: str, when: str) -> None:
    """The message says something else now."""
    async with office.turn(channel):
        await _reword(office, channel, message, content, when)


async def _reword(office: Office, channel: int, message: int, content: str, when: str) -> None:
    text = without_mention(office, content)
    if not text:
        return
    for deliberation in office.here(channel):
        state = office.deliberations.state(deliberation)
        opinion = opinion_of_message(state, link(office.places[deliberation], message))
        if opinion is None or opinion.text.value == text:
            continue
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        try:
            await office.deliberations.do(
                deliberation,
                c.ChangeOpinion,
                f"edit:{message}:{when}:{digest}",
                member=opinion.member,
                opinion=opinion.id,
                text=text,
            )
        except EngineError as problem:
            logger.info("%s: an edit was not taken (%s)", deliberation, problem)


async def deleted(office: Office, channel: int, message: int) -> None:
    """A deleted message takes its opinion back; a deleted card is posted again."""
    async with office.turn(channel):
        await _take_back(office, channel, message)


async def _take_back(office: Office, channel: int, message: int) -> None:
    for deliberation in office.here(channel):
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


async def read_again(office: Office) -> None:
    """What was said, edited and deleted in the threads while the bot was away, as far as their history is read."""
    some = asyncio.Semaphore(READ_AT_ONCE)

    async def read(deliberation: str) -> None:
        async with some:
            await _read_one(office, deliberation)

    ours = filter(office.is_ours, office.deliberations.open)
    await asyncio.gather(*(read(deliberation) for deliberation in ours))


async def _read_one(office: Office, deliberation: str) -> None:
    home = await office.board.home(deliberation)
    if home is None:
        return
    try:
        found = {message.id: message async for message in home.history(limit=MOST_READ_AGAIN)}
    except (discord.HTTPException, aiohttp.ClientError, OSError) as problem:
        logger.info("%s: the history cannot be read (%s)", deliberation, problem)
        return
    for number in sorted(found):
        await heard(office, found[number], again=True)
    await _follow(office, deliberation, home.id, found, whole=len(found) < MOST_READ_AGAIN)


async def _follow(
    office: Office, deliberation: str, channel: int, found: Mapping[int, discord.Message], *, whole: bool
) -> None:
    """Compare the opinions that were said in messages with the messages as they are now."""
    prefix = link(office.places[deliberation], 0).removesuffix("0")
    oldest = 0 if whole else min(found, default=0)
    for opinion in office.deliberations.state(deliberation).standing_opinions:
        address = None if opinion.link is None else opinion.link.value
        if address is None or not address.startswith(prefix):
            continue
        number = int(address.removeprefix(prefix))
        if number in found:
            await reworded(office, channel, number, found[number].content, str(found[number].edited_at))
        elif number > oldest:
            await deleted(office, channel, number)


def _open_here(office: Office, channel: int) -> str | None:
    for deliberation in reversed(office.here(channel)):
        if office.deliberations.state(deliberation).stage in ("collecting", "critique"):
            return deliberation
    return None


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


async def _refuse(message: discord.Message, sentence: str | None) -> None:
    """Mark a message as not taken, and say why to who named the bot."""
    await _react(message, NOT_TAKEN)
    if sentence is None:
        return
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
