"""Two processes of the bot on one Redis, each with a shard: what is due happens once, whichever of them lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.errors import InputError
from bot.live.share import Share, parse_ids
from bot.settings import read_settings
from tests.bot.discord.house import PATIENT, ScriptedDrafter, Street, bot_on, card, card_says, posted
from tests.discord_server.client import pointed_at
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Channel
from tests.redis_server import RedisServer


@pytest.fixture
async def server() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord(shards=2, seconds_to_answer=PATIENT) as discord:
        with pointed_at(discord):
            yield discord
        assert discord.crashes == []


async def streets(server: LoopbackDiscord) -> list[Street]:
    """One on each shard: the millisecond in which a server was made decides."""
    found: dict[int, Street] = {}
    while len(found) < 2:
        street = Street(server)
        found.setdefault((street.guild.id >> 22) % 2, street)
        await asyncio.sleep(0.001)
    return [found[0], found[1]]


def one_of_two(redis_server: RedisServer, shard: int) -> dict[str, Any]:
    return {"redis_url": SecretStr(redis_server.url), "shard_ids": str(shard), "shard_count": 2}


def times(thread: Channel, words: str) -> int:
    return sum(words in message.text for message in thread.said() if message.pinned_at is None)


async def test_each_process_serves_its_servers_and_what_is_due_happens_once_whoever_lives(
    server: LoopbackDiscord, redis_server: RedisServer, tmp_path: Path
) -> None:
    redis_server.emptied()
    here, there = await streets(server)
    drafters = [ScriptedDrafter(), ScriptedDrafter()]
    async with bot_on(server, tmp_path / "a", drafter=drafters[0], **one_of_two(redis_server, 0)) as first:
        async with bot_on(server, tmp_path / "b", drafter=drafters[1], **one_of_two(redis_server, 1)):
            assert sorted(session.shard for session in server.gateway.sessions) == [(0, 2), (1, 2)]
            threads = [await here.opens("What about here?"), await there.opens("What about there?")]
            for street, thread in zip((here, there), threads, strict=True):
                await street.speak(thread)
            for thread in threads:
                await card_says(server, thread, "Machine draft")
            # Each drafted for its own servers only.
            assert {job.question for job in drafters[0].jobs} == {"What about here?"}
            assert {job.question for job in drafters[1].jobs} == {"What about there?"}
            server.clock.advance(hours=24)
            for thread in threads:
                await card_says(server, thread, "[Is your point in it?]")
            server.clock.advance(hours=12)
            for street, thread in zip((here, there), threads, strict=True):
                await card_says(server, thread, "[Vote]")
                for member, step in zip(street.members, ("7", "6", "3"), strict=False):
                    assert "Receipt" in (await street.votes(member, thread, step)).text
        # The second process is gone; what falls due in its servers happens all the same.
        server.clock.advance(hours=10)
        for thread in threads:
            await posted(server, thread, "closes")
        server.clock.advance(hours=15)
        await posted(server, threads[0], "## Adopted")
        await server.until(
            lambda: all(state.stage == "closed" for state in first.office.deliberations.all.values()), what="the ends"
        )
        async with bot_on(server, tmp_path / "c", **one_of_two(redis_server, 1)):
            await posted(server, threads[1], "## Adopted")
            await card_says(server, threads[1], "has ended")
            await server.settled(0.3)
    for thread in threads:
        assert [times(thread, words) for words in ("The vote is open", "## Adopted")] == [1, 1]
        assert len(thread.pins) == 1
        assert "has ended" in card(thread).text
    assert server.refusals == []


def test_a_server_hangs_on_the_shard_that_its_id_says() -> None:
    assert parse_ids("0-2, 5") == (0, 1, 2, 5)
    share = Share((1, 3), 4)
    assert [share.holds(number << 22) for number in range(5)] == [False, True, False, True, False]
    assert Share().holds(123 << 22)


@pytest.mark.parametrize("fields", [{"SHARD_IDS": "0"}, {"SHARD_IDS": "0,2", "SHARD_COUNT": "2"}, {"SHARD_IDS": "x"}])
def test_shards_that_cannot_be_are_refused(fields: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in fields.items():
        monkeypatch.setenv(f"ACCORD_{name}", value)
    with pytest.raises(InputError) as refused:
        read_settings()
    assert refused.value.code == "setting_wrong"
    assert "shard" in str(refused.value.parameters["name"])
