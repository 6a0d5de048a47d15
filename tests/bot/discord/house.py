"""The real bot on the loopback Discord, with drafts that need no model and a clock that a test can move."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.discord.app import Accord
from bot.settings import BotSettings
from engine.deliberation.drafts import DraftJob, DraftResult
from engine.deliberation.state import State
from tests.bot.scripted_models import drafted
from tests.discord_server.people import Guild, Member
from tests.discord_server.replies import Answer
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Channel, Message

PATIENT = 30.0
"""Seconds to answer in: `benchmarks.interactions` measures what members wait, tests run on a machine that is busy."""
QUESTION = "Should our street be closed to cars on Sundays?"


class ScriptedDrafter:
    """Does a drafting job at once, and remembers it. The first draft is what everyone likes best."""

    def __init__(self) -> None:
        self.jobs: list[DraftJob] = []

    async def draft(self, job: DraftJob) -> DraftResult:
        """Implement `Drafter.draft`."""
        self.jobs.append(job)
        await asyncio.sleep(0)
        result = drafted(job)
        kept = tuple(one for one in result.candidates if one.id in ("d1", "d0") or one.origin == "member")
        result = result.model_copy(
            update={"candidates": kept, "spread": tuple((0.1,) * (len(kept) - 1) for _ in result.members)}
        )
        mean = tuple(tuple(0.9 if one.id == "d1" else 0.2 for one in result.running) for _ in result.members)
        return result.model_copy(update={"mean": mean})


def settings(folder: Path, **changes: Any) -> BotSettings:
    """A deployment's settings, with everything fast."""
    fields: dict[str, Any] = {
        "data": folder,
        "message_content": True,
        "draft_quiet_seconds": 0.05,
        "draft_ceiling_seconds": 1,
        "card_quiet_seconds": 0.02,
        "card_ceiling_seconds": 0.2,
        "tick_seconds": 0.1,
        "acts_per_minute": 1000,
    }
    return BotSettings(_env_file=None, **(fields | changes))  # pyright: ignore[reportCallIssue]


@asynccontextmanager
async def bot_on(
    server: LoopbackDiscord, folder: Path, *, drafter: Any = None, **changes: Any
) -> AsyncGenerator[Accord]:
    """The bot from its login to a clean stop."""
    bot = Accord(
        settings(folder, **changes),
        drafter or ScriptedDrafter(),
        clock=lambda: server.clock.milliseconds(),
        guild_ready_timeout=0.1,
    )
    running = asyncio.create_task(bot.start(SecretStr(server.token).get_secret_value()))
    try:
        while not bot.is_ready():
            if running.done():
                running.result()
            await asyncio.sleep(0.01)
        await server.settled(0.1)
        yield bot
    finally:
        await bot.drain()
        await asyncio.wait([running])
        if (problem := running.exception()) is not None:
            raise problem


class Street:
    """A server with a moderator, neighbours and, once opened, a deliberation."""

    def __init__(self, server: LoopbackDiscord, **guild: Any) -> None:
        self.server = server
        self.guild: Guild = server.guild("Our street", **guild)
        self.channel = self.guild.text_channel("general")
        self.moderator = self.guild.member("Mo", roles=[self.guild.role("Moderators", "manage_threads")])
        self.members = [self.guild.member(name) for name in ("Ada", "Bruno", "Chen", "Dana", "Emre", "Femi", "Grete")]
        server.clock.advance(minutes=1)

    async def opens(self, question: str = QUESTION, **options: Any) -> Channel:
        """The moderator opens a deliberation; the thread with its card."""
        before = set(self.guild.threads(self.channel))
        form = (await self.moderator.slash(self.channel, "deliberation open", **options)).modal
        values = {"question": question}
        preview = await self.moderator.submits(form, values)
        assert preview.message is not None, preview.text
        await self.moderator.clicks(preview.message, "Start")
        await self.server.until(lambda: set(self.guild.threads(self.channel)) - before, what="the thread")
        (thread,) = set(self.guild.threads(self.channel)) - before
        await self.server.until(lambda: thread.pins, what="the card")
        return thread

    async def takes_part(self, member: Member, thread: Channel) -> Answer:
        """Press "Share my view" for the first time, and agree to the notice; the box opens."""
        notice = await member.clicks(card(thread), "Share my view")
        assert notice.message is not None
        return await member.clicks(notice.message, "Take part")

    async def speak(self, thread: Channel) -> None:
        """Three members say what they think."""
        for member, words in zip(self.members, SUMMER, strict=False):
            await self.says(member, thread, words)

    async def reaches_the_poll(self, thread: Channel) -> None:
        """Opinions, a draft, no critique, and the poll is open."""
        await self.speak(thread)
        await card_says(self.server, thread, "Machine draft")
        self.server.clock.advance(hours=24)
        await card_says(self.server, thread, "[Is your point in it?]")
        self.server.clock.advance(hours=12)
        await card_says(self.server, thread, "[Vote]")

    async def agrees(self, *members: Member, thread: Channel) -> None:
        """Agree to the notice."""
        for member in members:
            notice = await member.slash(thread, "opinion")
            if not notice.opened_modal:
                await member.clicks(notice.message, "Take part")

    async def votes(self, member: Member, thread: Channel, step: str) -> Answer:
        """Choose one of the steps, by its value."""
        ballot = await member.clicks(card(thread), "Vote")
        if "[Take part]" in ballot.text:
            ballot = await member.clicks(ballot.message, "Take part")
        return await member.selects(ballot.message, "", step)

    async def says(self, member: Member, thread: Channel, text: str) -> Answer:
        """Say something in the box."""
        opened = await member.clicks(card(thread), "Share my view")
        if not opened.opened_modal:
            assert opened.message is not None
            opened = await member.clicks(opened.message, "Take part")
        return await member.submits(opened.modal, {"text": text})


SUMMER = ("Close it.", "Leave it open.", "Try it in summer.")


def card(thread: Channel) -> Message:
    """The pinned card."""
    (found,) = thread.pins
    return found


async def posted(server: LoopbackDiscord, thread: Channel, words: str) -> Message:
    """The message of the bot that holds these words, once it is there."""
    await server.until(lambda: any(words in message.text for message in thread.said()), what=words)
    return next(message for message in thread.said() if words in message.text)


async def card_says(server: LoopbackDiscord, thread: Channel, words: str) -> str:
    """The card's text once it holds these words."""
    await server.until(lambda: any(words in pinned.text for pinned in thread.pins), what=words)
    return card(thread).text


def only_state(bot: Accord) -> State:
    """The one deliberation that there is."""
    (state,) = bot.office.deliberations.all.values()
    return state
