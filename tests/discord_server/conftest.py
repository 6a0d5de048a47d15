"""A loopback Discord for each test; whatever the server itself gets wrong fails the test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.discord_server.client import pointed_at
from tests.discord_server.server import LoopbackDiscord


@pytest.fixture
async def server() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as discord:
        with pointed_at(discord):
            yield discord
        assert discord.crashes == []
