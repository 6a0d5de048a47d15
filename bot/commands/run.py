"""`accord run`: the Discord bot."""

from __future__ import annotations

import asyncio
import importlib
import logging

from bot.discord.app import run as run_bot
from bot.discord.connecting import point_at
from bot.discord.invitation import how_to_make_one
from bot.discord.outage import outages_told
from bot.discord.permissions import check_permission_name
from bot.errors import InputError
from bot.files import check_folder
from bot.rendering.console import console
from bot.settings import BotSettings, read_settings
from engine.worker.client import ModelWorker

BAD_INPUT = 2


def run() -> int:
    """Start the bot, or say how to make one."""
    settings = read_settings()
    if settings.token is None or not settings.token.get_secret_value().strip():
        console(soft_wrap=True).print(how_to_make_one(settings))
        return BAD_INPUT
    check_permission_name(settings.moderator_permission)
    if settings.import_before_start is not None:
        _import(settings.import_before_start)
    check_folder(settings.data)
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    point_at(settings)
    with outages_told():
        asyncio.run(_run(settings))
    return 0


async def _run(settings: BotSettings) -> None:
    # The process with the models is started by the first job, so never where workers draft.
    async with ModelWorker(
        settings.model, adapter=settings.adapter, threads=settings.threads, runner=settings.runner, yields=True
    ) as worker:
        await run_bot(settings, worker)


def _import(module: str) -> None:
    try:
        importlib.import_module(module)
    except Exception as problem:
        raise InputError("module_missing", module=module, reason=repr(problem)) from problem
