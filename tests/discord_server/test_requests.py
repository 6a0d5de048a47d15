"""REST as the unmodified client uses it, on good and on bad days."""

from __future__ import annotations

import asyncio
import io

import aiohttp
import discord
import pytest

from tests.discord_server.a_bot import Bot, Card
from tests.discord_server.client import running
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import SUPPRESS_NOTIFICATIONS, Channel


def text_channel(bot: discord.Client, channel: Channel) -> discord.TextChannel:
    found = bot.get_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


async def test_files_keep_their_alt_text_and_can_be_read_again(server: LoopbackDiscord):
    channel = server.guild().text_channel()
    bot = Bot()
    async with running(bot, server.token):
        picture = discord.File(io.BytesIO(b"png"), "tally.png", description="5 agree, 2 do not")
        view = discord.ui.LayoutView()
        gallery: discord.ui.MediaGallery[discord.ui.LayoutView] = discord.ui.MediaGallery()
        gallery.add_item(media=picture, description="5 agree, 2 do not")
        view.add_item(gallery)
        log = discord.File(io.BytesIO(b"{}\n"), "log.jsonl")
        view.add_item(discord.ui.File("attachment://log.jsonl"))
        sent = await text_channel(bot, channel).send(view=view, files=[picture, log])
        assert await sent.attachments[0].read() == b"png"
        (message,) = channel.said()
        assert [attachment.description for attachment in message.attachments] == ["5 agree, 2 do not", None]
        assert message.text == "[picture: 5 agree, 2 do not]\n[file: tally.png]\n[file: log.jsonl]"
        # An edit that names an attachment keeps it, one that names none drops all.
        plain = await text_channel(bot, channel).send("with a file", file=discord.File(io.BytesIO(b"x"), "x.txt"))
        await plain.edit(content="still with it", attachments=plain.attachments)
        assert [attachment.filename for attachment in channel.said()[1].attachments] == ["x.txt"]
        await plain.edit(attachments=[])
        assert channel.said()[1].attachments == []


async def test_mentions_that_were_not_allowed_tell_nobody(server: LoopbackDiscord):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    bot = Bot()
    async with running(bot, server.token):
        await text_channel(bot, channel).send(f"{ada.user.mention} look")
        await text_channel(bot, channel).send(
            f"{ada.user.mention} look",
            allowed_mentions=discord.AllowedMentions(users=[ada.user]),
            silent=True,  # type: ignore[list-item]
        )
        quiet, told = channel.said()
        assert (quiet.allowed_mentions, quiet.mentioned()) == ({"parse": []}, [])
        assert (told.mentioned(), told.flags) == ([ada.user], SUPPRESS_NOTIFICATIONS)
        # discord.py leaves allowed_mentions out of an edit without content: the record shows it.
        await text_channel(bot, channel).get_partial_message(quiet.id).edit(view=None)
        assert quiet.allowed_mentions is None


async def test_threads_posts_pins_and_reactions(server: LoopbackDiscord):
    guild = server.guild()
    channel, forum = guild.text_channel(), guild.forum("ideas")
    ada = guild.member("Ada")
    message = await ada.says(channel, "shall we?")
    bot = Bot()
    async with running(bot, server.token):
        there = text_channel(bot, channel)
        public = await there.create_thread(name="public", type=discord.ChannelType.public_thread)
        private = await there.create_thread(name="private", invitable=False)
        await private.add_user(discord.Object(ada.id))
        on = await (await there.fetch_message(message.id)).create_thread(name="on a message")
        assert on.id == message.id
        place = bot.get_channel(forum.id)
        assert isinstance(place, discord.ForumChannel)
        post = await place.create_thread(name="post", view=Card())
        assert post.thread.id == post.message.id
        assert guild.threads(forum)[0].said()[0].text.startswith("## Should we buy a boat?")
        assert [thread.name for thread in guild.threads()] == ["public", "private", "on a message", "post"]

        seen = await there.fetch_message(message.id)
        await seen.add_reaction("✅")
        assert message.reactions == {"✅": [server.bot]}
        await seen.remove_reaction("✅", discord.Object(server.bot.id))
        assert message.reactions == {"✅": []}
        await seen.pin()
        assert [pinned.id async for pinned in there.pins()] == [message.id]
        assert channel.said()[-1].type == 6  # "Accord pinned a message"
        await seen.unpin()
        assert channel.pins == []

        await public.edit(archived=True, locked=True)
        assert (guild.threads()[0].archived, guild.threads()[0].locked) == (True, True)
        with pytest.raises(discord.HTTPException) as problem:
            await public.edit(name="renamed")
        assert problem.value.code == 50083
        await public.edit(archived=False, locked=False)
        await public.delete()
        assert [thread.name for thread in guild.threads(channel)] == ["private", "on a message"]


async def test_a_thread_that_a_member_opens_is_heard_of(server: LoopbackDiscord):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    bot = Bot()
    async with running(bot, server.token):
        thread = await ada.starts_thread(channel, "boat", text="Let's talk")
        await server.until(lambda: bot.get_channel(thread.id) is not None and bot.heard == [("said", "Let's talk")])
        guild.archives(thread)
        guild.deletes(thread)
        await server.until(lambda: bot.get_channel(thread.id) is None)


