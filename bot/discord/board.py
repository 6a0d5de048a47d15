"""What a deliberation's thread shows, as a projection of its log.

Which messages there should be follows from the state alone: the pinned card, and a post for what has to be noticed. So
whatever was missed, deleted or interrupted is put right by looking again; a note of each message's id keeps it from
being posted twice, and its nonce does so in the moment between posting and noting.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence

import aiohttp
import discord
from discord import ui

from bot.catalogue import Speech
from bot.discord import posts
from bot.discord.cards import closed_card, live_card
from bot.discord.charts import charts_post
from bot.discord.errors import UNKNOWN_CHANNEL
from bot.discord.exporting import deployment_key
from bot.discord.office import Office
from bot.discord.places import Place
from bot.discord.results import result_card
from bot.discord.sending import LEASE, NOBODY, message_of, send_once
from bot.discord.threads import Home, home_of, thread_gone
from bot.discord.wording import moment
from bot.live.quiet import AfterQuiet
from engine.deliberation.oversight import moderator_acts
from engine.deliberation.state import State

logger = logging.getLogger("accord.discord")

LONGEST_RETRY = 3600.0
"""Seconds; ten thousand refusals in ten minutes would get the bot banned."""


class Board:
    """Draws what changed after a short quiet spell, never later than a ceiling."""

    def __init__(self, office: Callable[[], Office], *, quiet: float, ceiling: float, retry: float) -> None:
        self._office = office
        self._drawn: dict[tuple[str, str], str] = {}
        self._after_quiet = AfterQuiet(self._draw, quiet, ceiling)
        self._retry = retry
        self._failures: dict[str, int] = {}

    def heed(self, deliberation: str) -> None:
        """Draw anew some time soon."""
        self._after_quiet.ask(deliberation)

    def ask(self, deliberation: str, *, forget: bool = False) -> None:
        """Draw soon; `forget` what was drawn, because it may be gone."""
        if forget:
            self._drawn = {key: drawn for key, drawn in self._drawn.items() if key[0] != deliberation}
        self._after_quiet.ask(deliberation)

    def _later(self, deliberation: str, seconds: float) -> None:
        """Look again, whether or not anything changes until then."""
        asyncio.get_running_loop().call_later(seconds, self._look_again, deliberation)

    def _look_again(self, deliberation: str) -> None:
        self._after_quiet.ask(deliberation)

    async def settle(self, deliberation: str) -> None:
        """Wait until all that was asked for is drawn."""
        await self._after_quiet.settle(deliberation)

    async def close(self) -> None:
        """Draw no more."""
        await self._after_quiet.close()

    async def post(self, deliberation: str, name: str, view: ui.LayoutView, files: Sequence[discord.File] = ()) -> None:
        """Post a message that there is to be once, unless it is there or the thread is out of reach."""
        office = self._office()
        if office.deliberations.state(deliberation).place(name) is not None:
            return
        home = await self.home(deliberation)
        if home is not None and await send_once(office, deliberation, name, home, view, files) is None:
            self._later(deliberation, LEASE / 1000)

    async def home(self, deliberation: str) -> Home | None:
        """The thread, unarchived; None where it is gone or out of reach."""
        return await home_of(self._office(), deliberation)

    async def _draw(self, deliberation: str) -> None:
        office = self._office()
        place = await office.places.find(deliberation)
        if place is None or place.gone or deliberation not in office.deliberations or not office.is_ours(deliberation):
            return
        state = office.deliberations.state(deliberation)
        try:
            await self._post_what_is_missing(deliberation, state)
            await self._draw_card(deliberation, state)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as problem:
            if isinstance(problem, discord.NotFound) and problem.code == UNKNOWN_CHANNEL:
                await thread_gone(office, place.channel)
                return
            # A permission that is missing for a moment, an outage: what is to be shown has not changed by it.
            logger.warning("%s: Discord refused (%s); it is tried again", deliberation, problem)
            failures = self._failures[deliberation] = self._failures.get(deliberation, 0) + 1
            self._later(deliberation, min(LONGEST_RETRY, self._retry * 2 ** (failures - 1)))
        else:
            self._failures.pop(deliberation, None)

    async def _post_what_is_missing(self, deliberation: str, state: State) -> None:
        speech = self._office().speech_of(deliberation)
        for name, view in posts.wanted(state, deliberation, speech):
            await self.post(deliberation, name, view)

    async def _draw_card(self, deliberation: str, state: State) -> None:
        office = self._office()
        place, speech = office.places[deliberation], office.speech_of(deliberation)
        if state.stage == "closed":
            head = await self._head(deliberation, state)
            key = await asyncio.to_thread(deployment_key, office.settings)
            acts = moderator_acts(await office.deliberations.log.read(deliberation))
            await self._show(deliberation, "result", result_card(state, deliberation, place, speech, head, acts, key))
            await self._post_tally(deliberation, speech)
            result = message_of(office.deliberations.state(deliberation), "result")
            link_to = None if result is None else link(place, result)
            if message_of(state, "card") is not None:
                await self._show(deliberation, "card", closed_card(state, deliberation, place, speech, link_to))
        else:
            card = live_card(state, deliberation, place, speech, away=office.lately_away())
            await self._show(deliberation, "card", card)

    async def _post_tally(self, deliberation: str, speech: Speech) -> None:
        state = self._office().deliberations.state(deliberation)
        if message_of(state, "result") is None or message_of(state, "tally") is not None:
            return
        drawn = await charts_post(self._office().deliberations.log, deliberation, speech)
        if drawn is not None:
            await self.post(deliberation, "tally", *drawn)

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
        sent = await send_once(office, deliberation, name, home, view)
        if sent is None:
            self._later(deliberation, LEASE / 1000)
            return
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


def link(place: Place, message: int) -> str:
    """The address of a message in a deliberation's thread."""
    return f"https://discord.com/channels/{place.guild}/{place.channel}/{message}"
