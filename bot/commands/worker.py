"""`accord worker`: drafts for the bots of a deployment on a machine of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
import time

from bot.errors import InputError
from bot.live.draft_queue import DraftQueue
from bot.live.figures import Figures
from bot.live.monitor import Monitor
from bot.live.redis_notebook import RedisNotebook
from bot.live.working import Worker
from bot.settings import BotSettings, read_settings
from engine.worker.client import ModelWorker
from storage.redis_connection import RedisConnection
from storage.redis_log import RedisEventLog


def worker() -> None:
    """Take drafting jobs from the queue in Redis until told to stop."""
    settings = read_settings()
    if settings.redis_url is None:
        raise InputError("workers_need_redis")
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(_run(settings, settings.redis_url.get_secret_value()))


async def _run(settings: BotSettings, url: str) -> None:
    stopping = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stopping.set)
    connection = await RedisConnection.open(url)
    try:
        async with ModelWorker(
            settings.model, adapter=settings.adapter, threads=settings.threads, runner=settings.runner
        ) as models:
            # A machine whose model cannot be had must not take jobs and fail them.
            await models.load()
            log, notebook = RedisEventLog(connection), RedisNotebook(connection)
            name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
            queue = DraftQueue(connection, silent_after=settings.worker_silent_seconds)
            this = Worker(name, settings.model, queue, log, notebook, lambda: int(time.time() * 1000))
            monitor = Monitor(lambda: _figures(queue), this.is_well)
            if settings.metrics_port is not None:
                await monitor.start(settings.metrics_host, settings.metrics_port)
            logging.getLogger("accord.worker").info("%s waits for jobs", name)
            try:
                await this.run(models, stopping)
            finally:
                await monitor.close()
    finally:
        await connection.close()


async def _figures(queue: DraftQueue) -> Figures:
    """What a worker knows: the queue. Deliberations are the bot's to count."""
    return Figures({}, 0, 0, {}, await queue.health())
