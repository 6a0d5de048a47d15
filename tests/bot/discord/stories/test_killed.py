"""The program killed at the worst moments: between what it did in Discord and what it wrote down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.bot.discord.stories.process import BotProcess
from tests.bot.discord.stories.scene import SAID, card
from tests.discord_server.people import Guild, Member
from tests.discord_server.replies import NoAnswerError
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Channel


class Street:
    """A moderator and three neighbours, with the program in a process of its own."""

    def __init__(self, server: LoopbackDiscord, bot: BotProcess) -> None:
        self.server, self.bot = server, bot
        self.guild: Guild = server.guild("Our street")
        self.channel = self.guild.text_channel("general")
        self.moderator = self.guild.member("Mo", roles=[self.guild.role("Moderators", "manage_threads")])
        self.people: list[Member] = [self.guild.member(name) for name in ("Ada", "Bruno", "Chen")]

    async def opens(self) -> Channel:
        form = (await self.moderator.slash(self.channel, "deliberation open", rounds=1)).modal
        preview = await self.moderator.submits(form, {"question": "Close the street?"})
        await self.moderator.clicks(preview.message, "Start")
        await self.server.until(lambda: self.guild.threads() and self.guild.threads()[0].pins, what="the card")
        return self.guild.threads()[0]

    async def speaks(self, member: Member, thread: Channel) -> None:
        opened = await member.clicks(card(thread), "Share my view")
        if not opened.opened_modal:
            opened = await member.clicks(opened.message, "Take part")
        await member.submits(opened.modal, {"text": SAID[member.name]})

    async def all_speak(self, thread: Channel) -> None:
        for member in self.people:
            await self.speaks(member, thread)
        await self.shows(thread, "3 have spoken")
        await self.shows(thread, "agreed yet")

    async def shows(self, thread: Channel, words: str) -> None:
        await self.server.until(lambda: any(words in pinned.text for pinned in thread.pins), what=words, patience=20)

    async def votes(self, member: Member, thread: Channel, step: str) -> str:
        ballot = await member.clicks(card(thread), "Vote")
        return (await member.selects(ballot.message, "", step)).text

    def posts(self, thread: Channel, words: str) -> int:
        return sum(words in message.text for message in thread.said() if message.pinned_at is None)


@asynccontextmanager
async def street_with(server: LoopbackDiscord, folder: Path) -> AsyncGenerator[Street]:
    bot = BotProcess(server, folder)
    street = Street(server, bot)
    await bot.starts()
    try:
        yield street
    finally:
        assert await bot.stops() == 0, bot.said.read_text()[-3000:]


async def test_sigterm_ends_it_with_0_and_nothing_is_lost(server: LoopbackDiscord, tmp_path: Path):
    async with street_with(server, tmp_path) as street:
        thread = await street.opens()
        assert await street.bot.stops() == 0
        await street.bot.starts()
        await street.all_speak(thread)
    assert server.refusals == []


@pytest.mark.parametrize("minutes", [0, 10])
async def test_killed_between_posting_and_noting_it_posts_once(server: LoopbackDiscord, tmp_path: Path, minutes: int):
    async with street_with(server, tmp_path) as street:
        thread = await street.opens()
        await street.all_speak(thread)
        # The post that the poll is open is in Discord, and the program never hears that it is.
        server.loses_answer("POST", rf"/channels/{thread.id}/messages", then=street.bot.killed)
        await street.moderator.slash(thread, "deliberation poll")
        await street.bot.is_gone()
        street.bot.advance(minutes=minutes)
        await street.bot.starts()
        await street.shows(thread, "[Vote]")
        for member in street.people:
            assert "Receipt" in await street.votes(member, thread, "6")
        await street.shows(thread, "3 have voted")
        street.bot.advance(minutes=1)
        await street.votes(street.people[0], thread, "7")
        await server.settled()
        assert street.posts(thread, "The vote is open") == 1
        # The same with the result.
        server.loses_answer("POST", rf"/channels/{thread.id}/messages", then=street.bot.killed)
        street.bot.advance(days=2)
        await street.bot.is_gone()
        street.bot.advance(minutes=minutes)
        await street.bot.starts()
        await street.shows(thread, "has ended")
        await street.bot.stops()
        await street.bot.starts()
        await server.settled()
        assert street.posts(thread, "## Adopted") == 1


async def test_killed_before_it_could_answer_a_ballot_counts_once(server: LoopbackDiscord, tmp_path: Path):
    async with street_with(server, tmp_path) as street:
        thread = await street.opens()
        await street.all_speak(thread)
        await street.moderator.slash(thread, "deliberation poll")
        await street.shows(thread, "[Vote]")
        ada = street.people[0]
        ballot = await ada.clicks(card(thread), "Vote")
        server.fails("POST", r"/interactions/.*", status=404, code=10062)
        with pytest.raises(NoAnswerError):
            await ada.selects(ballot.message, "", "7")
        street.bot.killed()
        await street.bot.comes_back()
        again = await ada.clicks(card(thread), "Vote")
        assert "Your vote so far: 7" in again.text
        await ada.selects(again.message, "", "5")
        await street.shows(thread, "1 has voted")


async def test_killed_while_it_drafts_it_drafts_again(server: LoopbackDiscord, tmp_path: Path):
    async with street_with(server, tmp_path) as street:
        form = (await street.moderator.slash(street.channel, "deliberation open")).modal
        preview = await street.moderator.submits(form, {"question": "Close the street slowly?"})
        await street.moderator.clicks(preview.message, "Start")
        await server.until(lambda: street.guild.threads() and street.guild.threads()[0].pins)
        (thread,) = street.guild.threads()
        for member in street.people:
            await street.speaks(member, thread)
        await street.shows(thread, "a draft is being made")
        street.bot.killed()
        await street.bot.comes_back()
        # The scripted models take half a minute over a question that says "slowly"; the card says so meanwhile.
        assert "a draft is being made" in card(thread).text
        await server.until(lambda: "agreed yet" in card(thread).text, patience=60, what="the draft")


async def test_killed_after_start_was_pressed_the_deliberation_is_there_once(server: LoopbackDiscord, tmp_path: Path):
    async with street_with(server, tmp_path) as street:
        form = (await street.moderator.slash(street.channel, "deliberation open")).modal
        preview = await street.moderator.submits(form, {"question": "Close the street?"})
        server.loses_answer("POST", rf"/channels/{street.channel.id}/threads", then=street.bot.killed)
        start = asyncio.create_task(street.moderator.clicks(preview.message, "Start"))
        await street.bot.is_gone()
        start.cancel()
        await street.bot.starts()
        street.bot.advance(minutes=2)
        # Nothing was written down yet, so the button still works.
        await street.moderator.clicks(preview.message, "Start")
        await server.until(lambda: any(thread.pins for thread in street.guild.threads()), what="the card")
        await server.settled()
        assert sum(bool(thread.pins) for thread in street.guild.threads()) == 1
