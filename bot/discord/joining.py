"""Coming to a server: a permission check in plain words, and a practice round that is clearly simulated."""

from __future__ import annotations

import logging
from typing import Any

import aiohttp
import discord

from bot.catalogue import Speech, speech_for
from bot.discord import posts
from bot.discord.consent import NOTICE
from bot.discord.controls import Style, button
from bot.discord.errors import RefusalError
from bot.discord.office import Office
from bot.discord.opening import open_in
from bot.discord.permissions import missing, require_moderator
from bot.discord.visit import Visit
from engine.deliberation import commands as c
from engine.deliberation.errors import DeliberationError

logger = logging.getLogger("accord.discord")

FOR_GOOD = 100 * 365 * 86_400_000
INVENTED = ("1", "2", "3")
PRACTICE_SECONDS = 1800
"""How long a practice round lasts at most, and how long after its end it is deleted."""


async def joined(office: Office, guild: discord.Guild) -> None:
    """Say what the bot can and cannot do here, once, also where it was invited while it was not running.

    Cards that are here already are drawn again.
    """
    await office.notebook.drop(f"left/{guild.id}")
    for deliberation in office.places.in_guild(guild.id):
        office.board.ask(deliberation, forget=True)
    if not await office.notebook.claim(f"joined/{guild.id}", office.deliberations.clock(), FOR_GOOD):
        return
    channel = _where_to_write(guild)
    if channel is None:
        logger.warning("no channel of the server %s can be written to", guild.id)
        return
    speech = speech_for(str(guild.preferred_locale))
    practising = button(speech.say("discord.button.practise"), "practise", "-", style=Style.primary)
    view = posts.plain(check(guild, channel, speech), practising)
    view.stop()
    try:
        await channel.send(view=view, allowed_mentions=discord.AllowedMentions.none())
    except (discord.HTTPException, aiohttp.ClientError, OSError) as problem:
        logger.warning("the server %s could not be greeted; it is tried at the next start (%s)", guild.id, problem)
        await office.notebook.drop(f"claim/joined/{guild.id}")


async def left(office: Office, guild: discord.Guild) -> None:
    """What was said there is kept for thirty days more."""
    await office.notebook.drop(f"claim/joined/{guild.id}")
    await office.notebook.put(f"left/{guild.id}", office.deliberations.clock())


def check(guild: discord.Guild, channel: discord.TextChannel, speech: Speech) -> str:
    """The permissions that the bot has and lacks, in plain words."""
    lacking = missing(channel.permissions_for(guild.me))
    lines = [speech.say("discord.join.hello")]
    if lacking:
        lines.append(speech.say("discord.join.lacking"))
        lines += [f"- **{speech.named(name)}**: {speech.say(f'discord.permission.{name}')}" for name in lacking]
    else:
        lines.append(speech.say("discord.join.fine"))
    lines.append(speech.say("discord.join.next"))
    return "\n".join(lines)


async def practise(visit: Visit) -> None:
    """Open a deliberation of invented members in a thread of its own."""
    office, interaction = visit.office, visit.interaction
    require_moderator(interaction, office.settings.moderator_permission)
    if not isinstance(interaction.channel, discord.TextChannel) or interaction.guild is None:
        raise RefusalError("cannot_write_here", missing="threads")
    await interaction.response.defer(ephemeral=True, thinking=True)
    speech = speech_for(str(interaction.guild.preferred_locale))
    deliberation = f"d{interaction.id}"
    thread = await interaction.channel.create_thread(
        name=speech.say("discord.practice.name"), type=discord.ChannelType.public_thread
    )
    options: dict[str, Any] = {
        "preset": "quick",
        "question": speech.say("discord.practice.question"),
        "seconds": PRACTICE_SECONDS,
        "settings": {"quorum": {"ballots": 2}},
        "place": {"simulated": True},
        "retention_seconds": PRACTICE_SECONDS,
    }
    await open_in(office, thread, deliberation, options, moderator=interaction.user.id, guild=interaction.guild)
    for number in INVENTED:
        person = await office.deliberations.person(deliberation, f"invented:{number}")
        await office.deliberations.do(
            deliberation, c.TakePart, f"invented:{number}:notice", member=person.member, notice=NOTICE
        )
        words = speech.say(f"discord.practice.opinion_{number}")
        await office.deliberations.do(
            deliberation, c.GiveOpinion, f"invented:{number}", member=person.member, text=words
        )
    voting = button(speech.say("discord.button.practice_poll"), "practice_poll", deliberation, style=Style.primary)
    ending = button(speech.say("discord.button.end_practice"), "end_practice", deliberation)
    await office.board.post(deliberation, "practice", posts.plain(speech.say("discord.practice.guide"), voting, ending))
    await visit.answer(visit.say("discord.open.started", thread=thread.jump_url))


async def practice_poll(visit: Visit) -> None:
    """Open the vote, and let the invented members cast invented ballots."""
    office = visit.office
    require_moderator(visit.interaction, office.settings.moderator_permission)
    _require_practice(visit)
    await visit.do(c.OpenPoll, moderator=await visit.moderator())
    state = visit.state
    assert state.poll is not None
    statements = [option for option in state.options if visit.state.candidate(option) is not None]
    for number, grade in zip(INVENTED, (7, 6, 3), strict=True):
        person = await office.deliberations.person(visit.deliberation, f"invented:{number}")
        await office.deliberations.do(
            visit.deliberation,
            c.CastBallot,
            f"invented:{number}:ballot",
            poll=state.poll.id,
            voter=person.voter,
            member=person.member,
            grades=dict.fromkeys(statements, grade),
        )
    await visit.answer(visit.say("discord.practice.voted"))


async def end_practice(visit: Visit) -> None:
    """Delete it all."""
    require_moderator(visit.interaction, visit.office.settings.moderator_permission)
    _require_practice(visit)
    await visit.answer(visit.say("discord.practice.ended"))
    if visit.state.stage != "closed":
        reason = visit.say("discord.practice.ended")
        await visit.do(c.Withdraw, reason=reason, moderator=await visit.moderator())
    await visit.do(c.Expire, suffix=":expire", because="deployment_left")
    await delete_practice(visit.office, visit.deliberation)


async def delete_practice(office: Office, deliberation: str) -> None:
    """Take the thread of a practice round away."""
    place = await office.places.find(deliberation)
    if place is None or not place.simulated:
        return
    home = await office.board.home(deliberation)
    await office.places.change(deliberation, gone=True)
    if isinstance(home, discord.Thread):
        try:
            await home.delete()
        except discord.HTTPException as problem:
            logger.info("%s: the practice thread could not be deleted (%s)", deliberation, problem)
    await office.places.drop(deliberation)


def _require_practice(visit: Visit) -> None:
    if not visit.place.simulated:
        raise DeliberationError("closed") if visit.state.stage == "closed" else RefusalError("button_too_old")


def _where_to_write(guild: discord.Guild) -> discord.TextChannel | None:
    """The server's channel for such messages, or the first one that the bot may write to."""
    channels = [guild.system_channel, *guild.text_channels]
    return next(
        (one for one in channels if one is not None and one.permissions_for(guild.me).send_messages),
        None,
    )
