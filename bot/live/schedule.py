"""Time: deadlines and reminders are facts of the log, and this wakes up for them.

Every process looks at every deliberation, so that what is due happens whichever of them lives; the log and the leases
see to it that it happens once.

APScheduler only says when to look (its memory store may forget everything). What falls due is read off the states, so
that after an outage it happens once, in order, and with a word that it comes late.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
import secrets
from typing import Any, Protocol

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_SUBMITTED
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.live.deliberations import Deliberations
from bot.live.drafting import something_to_draft
from bot.live.notebook import PERSONAL, Notebook
from engine.deliberation import commands as c
from engine.deliberation.afterwards import FOLLOW_UP, expires_at, follow_up_at
from engine.deliberation.errors import DeliberationError, EngineError
from engine.deliberation.minority import awaits_answers, settle_at
from engine.deliberation.reminders import Reminder, due_reminder, next_due
from engine.deliberation.state import State

logger = logging.getLogger("accord.live")

LAST_QUARTER = 0.75
"""Downtime in the part of a poll from this share on is given back to it."""
AFTER_LEAVING = 30 * 86_400_000
"""Milliseconds that words are kept after the bot was removed from their server."""
LEASE = 60_000
"""Milliseconds that a process has to do what it took upon itself."""


class Announcer(Protocol):
    """Whoever tells people what the clock brought."""

    async def remind(self, deliberation: str, reminder: Reminder) -> None:
        """Say that time is running out; called at least once for each reminder."""
        ...

    async def follow_up(self, deliberation: str) -> None:
        """Ask the moderators what became of what was adopted."""
        ...

    async def minority_waits(self, deliberation: str) -> None:
        """Tell those who are asked about the minority view, once to each, whenever that is fit."""
        ...

    async def expired(self, deliberation: str) -> None:
        """Take away what must not stay in sight either."""
        ...

    def is_ours(self, deliberation: str) -> bool:
        """Whether a deliberation is in a server that this process answers for."""
        ...

    def deliberations_in(self, guild: int) -> list[str]:
        """The deliberations of a server."""
        ...

    def left_reason(self) -> str:
        """Why a deliberation ends whose server removed the bot."""
        ...

    async def came_late(self, deliberation: str, due: int) -> None:
        """Say that what was due then (milliseconds) happens only now."""
        ...


class Schedule:
    """Wakes up for each deliberation's next moment, and looks at all of them every `tick` seconds."""

    def __init__(
        self,
        deliberations: Deliberations,
        notebook: Notebook,
        announcer: Announcer,
        *,
        tick: float,
        late_after: float,
        alive: str = "alive",
    ) -> None:
        """`alive` names the note in which this process says that it runs."""
        self._deliberations = deliberations
        self._notebook = notebook
        self._announcer = announcer
        self._alive = alive
        self._tick = tick
        self._late_after = round(1000 * late_after)
        # APScheduler has no types of its own.
        self._clock: Any = AsyncIOScheduler(timezone=datetime.UTC, job_defaults={"misfire_grace_time": None})
        self._clock.add_listener(self._count_jobs, EVENT_JOB_SUBMITTED | EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        self._jobs = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._turn = asyncio.Lock()
        self._looking = asyncio.Lock()
        self._closing = False
        self._drafted_at_deadline: set[tuple[str, int]] = set()
        deliberations.on_change(self._heed)

    async def start(self) -> None:
        """Do what fell due meanwhile, oldest first, and go on from there."""
        now = self._deliberations.clock()
        alive = await self._notebook.get(self._alive)
        if isinstance(alive, int) and now - alive > self._late_after:
            await self._give_back(alive, now)
        self._clock.start()
        self._clock.add_job(self._look_at_all, "interval", seconds=self._tick, id="tick", max_instances=1)
        await self._look_at_all()
        for deliberation in self._deliberations.all:
            self._wake_for(deliberation)

    async def close(self) -> None:
        """Stop looking, once what is being done is done."""
        self._closing = True
        if self._clock.running:
            self._clock.pause()
            # The executor cancels what it still runs, and calls that an error.
            await self._idle.wait()
            self._clock.shutdown(wait=False)
        await self._notebook.put(self._alive, self._deliberations.clock())

    async def look_at(self, deliberation: str) -> None:
        """Do everything that is due in one deliberation."""
        async with self._turn:
            while not self._closing and await self._step(deliberation):
                pass
        self._wake_for(deliberation)

    async def _look_at_all(self) -> None:
        async with self._looking:
            if not self._closing:
                await self._look_at_each()

    async def _look_at_each(self) -> None:
        now = self._deliberations.clock()
        await self._notebook.put(self._alive, now)
        await self._deliberations.catch_up()
        await self._leave(now)
        for deliberation, state in self._deliberations.all.items():
            if awaits_answers(state) and self._announcer.is_ours(deliberation):
                await self._announcer.minority_waits(deliberation)
        due = {name: next_due(state, 0) for name, state in self._deliberations.all.items()}
        moments = {name: moment for name, moment in due.items() if moment is not None}
        for deliberation in sorted(moments, key=lambda name: moments[name]):
            if moments[deliberation] <= now and not self._closing:
                try:
                    await self.look_at(deliberation)
                except Exception:  # one deliberation's trouble must not hold up the others
                    logger.exception("what is due in %s could not be done; it is tried again", deliberation)

    def _count_jobs(self, event: Any) -> None:
        submitted = event.code == EVENT_JOB_SUBMITTED
        self._jobs += len(event.scheduled_run_times) if submitted else -1
        (self._idle.clear if self._jobs else self._idle.set)()

    def _heed(self, deliberation: str) -> None:
        state = self._deliberations.state(deliberation)
        running = state.stage != "closed" and state.paused_at is None and state.pending is None
        if running and self._deliberations.clock() >= state.until:
            # A draft that the deadline waited for has come back.
            self._wake(deliberation, self._deliberations.clock())
        else:
            self._wake_for(deliberation)

    def _wake_for(self, deliberation: str) -> None:
        moment = next_due(self._deliberations.state(deliberation), self._deliberations.clock())
        if moment is not None and moment > self._deliberations.clock():
            self._wake(deliberation, moment)

    def _wake(self, deliberation: str, moment: int) -> None:
        if self._clock.running:
            # Counted from now, so that a clock which is not the system's (in tests) is obeyed as well.
            wait = max(0, moment - self._deliberations.clock()) / 1000
            at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=wait)
            self._clock.add_job(
                self.look_at, "date", run_date=at, args=[deliberation], id=deliberation, replace_existing=True
            )

    async def _step(self, deliberation: str) -> bool:
        """Do the one thing that is due first, if any; whether something was done."""
        state, now = self._deliberations.state(deliberation), self._deliberations.clock()
        if state.stage == "closed":
            return await self._afterwards(deliberation, state, now)
        if state.paused_at is not None:
            return False
        reminder = due_reminder(state, now)
        if reminder is not None:
            return await self._remind(deliberation, reminder, now)
        if now < state.until:
            return False
        decided = self._after_deadline(deliberation, state)
        if decided is None:
            return False
        kind, fields = decided
        if now - state.until > self._late_after and state.pending is None:
            await self._say_late(deliberation, state.until, now)
        request = f"schedule:{kind.__name__}:{state.stage}:{state.round}:{state.until}:{len(state.drafts)}"
        try:
            return bool(await self._deliberations.do(deliberation, kind, request, **fields))
        except DeliberationError as problem:
            logger.warning("%s: the schedule could not do %s (%s)", deliberation, kind.__name__, problem)
            return False

    def _after_deadline(self, deliberation: str, state: State) -> tuple[type[Any], dict[str, Any]] | None:
        """What follows when a phase's time is over; None while it waits for a draft."""
        if state.stage == "polling":
            assert state.poll is not None
            return c.ClosePoll, {"poll": state.poll.id}
        if state.pending is not None:
            return None
        last = (deliberation, state.round)
        if something_to_draft(state) and last not in self._drafted_at_deadline:
            self._drafted_at_deadline.add(last)
            return c.StartDraft, {"seed": secrets.randbits(31)}
        voted_on = state.poll is not None and state.poll.draft == state.latest
        if not state.standing or voted_on:
            return c.Close, {}
        if state.drafted_this_round and state.round < state.settings.rounds:
            return c.OpenCritique, {}
        return c.OpenPoll, {}

    async def _afterwards(self, deliberation: str, state: State, now: int) -> bool:
        """A day later, the minority view; two weeks later, what became of it; after three months nothing personal."""
        asks, expires = follow_up_at(state), expires_at(state)
        settles, view = settle_at(state), state.minority
        if view is not None and settles is not None and settles <= now:
            await self._deliberations.do(deliberation, c.SettleMinority, f"minority:{view.id}:{settles}", view=view.id)
            return True
        if asks is not None and asks <= now:
            await self._announcer.follow_up(deliberation)
            if FOLLOW_UP not in self._deliberations.state(deliberation).places:
                # Where it cannot be asked (the thread is gone), it is not tried for ever.
                await self._deliberations.do(
                    deliberation, c.RecordPosted, f"follow_up:{state.since}", what=FOLLOW_UP, place="nowhere/0"
                )
            return True
        if expires is not None and expires <= now:
            await self._deliberations.do(deliberation, c.Expire, f"expire:{state.since}")
            await self._forget_people(deliberation)
            await self._announcer.expired(deliberation)
            return True
        return False

    async def _forget_people(self, deliberation: str) -> None:
        """The mapping from people to pseudonyms goes with what they said."""
        for kind in PERSONAL:
            await self._notebook.drop_all(f"{kind}/{deliberation}/")

    async def _leave(self, now: int) -> None:
        """Thirty days after the bot left a server, what was said there goes; what is open there ends before."""
        for guild, since in (await self._notebook.all("left/")).items():
            if now - int(since) < AFTER_LEAVING:
                continue
            for deliberation in self._announcer.deliberations_in(int(guild)):
                state = self._deliberations.state(deliberation)
                if state.stage != "closed":
                    fields = {"reason": self._announcer.left_reason(), "moderator": state.moderator}
                    await self._deliberations.do(deliberation, c.Withdraw, f"left:{guild}:{since}", **fields)
                if self._deliberations.state(deliberation).expired is None:
                    await self._deliberations.do(
                        deliberation, c.Expire, f"left:{guild}:{since}:expire", because="deployment_left"
                    )
                await self._forget_people(deliberation)
            await self._notebook.drop(f"left/{guild}")

    async def _remind(self, deliberation: str, reminder: Reminder, now: int) -> bool:
        if not await self._notebook.claim(f"reminder/{deliberation}/{reminder.name}", now, LEASE):
            return False
        try:
            await self._announcer.remind(deliberation, reminder)
        except EngineError:
            raise
        except Exception:  # who cannot be reached now is not reached by trying all night
            logger.exception("%s: the reminder %s could not be sent", deliberation, reminder.name)
        await self._deliberations.do(
            deliberation, c.RecordReminder, f"reminder:{reminder.name}", reminder=reminder.name
        )
        return True

    async def _say_late(self, deliberation: str, due: int, now: int) -> None:
        if await self._notebook.claim(f"late/{deliberation}/{due}", now, 365 * 86_400_000):
            try:
                await self._announcer.came_late(deliberation, due)
            except Exception:
                logger.exception("%s: could not say that this comes late", deliberation)

    async def _give_back(self, alive: int, now: int) -> None:
        """Downtime in a poll's last quarter extends it by that time."""
        for deliberation in self._deliberations.open:
            state = self._deliberations.state(deliberation)
            if state.stage != "polling" or not self._announcer.is_ours(deliberation):
                continue
            quarter = state.since + round(LAST_QUARTER * (state.until - state.since))
            lost = min(now, state.until) - max(alive, quarter)
            if lost > 0:
                until = max(now, state.until) + lost
                request = f"downtime:{alive}:{state.until}"
                await self._deliberations.do(deliberation, c.Extend, request, until=until, moderator=None)