async def test_a_dm_reaches_who_takes_it(server: LoopbackDiscord):
    ada = server.guild().member("Ada")
    bot = Bot()
    async with running(bot, server.token):
        user = await bot.fetch_user(ada.id)
        await user.send("closing soon")
        assert [message.text for message in ada.dms] == ["closing soon"]
        ada.user.takes_dms = False
        with pytest.raises(discord.Forbidden) as problem:
            await user.send("still there?")
        assert problem.value.code == 50007


async def test_slash_commands_carry_members_files_numbers_and_completions(server: LoopbackDiscord):
    guild = server.guild()
    channel = guild.text_channel()
    moderator = guild.member("Mo", roles=[guild.role("Moderators", "manage_threads")])
    ada = guild.member("Ada")
    bot = Bot()
    async with running(bot, server.token):
        assert await moderator.autocompletes(channel, "deliberation status", "deliberation", "Br") == [
            ("Bridge", "bridge")
        ]
        answer = await moderator.slash(channel, "deliberation status", deliberation="bridge", who=ada)
        assert answer.text == "bridge for Ada: fine\n[file: log.jsonl]"
        assert answer.message.attachments[0].data == b"{}\n"
    assert [command["name"] for command in server.commands()] == ["deliberation", "Add as my opinion"]


async def test_a_429_is_waited_for_and_one_of_the_proxy_is_an_error(server: LoopbackDiscord):
    channel = server.guild().text_channel()
    bot = Bot()
    async with running(bot, server.token):
        server.limits("POST", r"/channels/\d+/messages", times=2)
        await text_channel(bot, channel).send("at last")
        assert [request.status for request in server.asked("POST", r"/channels/\d+/messages")] == [429, 429, 200]
        server.limits("POST", r"/channels/\d+/messages", by_cloudflare=True)
        with pytest.raises(discord.HTTPException) as problem:
            await text_channel(bot, channel).send("never")
        assert problem.value.status == 429
    assert [message.text for message in channel.said()] == ["at last"]


async def test_buckets_limit_who_sends_too_fast(server: LoopbackDiscord):
    channel = server.guild().text_channel()
    server.enforces_buckets = True
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {server.token}"}) as session:
        statuses: list[int] = []
        proxies: list[bool] = []
        for number in range(7):
            async with session.post(
                f"{server.api_url}/channels/{channel.id}/messages", json={"content": str(number)}
            ) as response:
                statuses.append(response.status)
                proxies.append("Via" in response.headers)
        assert statuses == [200] * 5 + [429] * 2
        assert proxies == [False] * 5 + [True] * 2


async def test_the_client_keeps_within_the_buckets(server: LoopbackDiscord):
    channel = server.guild().text_channel()
    bot = Bot()
    async with running(bot, server.token):
        server.enforces_buckets = True
        await asyncio.gather(*(text_channel(bot, channel).send(str(number)) for number in range(5)))
    assert [request.status for request in server.asked("POST", r".*/messages")] == [200] * 5


async def test_errors_slowness_and_lost_answers_can_be_staged(server: LoopbackDiscord):
    channel = server.guild().text_channel()
    bot = Bot()
    async with running(bot, server.token):
        there = text_channel(bot, channel)
        server.fails("POST", r"/channels/\d+/messages", status=403, code=50013)
        with pytest.raises(discord.Forbidden):
            await there.send("forbidden")
        server.slows("POST", r"/channels/\d+/messages", 0.2)
        start = asyncio.get_running_loop().time()
        await there.send("slow")
        assert asyncio.get_running_loop().time() - start >= 0.2
        server.loses_answer("POST", r"/channels/\d+/messages")
        with pytest.raises((aiohttp.ClientError, OSError)):
            await there.send("done, but nobody was told", nonce="n1")
        # Sent again with its nonce, it is there once.
        await there.send("done, but nobody was told", nonce="n1")
    assert [message.text for message in channel.said()] == ["slow", "done, but nobody was told"]


async def test_a_button_in_a_dm_is_answered_there(server: LoopbackDiscord):
    ada = server.guild().member("Ada")
    bot = Bot()
    async with running(bot, server.token):
        user = await bot.fetch_user(ada.id)
        view = discord.ui.View()
        view.add_item(discord.ui.Button(label="Redraw", custom_id="redraw"))
        await user.send("first", view=view)
        answer = await ada.clicks(ada.dms[0], "Redraw")
        assert (answer.updated, ada.dms[0].content) == (True, "redrawn")


async def test_history_is_paged_as_discord_pages_it(server: LoopbackDiscord):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    said = [await ada.says(channel, str(number)) for number in range(7)]
    bot = Bot()
    async with running(bot, server.token):
        there = text_channel(bot, channel)
        after = discord.Object(said[2].id)
        assert [m.content async for m in there.history(after=after, oldest_first=True)] == ["3", "4", "5", "6"]
        assert [m.content async for m in there.history(limit=2)] == ["6", "5"]
        assert [m.content async for m in there.history(limit=3, around=after)] == ["3", "2", "1"]
        assert [m.content async for m in there.history(before=after)] == ["1", "0"]
