"""A street with a moderator and eight neighbours, and the bot, which can stop and start between any two steps."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from bot.discord.app import Accord
from bot.live.drafting import Drafter
from engine.worker.client import ModelWorker
from tests.bot.discord.house import bot_on
from tests.bot.scripted_models import RUNNER
from tests.discord_server.people import Member
from tests.discord_server.replies import Answer
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Attachment, Channel, Message

QUESTION = "Should our street be closed to cars on Sundays in summer?"
SAID = {
    "Ada": "Children could play outside all Sunday if no cars came through.",
    "Bruno": "My shop needs deliveries, so leave one lane open until ten.",
    "Chen": "Try it for one summer and count how many people come.",
    "Dana": "The buses must still get through for older neighbours.",
    "Emre": "I would rather have a market there once a month.",
    "Femi": "Close it, and put benches and plants where the cars stood.",
    "Grete": "I need my car at the door because I cannot walk far.",
    "Hal": "Whatever we do, we should ask the next street as well.",
}
"""What each of the neighbours thinks."""


async def nothing() -> None:
    """What happens between two steps of an undisturbed story."""


class Scene:
    """Everything that a story is about; `between` is awaited between any two of its steps."""

    def __init__(self, server: LoopbackDiscord, folder: Path, worker: Drafter, **settings: Any) -> None:
        self.server, self.folder = server, folder
        self._worker, self._settings = worker, settings
        self._running = AsyncExitStack()
        self.bot: Accord
        self.between: Callable[[], Awaitable[None]] = nothing
        self.guild = server.guild("Our street")
        self.channel = self.guild.text_channel("general")
        self.moderator = self.guild.member("Mo", roles=[self.guild.role("Moderators", "manage_threads")])
        self.neighbours = {name: self.guild.member(name) for name in SAID}
        server.clock.advance(minutes=1)

    def __getitem__(self, name: str) -> Member:
        return self.neighbours[name]

    # --- the bot --------------------------------------------------------------------------------------------------

    async def starts(self) -> None:
        """Start the bot."""
        self.bot = await self._running.enter_async_context(
            bot_on(self.server, self.folder, drafter=self._worker, **self._settings)
        )

    async def stops(self) -> None:
        """Stop it, as SIGTERM does."""
        await self._running.aclose()

    async def restarts(self) -> None:
        """Stop it and start it again."""
        await self.stops()
        await self.starts()

    # --- what people do -------------------------------------------------------------------------------------------

    async def opens(self, question: str = QUESTION, **options: Any) -> Channel:
        """The moderator opens a deliberation: command, form, preview, start."""
        before = set(self.guild.threads())
        form = (await self.moderator.slash(self.channel, "deliberation open", **options)).modal
        await self.between()
        preview = await self.moderator.submits(form, {"question": question})
        await self.between()
        await self.moderator.clicks(preview.message, "Start")
        await self.server.until(lambda: set(self.guild.threads()) - before, what="the thread")
        (thread,) = set(self.guild.threads()) - before
        await self.server.until(lambda: thread.pins, what="the card")
        await self.between()
        return thread

    async def agrees_to_the_notice(self, member: Member, thread: Channel) -> Answer:
        """Press the button for the first time and take part; the box opens."""
        notice = await member.clicks(card(thread), "Share my view")
        await self.between()
        return await member.clicks(notice.message, "Take part")

    async def votes(self, member: Member, thread: Channel, step: str) -> Answer:
        """Press "Vote" and choose a step by its value."""
        ballot = await member.clicks(card(thread), "Vote")
        await self.between()
        return await member.selects(ballot.message, "", step)

    async def shows(self, thread: Channel, words: str) -> Message:
        """The card, once it shows these words."""
        try:
            await self.server.until(lambda: any(words in pinned.text for pinned in thread.pins), what=words)
        except AssertionError as problem:
            raise AssertionError(f"{problem}\nThe card: {card(thread).text}") from None
        return card(thread)

    def posts(self, thread: Channel) -> list[str]:
        """First lines of what the bot has posted in the thread beside the card, without notes that go away."""
        mine = [message for message in thread.said() if message.author is self.server.bot and message.type == 0]
        return [message.text.splitlines()[0] for message in mine if message.pinned_at is None]


@asynccontextmanager
async def scene_on(
    server: LoopbackDiscord, folder: Path, *, drafter: Drafter | None = None, **settings: Any
) -> AsyncGenerator[Scene]:
    """A scene with the bot running in it, its drafts made by a model process without models, or by `drafter`."""
    async with ModelWorker(runner=RUNNER) as worker:
        scene = Scene(server, folder, drafter or worker, **settings)
        await scene.starts()
        try:
            yield scene
        finally:
            await scene.stops()


def card(thread: Channel) -> Message:
    """The pinned card."""
    (found,) = thread.pins
    return found


def disturbances(scene: Scene) -> dict[str, Callable[[], Awaitable[None]]]:
    """What can happen between any two steps without anybody noticing."""
    gateway = scene.server.gateway

    async def away_and_back(leave: Callable[[], None]) -> None:
        told = len(gateway.closings)
        leave()
        await scene.server.until(lambda: len(gateway.closings) > told and gateway.connected, what="the bot's return")
        await asyncio.sleep(0.05)

    def new_session() -> None:
        gateway.forget_sessions()
        gateway.cut()

    return {
        "nothing": nothing,
        "restart": scene.restarts,
        "cut": lambda: away_and_back(gateway.cut),
        "reconnect": lambda: away_and_back(gateway.reconnect),
        "new session": lambda: away_and_back(new_session),
    }


def opinions(scene: Scene) -> list[str]:
    """What counts as said, in order."""
    (state,) = scene.bot.office.deliberations.all.values()
    return [opinion.text.value or "" for opinion in state.live_opinions]


def stage(scene: Scene) -> str:
    """Where the one deliberation is."""
    (state,) = scene.bot.office.deliberations.all.values()
    return state.stage


def contents(attachments: list[Attachment]) -> dict[str, bytes]:
    """Files by name, with those in archives."""
    found: dict[str, bytes] = {}
    for attachment in attachments:
        if zipfile.is_zipfile(io.BytesIO(attachment.data)):
            with zipfile.ZipFile(io.BytesIO(attachment.data)) as archive:
                found |= {name: archive.read(name) for name in archive.namelist()}
        else:
            found[attachment.filename] = attachment.data
    return found
