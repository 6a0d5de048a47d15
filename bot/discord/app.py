"""The composition root: everything is built here, in order, and handed down; and everything is let go of again."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, cast

import discord
from discord import app_commands

from bot.discord import afterwards, alerts, joining, messages, minority, reminding, router
from bot.discord.board import Board
from bot.discord.connecting import intents
from bot.discord.limits import RateLimit
from bot.discord.localised import CatalogueTranslator
from bot.discord.members import add_member_commands
from bot.discord.moderation import Moderation
from bot.discord.office import Office
from bot.discord.places import Places
from bot.discord.sending import message_of
from bot.discord.threads import thread_gone
from bot.errors import InputError
from bot.live.asking import Asker, Questions
from bot.live.bursts import BurstWatch
from bot.live.deliberations import Deliberations
from bot.live.drafting import Drafter, LiveDrafting
from bot.live.ending import end
from bot.live.figures import Figures, figures_of, last_ran
from bot.live.monitor import Monitor
from bot.live.participants import voters
from bot.live.schedule import Schedule
from bot.live.stores import Stores, open_stores
from bot.settings import BotSettings
from engine.deliberation.events import AnyEvent
from engine.deliberation.reminders import Reminder
from engine.reward.deployment import learn

logger = logging.getLogger("accord.discord")

NOBODY = discord.AllowedMentions.none()
DRAIN_SECONDS = 10.0


def _now() -> int:
    return int(time.time() * 1000)


class Tree(app_commands.CommandTree["Accord"]):
    """Slash commands and context menus; their errors end where all others do."""

    async def _call(self, interaction: discord.Interaction[Any]) -> None:
        """Run one as every other handler is run; the library offers no other place to hold it."""
        await self.client.finish(super()._call(interaction))

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Implement `CommandTree.on_error`."""
        # What a check refuses is the cause of a CheckFailure, what a command raises the original of its error.
        problem = error.original if isinstance(error, app_commands.CommandInvokeError) else error.__cause__ or error
        where = "?" if interaction.command is None else interaction.command.qualified_name
        await router.tell(interaction, problem, f"/{where}")


