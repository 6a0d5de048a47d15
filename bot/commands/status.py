"""`accord status`: how a deployment stands, from what its processes wrote down."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
import time
from typing import Annotated, Any

import typer
from rich.text import Text

from bot.catalogue import say
from bot.errors import InputError
from bot.live.deliberations import Deliberations
from bot.live.draft_queue import DraftQueue
from bot.live.figures import Figures, figures_of, last_ran, learning_of
from bot.live.stores import open_stores
from bot.rendering.console import console
from bot.rendering.escaping import shown
from bot.settings import BotSettings, read_settings
from engine.reward.deployment import LEAST_VOTERS
from storage.redis_connection import RedisConnection


def status(as_json: Annotated[bool, typer.Option("--json", help=say("help.status.json"))] = False) -> int:
    """Say how a deployment stands; 1 where someone should look."""
    settings = read_settings()
    if settings.redis_url is None and not (settings.data / "accord.sqlite").exists():
        raise InputError("nothing_stored", path=str(settings.data))
    figures = asyncio.run(_figures(settings))
    if as_json:
        fields: dict[str, Any] = {**dataclasses.asdict(figures), "troubles": figures.troubles}
        if figures.queue is not None:
            fields["queue"]["workers"] = {name: note.model_dump() for name, note in figures.queue.workers.items()}
        sys.stdout.write(json.dumps(fields) + "\n")
    else:
        _print(figures)
    return 1 if figures.troubles else 0


async def _figures(settings: BotSettings) -> Figures:
    stores = await open_stores(settings.model_copy(update={"drafting": "here"}))
    try:
        now = round(time.time() * 1000)
        deliberations = Deliberations(stores.log, lambda: now)
        await deliberations.load()
        queue = None
        if settings.redis_url is not None:
            connection = await RedisConnection.open(settings.redis_url.get_secret_value())
            try:
                queue = await DraftQueue(connection, silent_after=settings.worker_silent_seconds).health()
            finally:
                await connection.close()
        states = deliberations.all.values()
        figures = figures_of(states, now, await last_ran(stores.notebook, now), queue)
        return dataclasses.replace(figures, learning=learning_of(states) if settings.learning else None)
    finally:
        await stores.close()


def _print(figures: Figures) -> None:
    screen = console(soft_wrap=True)
    screen.print(say("status.deliberations", count=sum(figures.stages.values())))
    for stage, count in sorted(figures.stages.items()):
        screen.print(f"  {say(f'named.{stage}')}: {count}")
    screen.print(say("status.drafting", count=figures.drafting))
    for name, seconds in sorted(figures.ran.items()):
        screen.print(shown(say("status.ran", name=name, seconds=round(seconds))))
    if not figures.ran:
        screen.print(say("status.never_ran"))
    learning = figures.learning
    if learning is not None:
        counted = {"ballots": learning.ballots, "count": learning.deliberations}
        screen.print(say("status.learns", **counted))
        if not learning.learnt:
            screen.print(say("status.learnt_nothing", least=LEAST_VOTERS))
    queue = figures.queue
    if queue is not None:
        screen.print(say("status.queue", waiting=queue.waiting, running=queue.running, seconds=round(queue.oldest)))
        for name, note in sorted(queue.workers.items()):
            key = f"status.worker_{note.doing}" if name in queue.alive else "status.worker_silent"
            seconds = round(queue.now - note.at)
            fields = {"name": name, "model": note.model, "done": note.done, "failed": note.failed, "seconds": seconds}
            screen.print(shown(say(key, **fields)))
    for trouble in figures.troubles:
        screen.print(Text(say(f"status.trouble_{trouble}", count=figures.overdue), "red"))
