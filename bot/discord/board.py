"""What a deliberation's thread shows, as a projection of its log.

Which messages there should be follows from the state alone: the pinned card, and a post for what has to be noticed. So
whatever was missed, deleted or interrupted is put right by looking again; a note of each message's id keeps it from
being posted twice, and its nonce does so in the moment between posting and noting.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from typing import Any, TypeAlias

import aiohttp
import discord
from discord import ui

from bot.discord import posts
from bot.discord.cards import closed_card, live_card
from bot.discord.errors import MISSING_ACCESS, UNKNOWN_CHANNEL
from bot.discord.office import Office
from bot.discord.places import Place
from bot.discord.results import result_card
from bot.discord.wording import moment
from bot.live.quiet import AfterQuiet
from engine.deliberation import commands as c
from engine.deliberation.oversight import moderator_acts
from engine.deliberation.state import State

logger = logging.getLogger("accord.discord")

Home: TypeAlias = discord.TextChannel | discord.Thread | discord.VoiceChannel | discord.StageChannel
LEASE = 30_000
RETRY_SECONDS = 5.0
NOBODY = discord.AllowedMentions.none()


class Board:
    """Draws what changed after a short quiet spell, never later than a ceiling."""

    def __init__(self, office: Callable[[], Office], *, quiet: float, ceiling: float) -> None:
        self._office = office
        self._drawn: dict[tuple[str, str], str] = {}
        self._after_quiet = AfterQuiet(self._draw, quiet, ceiling)
        self._retry = max(RETRY_SECONDS, quiet) if quiet >= 1 else quiet
        self._closed = False

    def heed(self, deliberation: str) -> None:
        """Draw anew some time soon."""
        self._after_quiet.ask(deliberation)

    def ask(self, deliberation: str, *, forget: bool = False) -> None:
        """Draw soon; `forget` what was drawn, because it may be gone."""
        if forget:
            self._drawn = {key: drawn for key, drawn in self._drawn.items() if key[0] != deliberation}
        self._after_quiet.ask(deliberation)

    def _ask_again(self, deliberation: str) -> None:
        if not self._closed:
            self._after_quiet.ask(deliberation)

    async def settle(self, deliberation: str) -> None:
        """Wait until all that was asked for is drawn."""
        await self._after_quiet.settle(deliberation)

    async def close(self) -> None:
        """Draw no more."""
        self._closed = True
        await self._after_quiet.close()

    async def post(self, deliberation: str, name: str, view: ui.LayoutView) -> discord.Message | None:
        """Post a message that there is to be once; None where it is there, or the thread is out of reach."""
        office = self._office()
        if office.deliberations.state(deliberation).place(name) is not None:
            return None
        home = await self.home(deliberation)
        claim = f"post/{deliberation}/{name}"
        if home is None or not await office.notebook.claim(claim, office.deliberations.clock(), LEASE):
            return None
        return await self._send(deliberation, name, home, view, claim)

    async def _send(self, deliberation: str, name: str, home: Home, view: ui.LayoutView, claim: str) -> discord.Message:
        """Send and write down where: at least once, and where Discord still knows the nonce, once."""
        view.stop()
        state = self._office().deliberations.state(deliberation)
        before = state.place(name) or ""
        try:
            message = await home.send(view=view, nonce=nonce(deliberation, f"{name}/{before}"), allowed_mentions=NOBODY)
        except BaseException:
            await self._office().notebook.drop(f"claim/{claim}")
            raise
        place = f"{home.id}/{message.id}"
        await self._office().deliberations.do(
            deliberation, c.RecordPosted, f"posted:{name}:{message.id}", what=name, place=place
        )
        return message

    async def home(self, deliberation: str) -> Home | None:
        """The thread, unarchived; None where it is gone or out of reach."""
        office = self._office()
        place = await office.places.find(deliberation)
        if place is None or place.gone:
            return None
        channel: Any = office.client.get_channel(place.channel)
        if channel is None:
            try:
                channel = await office.client.fetch_channel(place.channel)
            except discord.NotFound:
                await office.places.change(deliberation, gone=True)
                return None
            except discord.HTTPException as problem:
                logger.warning("%s: its thread is out of reach (%s)", deliberation, problem)
                return None
        if isinstance(channel, discord.Thread) and channel.archived:
            try:
                channel = await channel.edit(archived=False)
            except discord.HTTPException as problem:
                logger.warning("%s: its thread is archived and cannot be opened (%s)", deliberation, problem)
                return None
        return channel if isinstance(channel, Home) else None

    async def _draw(self, deliberation: str) -> None:
        office = self._office()
        place = await office.places.find(deliberation)
        if place is None or place.gone or deliberation not in office.deliberations or not office.is_ours(deliberation):
            return
        state = office.deliberations.state(deliberation)
        try:
            await self._post_what_is_missing(deliberation, state)
            await self._draw_card(deliberation, state)
        except (discord.DiscordServerError, aiohttp.ClientError, OSError) as problem:
            logger.warning("%s: Discord could not be reached (%s); it is tried again", deliberation, problem)
            if not self._closed:
                asyncio.get_running_loop().call_later(self._retry, self._ask_again, deliberation)
        except discord.Forbidden as problem:
            logger.warning("%s: the bot may not write there (%s)", deliberation, problem)
        except discord.HTTPException as problem:
            if problem.code not in (UNKNOWN_CHANNEL, MISSING_ACCESS):
                raise
            logger.warning("%s: its thread is gone (%s)", deliberation, problem)

    async def _post_what_is_missing(self, deliberation: str, state: State) -> None:
        speech = self._office().speech_of(deliberation)
        for name, view in posts.wanted(state, deliberation, speech):
            await self.post(deliberation, name, view)

    async def _draw_card(self, deliberation: str, state: State) -> None:
        office = self._office()
        place, speech = office.places[deliberation], office.speech_of(deliberation)
        if state.stage == "closed":
            head = await self._head(deliberation, state)
            acts = moderator_acts(await office.deliberations.log.read(deliberation))
            await self._show(deliberation, "result", result_card(state, deliberation, place, speech, head, acts))
            result = message_of(office.deliberations.state(deliberation), "result")
            link_to = None if result is None else link(place, result)
            if message_of(state, "card") is not None:
                await self._show(deliberation, "card", closed_card(state, deliberation, place, speech, link_to))
        else:
            await self._show(deliberation, "card", live_card(state, deliberation, place, speech))

    async def _head(self, deliberation: str, state: State) -> str | None:
        """The hash of the record that ended it: what is posted after that makes the log longer, and changes nothing."""
        if state.outcome is None:
            return None
        records = await self._office().deliberations.log.records(deliberation)
        return next((record.hash for record, _ in reversed(records) if record.kind == "closed"), None)

    async def _show(self, deliberation: str, name: str, view: ui.LayoutView) -> None:
        """Post a message that is drawn again whenever it changes; where it was deleted, post it anew."""
        office = self._office()
        drawn = hashlib.sha256(repr(view.to_components()).encode()).hexdigest()
        if self._drawn.get((deliberation, name)) == drawn:
            return
        home = await self.home(deliberation)
        if home is None:
            return
        message = message_of(office.deliberations.state(deliberation), name)
        if message is not None:
            try:
                await home.get_partial_message(message).edit(view=view, allowed_mentions=NOBODY)
                self._drawn[deliberation, name] = drawn
                return
            except discord.NotFound:
                logger.info("%s: its %s was deleted; it is posted again", deliberation, name)
        claim = f"post/{deliberation}/{name}/{message}"
        if not await office.notebook.claim(claim, office.deliberations.clock(), LEASE):
            return
        sent = await self._send(deliberation, name, home, view, claim)
        self._drawn[deliberation, name] = drawn
        if name == "card":
            try:
                await sent.pin()
            except discord.HTTPException as problem:
                logger.info("%s: the card could not be pinned (%s)", deliberation, problem)

    async def came_late(self, deliberation: str, due: int) -> None:
        """Say that what was due then happens only now."""
        speech = self._office().speech_of(deliberation)
        text = speech.say("discord.post.late", when=moment(due, "f"))
        await self.post(deliberation, f"late/{due}", posts.plain(text))


def nonce(deliberation: str, name: str) -> str:
    """Discord drops a second message with the same nonce for some minutes (25 characters at most)."""
    return hashlib.sha256(f"{deliberation}/{name}".encode()).hexdigest()[:24]


def link(place: Place, message: int) -> str:
    """The address of a message in a deliberation's thread."""
    return f"https://discord.com/channels/{place.guild}/{place.channel}/{message}"


def message_of(state: State, name: str) -> int | None:
    """The message that shows something, as the log has it."""
    place = state.place(name)
    return None if place is None else int(place.rpartition("/")[2])
