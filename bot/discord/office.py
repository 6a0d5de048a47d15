"""What every handler works with: built once in `app`, handed down, no globals."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import discord

from bot.catalogue import Speech, speech_for
from bot.discord.limits import RateLimit
from bot.discord.places import Places
from bot.live.asking import Questions
from bot.live.deliberations import Deliberations
from bot.live.notebook import Notebook
from bot.settings import BotSettings

if TYPE_CHECKING:
    from bot.discord.board import Board

WONDER = 3_600_000
"""Milliseconds after a start in which the card says that the bot was away."""


@dataclass
class Office:
    """The services of one running bot."""

    settings: BotSettings
    client: discord.AutoShardedClient
    deliberations: Deliberations
    notebook: Notebook
    places: Places
    limit: RateLimit
    board: Board
    questions: Questions
    _turns: WeakValueDictionary[int, asyncio.Lock] = field(default_factory=WeakValueDictionary[int, asyncio.Lock])
    away: tuple[int, int] | None = None
    """From when to when the bot was away before this start, where that was noticeable."""

    def turn(self, channel: int) -> asyncio.Lock:
        """What is said, edited and deleted in a thread is handled in the order in which it came."""
        return self._turns.setdefault(channel, asyncio.Lock())

    def here(self, channel: int) -> list[str]:
        """The deliberations of a thread, oldest first."""
        return [found for found in self.places.in_channel(channel) if found in self.deliberations]

    async def knows(self, deliberation: str) -> bool:
        """Whether there is such a deliberation; another process on the same store may have opened it."""
        if deliberation not in self.deliberations:
            await self.deliberations.catch_up_on(deliberation)
        return deliberation in self.deliberations and await self.places.find(deliberation) is not None

    def is_ours(self, deliberation: str) -> bool:
        """Whether this process answers for the server that a deliberation is in; alone it answers for all."""
        place, share = self.places.get(deliberation), self.settings.share
        return share.count == 1 or (place is not None and share.holds(place.guild))

    def lately_away(self) -> tuple[int, int] | None:
        """The last absence, for as long as someone may wonder about it."""
        if self.away is None or self.deliberations.clock() - self.away[1] > WONDER:
            return None
        return self.away

    def speech_of(self, deliberation: str) -> Speech:
        """The language of what everyone in a deliberation's thread reads."""
        if deliberation in self.deliberations:
            return speech_for(self.deliberations.state(deliberation).settings.language)
        return speech_for(self.settings.language)
