"""The gateway: logging in, being told, losing the connection and coming back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest

from tests.discord_server.a_bot import Bot
from tests.discord_server.client import pointed_at, running
from tests.discord_server.gateway import CONTENT, MEMBERS
from tests.discord_server.people import Guild
from tests.discord_server.refusing import Json
from tests.discord_server.server import LoopbackDiscord


@asynccontextmanager
async def connected(server: LoopbackDiscord) -> AsyncGenerator[aiohttp.ClientWebSocketResponse]:
    async with aiohttp.ClientSession() as session, session.ws_connect(server.gateway_url) as socket:
        assert (await socket.receive_json())["op"] == 10
        yield socket


def identify(server: LoopbackDiscord, **more: Any) -> Json:
    return {"op": 2, "d": {"token": server.token, "intents": 1, "properties": {}} | more}


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", 4002),
        ({"no": "op"}, 4002),
        ({"op": 99, "d": None}, 4001),
        ({"op": 8, "d": {}}, 4003),
        ({"op": 2, "d": {"token": "nobody's", "intents": 1}}, 4004),
        ({"shard": [2, 2]}, 4010),
        ({"intents": 1 << 40}, 4013),
        ({"intents": None}, 4013),
        ({"intents": CONTENT}, 4014),
        ({"intents": MEMBERS}, 4014),
    ],
)
async def test_a_client_that_says_wrong_things_is_sent_away(frame: Any, code: int):
    async with LoopbackDiscord(message_content=False, members=False) as server, connected(server) as socket:
        if isinstance(frame, dict) and "op" not in frame and "no" not in frame:
            frame = identify(server, **frame)
        await socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))
        assert (await socket.receive()).data == code


async def test_identifying_twice_and_talking_too_much_end_the_connection(server: LoopbackDiscord):
    for frame, times, code in ((identify(server), 1, 4005), ({"op": 1, "d": None}, 120, 4008)):
        async with connected(server) as socket:
            await socket.send_json(identify(server))
            for _ in range(times):
                await socket.send_json(frame)
            while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
            assert message.data == code


async def test_login_with_a_wrong_token_fails(server: LoopbackDiscord):
    with pytest.raises(discord.LoginFailure):
        async with running(Bot(), "wrong"):
            pass


async def test_a_privileged_intent_that_the_portal_does_not_grant_ends_the_client():
    async with LoopbackDiscord(message_content=False) as server:
        with pointed_at(server), pytest.raises(discord.PrivilegedIntentsRequired):
            async with running(Bot(), server.token):
                pass


async def test_members_come_when_they_are_asked_for(server: LoopbackDiscord):
    guild = server.guild()
    ada = guild.member("Ada")
    for number in range(3):
        guild.member(f"Member {number}")
    bot = Bot()
    async with running(bot, server.token):
        there = bot.get_guild(guild.id)
        assert there is not None
        assert there.chunked  # discord.py asked for all on its own
        assert {member.display_name for member in there.members} == {
            "Accord", "Olive Owner", "Ada", "Member 0", "Member 1", "Member 2",
        }  # fmt: skip
        found = await there.query_members("Memb", limit=2)
        assert len(found) == 2
        found = await there.query_members(user_ids=[ada.id, 1])
        assert [member.id for member in found] == [ada.id]
        role = guild.role("Voters")
        ada.gains(role)
        await server.until(lambda: "Voters" in [role.name for role in there.get_member(ada.id).roles])  # type: ignore[union-attr]
        ada.leaves()
        await server.until(lambda: there.get_member(ada.id) is None)


async def test_words_are_hidden_without_the_content_intent_unless_the_bot_is_spoken_to(server: LoopbackDiscord):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    bot = Bot(message_content=False)
    async with running(bot, server.token):
        plain = await ada.says(channel, "just between us")
        spoken = await ada.says(channel, f"{server.bot.mention} hear me")
        await ada.edits(plain, "between us all")
        await server.until(lambda: len(bot.heard) == 3)
        assert bot.heard == [("said", ""), ("said", spoken.content), ("edited", "")]
        answer = await ada.uses_menu(plain, "Add as my opinion")
        assert answer.text == "Taken: between us all"


async def test_messages_edits_deletions_and_reactions_are_heard(server: LoopbackDiscord):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    bot = Bot()
    async with running(bot, server.token):
        message = await ada.says(channel, "one")
        await server.until(lambda: bot.heard)
        await ada.edits(message, "two")
        await ada.reacts(message, "👍")
        await ada.deletes(message)
        await server.until(lambda: len(bot.heard) == 4)
    assert bot.heard == [("said", "one"), ("edited", "two"), ("reacted", "👍"), ("deleted", str(message.id))]


async def test_what_happened_meanwhile_is_replayed_on_resume(server: LoopbackDiscord):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    bot = Bot()
    async with running(bot, server.token):
        (session,) = server.gateway.sessions
        for number, disturb in enumerate((server.gateway.reconnect, server.gateway.cut, server.gateway.close), start=1):
            disturb()
            await ada.says(channel, f"while you were away {number}")
            await server.until(lambda n=number: len(bot.heard) == n, what="the replay")
        assert server.gateway.sessions == [session]
        assert [text for _, text in bot.heard] == [f"while you were away {number}" for number in (1, 2, 3)]


@pytest.mark.parametrize("how", ["invalidate", "forget"])
async def test_a_lost_session_begins_anew_and_misses_what_was_said(server: LoopbackDiscord, how: str):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    bot = Bot()
    async with running(bot, server.token):
        (old,) = server.gateway.sessions
        if how == "invalidate":
            server.gateway.invalidate()
        else:
            server.gateway.forget_sessions()
            server.gateway.cut()
        await ada.says(channel, "missed")
        await server.until(lambda: server.gateway.connected and server.gateway.connected[-1] is not old)
        await ada.says(channel, "heard")
        await server.until(lambda: bot.heard)
        assert bot.heard == [("said", "heard")]


async def test_an_outage_of_the_whole_discord_is_survived(server: LoopbackDiscord):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    bot = Bot()
    async with running(bot, server.token):
        await server.down()
        await asyncio.sleep(0.1)
        await server.up()
        await server.ready()
        await ada.says(channel, "back")
        await server.until(lambda: bot.heard == [("said", "back")])


async def test_a_close_that_cannot_be_resumed_ends_the_client(server: LoopbackDiscord):
    bot = Bot()
    starting = asyncio.create_task(bot.start(server.token))
    await server.ready()
    server.gateway.close(4004)
    with pytest.raises(discord.ConnectionClosed) as problem:
        await starting
    assert problem.value.code == 4004
    await bot.close()


class ShardedBot(discord.AutoShardedClient):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.all(), guild_ready_timeout=0.1)
        self.heard: list[str] = []

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message.content)


async def test_two_shards_hear_their_own_guilds():
    async with LoopbackDiscord(shards=2) as server:
        guilds: list[Guild] = []
        for number in range(6):
            guilds.append(server.guild(f"Guild {number}"))
            await asyncio.sleep(0.001)  # the shard hangs on the millisecond in which a guild was made
        people = [(guild.member("Ada"), guild.text_channel()) for guild in guilds]
        bot = ShardedBot()
        server._state.portal_intents |= 1 << 8  # pyright: ignore[reportPrivateUsage]
        with pointed_at(server):
            async with running(bot, server.token):
                assert sorted(session.shard for session in server.gateway.sessions) == [(0, 2), (1, 2)]
                assert len(bot.guilds) == 6
                for guild in guilds:
                    there = bot.get_guild(guild.id)
                    assert there is not None
                    assert there.shard_id == (guild.id >> 22) % 2
                for ada, channel in people:
                    await ada.says(channel, channel.guild.name if channel.guild else "")
                await server.until(lambda: len(bot.heard) == 6)
                server.gateway.cut()
                for ada, channel in people:
                    await ada.says(channel, "again")
                await server.until(lambda: bot.heard.count("again") == 6)


async def test_every_event_can_come_twice(server: LoopbackDiscord):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    bot = Bot()
    async with running(bot, server.token):
        server.gateway.duplicating = True
        await ada.says(channel, "one")
        await server.until(lambda: bot.heard == [("said", "one")] * 2)


async def test_two_bots_on_one_token_both_hear_and_one_answers(server: LoopbackDiscord):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    message = await ada.says(channel, "hello")
    first, second = Bot(), Bot()
    async with running(first, server.token), running(second, server.token):
        answer = await ada.uses_menu(message, "Add as my opinion")
        assert answer.text == "Taken: hello"
        await server.until(lambda: [request.code for request in server.refusals] == [40060])
        await ada.says(channel, "both")
        await server.until(lambda: first.heard == second.heard == [("said", "both")])


async def test_unknown_and_missing_fields_do_not_matter_to_the_client(server: LoopbackDiscord):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    server.adds_unknown_fields()
    bot = Bot()
    async with running(bot, server.token):
        message = await ada.says(channel, "hello")
        assert (await ada.uses_menu(message, "Add as my opinion")).text == "Taken: hello"
        server.leaves_out(
            "mention_roles", "edited_timestamp", "tts", "premium_since", "nick", "authorizing_integration_owners"
        )
        await ada.says(channel, "sparse")
        await server.until(lambda: ("said", "sparse") in bot.heard)


async def test_a_malformed_event_reaches_the_client_as_it_is(server: LoopbackDiscord):
    server.guild()
    async with connected(server) as socket:
        await socket.send_json(identify(server))
        while (await socket.receive_json())["t"] != "GUILD_CREATE":
            pass
        server.gateway.raw("MESSAGE_CREATE", {"broken": True})
        frame = await socket.receive_json()
        assert (frame["t"], frame["d"]) == ("MESSAGE_CREATE", {"broken": True})


async def test_heartbeats_are_answered_and_remembered(server: LoopbackDiscord):
    server.gateway.heartbeat_seconds = 0.1
    async with running(Bot(), server.token) as _:
        (session,) = server.gateway.sessions
        await server.until(lambda: len(session.heartbeats) >= 3)
        assert session.connection is not None


async def test_a_kicked_bot_is_told_and_can_come_back(server: LoopbackDiscord):
    guild = server.guild()
    bot = Bot()
    async with running(bot, server.token):
        guild.kicks_bot()
        await server.until(lambda: bot.get_guild(guild.id) is None)
        with pytest.raises(discord.NotFound) as problem:
            await bot.fetch_guild(guild.id)
        assert problem.value.code == 10004
        server.invite(guild)
        await server.until(lambda: bot.get_guild(guild.id) is not None)
