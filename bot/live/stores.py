"""Where a deployment keeps its log and its notes: files in one folder, or Redis where the settings name one."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import InputError
from bot.live.draft_queue import DraftQueue
from bot.live.notebook import Notebook
from bot.live.redis_notebook import RedisNotebook
from bot.live.sqlite_notebook import SqliteNotebook
from bot.settings import BotSettings
from storage.event_log import EventLog
from storage.redis_connection import RedisConnection
from storage.redis_log import RedisEventLog
from storage.sqlite import SqliteEventLog


@dataclass(frozen=True)
class Stores:
    """What lasts."""

    log: EventLog
    notebook: Notebook
    queue: DraftQueue | None = None
    """Where drafting jobs are left to workers, if the settings say so."""

    async def close(self) -> None:
        """Let go of both; the log last, since it may hold the connection of the notes."""
        await self.notebook.close()
        await self.log.close()


async def open_stores(settings: BotSettings) -> Stores:
    """Open what the settings name. Raises `StoreFileError`, and `InputError` where they do not go together."""
    if settings.redis_url is not None:
        connection = await RedisConnection.open(settings.redis_url.get_secret_value())
        workers = settings.drafting == "workers"
        queue = DraftQueue(connection, silent_after=settings.worker_silent_seconds) if workers else None
        return Stores(RedisEventLog(connection), RedisNotebook(connection), queue)
    if settings.drafting == "workers":
        raise InputError("workers_need_redis")
    log = await SqliteEventLog.open(settings.data / "accord.sqlite")
    return Stores(log, await SqliteNotebook.open(settings.data / "notes.sqlite"))