class Accord(discord.AutoShardedClient):
    """The bot. `drafter` does the drafting jobs; `clock` gives milliseconds since 1970."""

    office: Office
    stores: Stores

    def __init__(
        self, settings: BotSettings, drafter: Drafter, *, clock: Callable[[], int] = _now, **options: Any
    ) -> None:
        super().__init__(
            intents=intents(settings),
            allowed_mentions=NOBODY,
            application_id=cast("int", settings.application_id),  # None: Discord is asked
            chunk_guilds_at_startup=settings.members_intent,
            shard_ids=cast("list[int]", None if settings.shard_ids is None else list(settings.share.ids)),
            shard_count=settings.shard_count,
            **options,
        )
        self.settings = settings
        self.drafter = drafter
        self.clock = clock
        self.tree = Tree(self)
        self._busy: set[asyncio.Task[None]] = set()
        self._bursts = BurstWatch()
        self._telling: set[asyncio.Future[None]] = set()
        self._caught_up = False
        self._draining = False
        self._following: asyncio.Task[None] | None = None
        self.monitor = Monitor(self.figures, self.is_well)

    async def setup_hook(self) -> None:
        """Open the stores, read all states and register what there is; nothing is sent before Discord is ready."""
        stores = self.stores = await open_stores(self.settings)
        notebook = stores.notebook
        deliberations = Deliberations(stores.log, self.clock)
        await deliberations.load()
        places = Places(notebook)
        await places.load()
        board = Board(
            lambda: self.office,
            quiet=self.settings.card_quiet_seconds,
            ceiling=self.settings.card_ceiling_seconds,
            retry=self.settings.tick_seconds,
        )
        limit = RateLimit(self.settings.acts_per_minute)
        here = self.settings.drafting == "here" and isinstance(self.drafter, Asker)

        async def voters_of(deliberation: str) -> dict[str, str]:
            return await voters(notebook, deliberation, lambda user: deliberations.person(deliberation, user))

        questions = self.questions = Questions(
            deliberations,
            cast("Asker", self.drafter) if here else None,
            voters_of,
        )
        office = Office(self.settings, self, deliberations, notebook, places, limit, board, questions)
        self.office = office
        deliberations.on_change(board.heed)
        deliberations.on_events(self._watch)
        self.drafting = LiveDrafting(
            deliberations,
            self.drafter,
            quiet=self.settings.draft_quiet_seconds,
            ceiling=self.settings.draft_ceiling_seconds,
            from_members=self.settings.draft_from_members,
            waits_for_round=self._waits_for_round,
            voters=voters_of,
            is_ours=office.is_ours,
            queue=stores.queue,
            learnt=lambda: learn(deliberations.all.values()) if self.settings.learning else None,
        )
        self.schedule = Schedule(
            deliberations,
            notebook,
            self,
            tick=self.settings.tick_seconds,
            late_after=self.settings.late_after_seconds,
            alive=self.settings.share.note,
        )
        if self.settings.metrics_port is not None:
            await self.monitor.start(self.settings.metrics_host, self.settings.metrics_port)
        self.tree.add_command(Moderation(office))
        add_member_commands(self.tree, office)
        await self.tree.set_translator(CatalogueTranslator())
        self._guard_parsers()
        await self._sync()

    async def on_ready(self) -> None:
        """Catch up: messages, deadlines, drafts, cards.

        A reconnect may end in another READY. That is no start, but what was said meanwhile was not heard.
        """
        await self.finish(self._catch_up())

    async def _catch_up(self) -> None:
        await messages.read_again(self.office)
        if self._caught_up:
            return
        self._caught_up = True
        alive, now = await self.office.notebook.get(self.settings.share.note), self.clock()
        if isinstance(alive, int) and now - alive > 1000 * self.settings.late_after_seconds:
            self.office.away = (alive, now)
        for deliberation, state in self.office.deliberations.all.items():
            if state.stage != "closed" or message_of(state, "result") is None:
                self.office.board.ask(deliberation)
        await self.schedule.start()
        self.drafting.resume()
        if self.settings.redis_url is not None:  # files have one writer, this process
            self._following = asyncio.create_task(self.office.deliberations.follow())
        for guild in self.guilds:
            await joining.joined(self.office, guild)
        logger.info(
            "ready: %s deliberations, %s open", len(self.office.deliberations.all), len(self.office.deliberations.open)
        )

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Components and modals; commands have their tree."""
        if interaction.type in (discord.InteractionType.component, discord.InteractionType.modal_submit):
            await self.finish(router.route(self.office, interaction))

    async def on_message(self, message: discord.Message) -> None:
        """See `messages`."""
        await self.finish(messages.heard(self.office, message))

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """See `messages`."""
        await self.finish(messages.edited(self.office, payload))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """See `messages`."""
        await self.finish(messages.deleted(self.office, payload.channel_id, payload.message_id))

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """See `messages`."""
        for message in sorted(payload.message_ids):
            await self.finish(messages.deleted(self.office, payload.channel_id, message))

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """See `threads`."""
        await self.finish(thread_gone(self.office, payload.thread_id))

    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        """A thread that is opened again shows what happened meanwhile; what was drawn already is not drawn again."""
        for deliberation in self.office.here(payload.thread_id):
            self.office.board.ask(deliberation)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """With a channel go its threads, each without an event of its own."""
        for deliberation in self.office.places.in_guild(channel.guild.id):
            self.office.board.ask(deliberation, forget=True)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """See `joining`."""
        await self.finish(joining.joined(self.office, guild))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server is back from an outage; not every server tells a new one from one that is back."""
        if self._caught_up:
            await self.finish(joining.joined(self.office, guild))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """See `joining`."""
        await self.finish(joining.left(self.office, guild))

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """What no handler caught: an id for the operator's log. It costs that event, never the bot."""
        del args, kwargs
        incident = hashlib.sha256(f"{event_method}{time.time_ns()}".encode()).hexdigest()[:8]
        logger.exception("incident %s in %s", incident, event_method)

    async def remind(self, deliberation: str, reminder: Reminder) -> None:
        """Implement `Announcer.remind`."""
        await reminding.remind(self.office, deliberation, reminder)

    async def follow_up(self, deliberation: str) -> None:
        """Implement `Announcer.follow_up`."""
        await afterwards.follow_up(self.office, deliberation)

    async def minority_waits(self, deliberation: str) -> None:
        """Implement `Announcer.minority_waits`."""
        await minority.write_to_them(self.office, deliberation)

    async def expired(self, deliberation: str) -> None:
        """Implement `Announcer.expired`."""
        await joining.delete_practice(self.office, deliberation)

    def is_ours(self, deliberation: str) -> bool:
        """Implement `Announcer.is_ours`."""
        return self.office.is_ours(deliberation)

    def deliberations_in(self, guild: int) -> list[str]:
        """Implement `Announcer.deliberations_in`."""
        return [name for name in self.office.places.in_guild(guild) if name in self.office.deliberations]

    def left_reason(self) -> str:
        """Implement `Announcer.left_reason`."""
        return self.office.speech_of("").say("discord.post.bot_left")

    async def figures(self) -> Figures:
        """How it stands, for `Monitor`."""
        now, office = self.clock(), self.office
        queue = None if self.stores.queue is None else await self.stores.queue.health()
        return figures_of(office.deliberations.all.values(), now, await last_ran(office.notebook, now), queue)

    async def is_well(self) -> bool:
        """Whether people can be served: Discord is connected and the store answers."""
        await self.office.notebook.get(self.settings.share.note)
        return self._caught_up and not self.is_closed() and self.is_ready()

    async def came_late(self, deliberation: str, due: int) -> None:
        """Implement `Announcer.came_late`."""
        await self.office.board.came_late(deliberation, due)

    async def drain(self) -> None:
        """Stop cleanly: finish what was begun, leave jobs for the next start, let go of everything."""
        self._draining = True
        if hasattr(self, "office"):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_SECONDS):
                    await asyncio.gather(*self._busy, return_exceptions=True)
            await self.monitor.close()
            await self.schedule.close()
            await self.drafting.close()
            await self.questions.close()
            if self._following is not None:
                await end(self._following)
            await self.office.board.close()
        await self.close()
        if hasattr(self, "stores"):
            await self.stores.close()

    async def finish(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a handler so that a shutdown waits for it."""
        if self._draining:
            work.close()
            return
        task = asyncio.ensure_future(work)
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        await asyncio.shield(task)

    def _watch(self, deliberation: str, events: Sequence[AnyEvent]) -> None:
        """Moderators are told of many votes or opinions at once; whoever sent the last one does not wait for that."""
        for burst in self._bursts.heed(deliberation, events):
            telling = asyncio.ensure_future(self.finish(alerts.burst(self.office, deliberation, burst)))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    def _waits_for_round(self, deliberation: str) -> bool:
        place = self.office.places.get(deliberation)
        return place is not None and not place.live_drafts

    async def _sync(self) -> None:
        """Register the commands, only where they are not what Discord has."""
        translator = self.tree.translator
        assert translator is not None
        payload = [await command.get_translated_payload(self.tree, translator) for command in self.tree.get_commands()]
        guild = None if self.settings.guild is None else discord.Object(self.settings.guild)
        place = self.settings.guild or 0
        digest = hashlib.sha256(json.dumps([payload, self.application_id], sort_keys=True).encode()).hexdigest()
        if await self.office.notebook.get(f"commands/{place}") == digest:
            return
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        try:
            await self.tree.sync(guild=guild)
        except (discord.HTTPException, discord.app_commands.CommandSyncFailure) as problem:
            # Deliberations that are under way need no new commands.
            logger.error(
                "Discord did not take the commands (%s); what is open goes on, and the next start tries again", problem
            )
            return
        await self.office.notebook.put(f"commands/{place}", digest)

    def _guard_parsers(self) -> None:
        """A malformed event must cost that event, never the connection: the library lets its error through."""
        parsers: dict[str, Callable[[Any], None]] = self._connection.parsers

        def guarded(name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
            def attempt(data: Any) -> None:
                try:
                    parse(data)
                except Exception:  # whatever a server sends
                    logger.exception("an event could not be read: %s", name)

            return attempt

        for name, parse in list(parsers.items()):
            if name not in ("READY", "RESUMED"):
                parsers[name] = guarded(name, parse)


async def run(settings: BotSettings, drafter: Drafter) -> None:
    """Log in and stay until a signal or the end of the connection. Raises `InputError` for what Discord refuses."""
    assert settings.token is not None
    bot = Accord(settings, drafter)
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # not on Windows, where Ctrl-C ends the loop itself
            loop.add_signal_handler(sign, stopping.set)
    running = asyncio.create_task(bot.start(settings.token.get_secret_value()))
    stopped = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    except discord.LoginFailure as problem:
        raise InputError("token_refused") from problem
    except discord.PrivilegedIntentsRequired as problem:
        raise InputError("intents_refused") from problem
    finally:
        stopped.cancel()
        await bot.drain()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
