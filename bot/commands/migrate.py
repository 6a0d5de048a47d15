"""`accord migrate`: the log and the bot's notes from files into Redis, or back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import typer

from bot.catalogue import say
from bot.errors import InputError
from bot.live.notebook import PERSONAL
from bot.live.stores import Stores, open_stores
from bot.rendering.console import console
from bot.rendering.escaping import shown
from bot.settings import BotSettings, read_settings
from storage.moving import copy


class Target(StrEnum):
    """Where to."""

    REDIS = "redis"
    SQLITE = "sqlite"


def migrate(to: Annotated[Target, typer.Argument(help=say("help.migrate.to"))]) -> None:
    """Copy everything from one store into the other, and check that it is the same."""
    settings = read_settings()
    if settings.redis_url is None:
        raise InputError("migrate_needs_redis")
    asyncio.run(_run(settings, to))


async def _run(settings: BotSettings, to: Target) -> None:
    screen = console(soft_wrap=True)
    here = settings.model_copy(update={"drafting": "here"})
    redis = await open_stores(here)
    try:
        files = await open_stores(here.model_copy(update={"redis_url": None}))
        try:
            source, target = (files, redis) if to is Target.REDIS else (redis, files)
            names = await source.log.list()
            for name in names:
                moved = await copy(source.log, target.log, name)
                line = say("migrate.one", name=name, records=moved.records, values=moved.values, head=moved.head)
                screen.print(shown(line))
                if moved.forgotten:
                    screen.print(shown(say("migrate.forgotten", values=moved.forgotten)))
                if moved.only_in_source:
                    screen.print(shown(say("migrate.only_in_source", values=moved.only_in_source)))
            notes = await _copy_notes(source, target, names)
            screen.print(say("migrate.done", deliberations=len(names), notes=notes))
            screen.print(say(f"migrate.next_{to.value}"))
        finally:
            await files.close()
    finally:
        await redis.close()


async def _copy_notes(source: Stores, target: Stores, deliberations: Iterable[str]) -> int:
    """The bot's notes, leases included, so that nobody is greeted or reminded again.

    Who was forgotten in the source since an earlier copy is forgotten in the target.
    """
    notes = await source.notebook.all("")
    for deliberation in deliberations:
        for kind in PERSONAL:
            about = f"{kind}/{deliberation}/"
            here = [about + person for person in await target.notebook.all(about)]
            await target.notebook.forget(*(note for note in here if note not in notes))
    for key, value in notes.items():
        await target.notebook.put(key, value)
    return len(notes)
