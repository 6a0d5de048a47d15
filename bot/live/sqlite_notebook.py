"""The bot's notes in one SQLite file."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from storage.errors import StoreFileError

T = TypeVar("T")


class SqliteNotebook:
    """A `Notebook` as a table of keys and JSON values. Make it with `open`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._turn = threading.Lock()

    @classmethod
    async def open(cls, path: Path) -> SqliteNotebook:
        """Open or make the file. Raises `StoreFileError`."""

        def connect() -> sqlite3.Connection:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("CREATE TABLE IF NOT EXISTS notes (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
            return connection

        try:
            return cls(await asyncio.to_thread(connect))
        except (OSError, sqlite3.Error) as problem:
            raise StoreFileError("store_not_writable", path=str(path), reason=str(problem)) from problem

    async def get(self, key: str) -> Any:
        """Implement `Notebook.get`."""
        rows = await self._do(lambda c: c.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchall())
        return json.loads(rows[0][0]) if rows else None

    async def put(self, key: str, value: Any) -> None:
        """Implement `Notebook.put`."""
        body = json.dumps(value)
        await self._do(lambda c: c.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (key, body)))

    async def drop(self, key: str) -> None:
        """Implement `Notebook.drop`."""
        await self._do(lambda c: c.execute("DELETE FROM notes WHERE key = ?", (key,)))

    async def forget(self, *keys: str) -> None:
        """Implement `Notebook.forget`."""
        await self._do(lambda c: c.executemany("DELETE FROM notes WHERE key = ?", [(key,) for key in keys]))
        # What was deleted would stay in the write-ahead log until it is overwritten.
        await self._do(lambda c: c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())

    async def drop_all(self, prefix: str) -> None:
        """Implement `Notebook.drop_all`."""
        await self.forget(*(prefix + rest for rest in await self.all(prefix)))

    async def all(self, prefix: str) -> dict[str, Any]:
        """Implement `Notebook.all`."""
        rows = await self._do(
            lambda c: c.execute(
                "SELECT key, value FROM notes WHERE substr(key, 1, ?) = ? ORDER BY key", (len(prefix), prefix)
            ).fetchall()
        )
        return {key[len(prefix) :]: json.loads(value) for key, value in rows}

    async def claim(self, what: str, now: int, milliseconds: int) -> bool:
        """Implement `Notebook.claim`."""
        key, until = f"claim/{what}", now + milliseconds
        taken = await self._do(
            lambda c: (
                c.execute(
                    "INSERT INTO notes VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value "
                    "WHERE CAST(value AS INTEGER) <= ?",
                    (key, str(until), now),
                ).rowcount
            )
        )
        return taken == 1

    async def close(self) -> None:
        """Implement `Notebook.close`."""
        await self._do(lambda c: c.close())

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def locked() -> T:
            with self._turn:
                return work(self._connection)

        return await asyncio.to_thread(locked)
