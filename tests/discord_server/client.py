"""The unmodified discord.py, pointed at the loopback Discord."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.discord_server.server import LoopbackDiscord


@contextmanager
def pointed_at(server: LoopbackDiscord) -> Generator[None]:
    """Let clients of this process talk to the loopback, and skip their five seconds between two logins."""
    api, gateway, hook = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Client.before_identify_hook

    async def at_once(self: discord.Client, shard_id: int | None, *, initial: bool = False) -> None:
        return

    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = server.api_url, yarl.URL(server.gateway_url)
    discord.Client.before_identify_hook = at_once
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = api, gateway
        discord.Client.before_identify_hook = hook


@asynccontextmanager
async def running(client: discord.Client, token: str) -> AsyncGenerator[None]:
    """A client from its login to its close; an error that ended it comes out here."""
    task = asyncio.create_task(client.start(token))
    try:
        while not client.is_ready():
            if task.done():
                await task
            await asyncio.sleep(0.01)
        yield
    finally:
        await client.close()
        await asyncio.wait([task])
        if (problem := task.exception()) is not None:
            raise problem
