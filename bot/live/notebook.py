"""The bot's own notes beside the log: what is no fact of a deliberation, as JSON values by key.

- `place/<deliberation>`: where it is in Discord, and what was chosen for it beside its rules
- `person/<deliberation>/<person>`: who agreed to the notice: the mapping from people to pseudonyms
- `help/<deliberation>/<member>`: who is to be shown the help text
- `server/<guild>`: a server's own settings
- `remind/<deliberation>/<person>`: who asked for a direct message
- `eligible/<deliberation>/<person>`: who could vote when it was opened, where the bot sees all members
- `left/<guild>`: when the bot was removed from a server
- `preview/<id>`: a deliberation that was not started yet
- `commands`, `alive`: the hash of the commands that Discord has; when the bot last ran
- `claim/<what>`: who does a thing that must happen once (a lease)
"""

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


class Notebook:
    """A table of keys and JSON values in one SQLite file. Make it with `open`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._turn = threading.Lock()

    @classmethod
    async def open(cls, path: Path) -> Notebook:
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
        """The value, or None."""
        rows = await self._do(lambda c: c.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchall())
        return json.loads(rows[0][0]) if rows else None

    async def put(self, key: str, value: Any) -> None:
        """Write a value down, over an older one."""
        body = json.dumps(value)
        await self._do(lambda c: c.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (key, body)))

    async def drop(self, key: str) -> None:
        """Forget a value; nothing happens if there is none."""
        await self._do(lambda c: c.execute("DELETE FROM notes WHERE key = ?", (key,)))

    async def drop_all(self, prefix: str) -> None:
        """Forget all values whose key begins so."""
        await self._do(lambda c: c.execute("DELETE FROM notes WHERE substr(key, 1, ?) = ?", (len(prefix), prefix)))

    async def all(self, prefix: str) -> dict[str, Any]:
        """The values whose key begins so, by the rest of the key."""
        rows = await self._do(
            lambda c: c.execute(
                "SELECT key, value FROM notes WHERE substr(key, 1, ?) = ? ORDER BY key", (len(prefix), prefix)
            ).fetchall()
        )
        return {key[len(prefix) :]: json.loads(value) for key, value in rows}

    async def claim(self, what: str, now: int, milliseconds: int) -> bool:
        """Take a lease on a thing that must happen once: True for the one who may do it now.

        One atomic step, so that of two processes on one file only one gets it; whoever dies holding it loses it.
        """
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
        """Let go of the file."""
        await self._do(lambda c: c.close())

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        def locked() -> T:
            with self._turn:
                return work(self._connection)

        return await asyncio.to_thread(locked)
