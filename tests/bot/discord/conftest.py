"""The loopback Discord for the bot's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.bot.discord.house import PATIENT
from tests.discord_server.client import pointed_at
from tests.discord_server.server import LoopbackDiscord


@pytest.fixture
async def server() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord(seconds_to_answer=PATIENT) as discord:
        with pointed_at(discord):
            yield discord
        assert discord.crashes == []
