"""The bot with everything in Redis: no process and no folder of its own holds anything that lasts."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from tests.bot.discord.house import Street, bot_on, card_says, posted
from tests.discord_server.server import LoopbackDiscord
from tests.redis_server import RedisServer


async def test_a_deliberation_goes_on_in_another_process_and_another_folder(
    server: LoopbackDiscord, redis_server: RedisServer, tmp_path: Path
) -> None:
    where = SecretStr(redis_server.emptied())
    street = Street(server)
    async with bot_on(server, tmp_path / "first", redis_url=where):
        thread = await street.opens()
        await street.reaches_the_poll(thread)
        await street.votes(street.members[0], thread, "7")
    async with bot_on(server, tmp_path / "second", redis_url=where):
        for member, step in zip(street.members[1:], ("6", "3"), strict=False):
            assert "Receipt" in (await street.votes(member, thread, step)).text
        await card_says(server, thread, "3 have voted")
        server.clock.advance(hours=12)
        assert "2 of 3 agree" in (await posted(server, thread, "## Adopted")).text
    assert server.refusals == []
