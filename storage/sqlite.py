"""The default store: one SQLite file, one thread that writes, any number of processes.

Appends that arrive while one is being written share the next transaction, and so its fsync (group commit).
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import secrets
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final

from engine.deliberation.events import AnyEvent
from storage.chain import Record, SideValue, event_of, genesis, link_all
from storage.errors import StorageError, StoreClosedError, VersionConflictError
from storage.event_log import Linked, Logged
from storage.sqlite_file import connect, typed

LOOK_EVERY: Final = 0.2
"""Seconds between looks for what other processes wrote."""

Work = Callable[[sqlite3.Connection], Any]


class SqliteEventLog:
    """An `EventLog` in one file. Make it with `open`."""

    def __init__(self, path: Path, writer: sqlite3.Connection, reader: sqlite3.Connection) -> None:
        self._path = path
        self._writer = writer
        self._reader = reader
        self._reading = threading.Lock()
        self._waiting: queue.Queue[tuple[Work, Future[Any]] | None] = queue.Queue()
        self._written = asyncio.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._write_all, name="accord-log-writer", daemon=True)
        self._thread.start()

    @classmethod
    async def open(cls, path: Path) -> SqliteEventLog:
        """Open or make the file.

        Raises `StoreFileError` for a file that is not Accord's, damaged, or of a newer format, which is then left as it
        is, and for a place that cannot be written.
        """
        writer, reader = await asyncio.to_thread(connect, path)
        return cls(path, writer, reader)

    async def append(self, deliberation: str, expected_version: int, events: Sequence[AnyEvent]) -> int:
        """Implement `EventLog.append`."""
        if not events:
            return expected_version
        version = await self._write(lambda connection: _append(connection, deliberation, expected_version, events))
        async with self._written:
            self._written.notify_all()
        return version

    async def read(self, deliberation: str, after: int = 0) -> list[AnyEvent]:
        """Implement `EventLog.read`."""
        return [logged.event for logged in await self._read(lambda reader: _events(reader, deliberation, after))]

    async def records(self, deliberation: str) -> list[tuple[Record, tuple[SideValue, ...]]]:
        """Implement `EventLog.records`."""
        return await self._read(lambda reader: _records(reader, deliberation, 0))

    async def list(self) -> dict[str, int]:
        """Implement `EventLog.list`."""
        query = "SELECT deliberation, max(version) FROM records GROUP BY deliberation ORDER BY deliberation"
        return await self._read(lambda reader: dict(reader.execute(query)))

    async def follow(self, deliberation: str | None = None, after: int = 0) -> AsyncIterator[Logged]:
        """Implement `EventLog.follow`."""
        seen: dict[str, int] = {} if deliberation is None else {deliberation: after}
        data_version = -1
        while True:
            now = await self._read(lambda reader: int(reader.execute("PRAGMA data_version").fetchone()[0]))
            if now != data_version:
                data_version = now
                versions = await self.list()
                for name in versions if deliberation is None else [deliberation]:
                    if versions.get(name, 0) > seen.get(name, 0):
                        start = seen.get(name, 0)
                        for logged in await self._read(lambda reader, n=name, s=start: _events(reader, n, s)):
                            seen[name] = logged.version
                            yield logged
                continue
            async with self._written:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._written.wait(), LOOK_EVERY)

    async def changed(self) -> AsyncIterator[str]:
        """Implement `EventLog.changed`."""
        known = await self.list()
        while True:
            found = await self.list()
            for name, version in found.items():
                if version > known.get(name, 0):
                    yield name
            known = found
            async with self._written:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._written.wait(), LOOK_EVERY)

    async def erase(self, deliberation: str, owners: Sequence[str]) -> int:
        """Implement `EventLog.erase`."""
        erased = await self._write(lambda connection: _erase(connection, deliberation, owners))
        # Deleted text would stay in the write-ahead log until it is overwritten.
        await self._write(None)
        return erased

    async def secret_key(self, deliberation: str) -> bytes:
        """Implement `EventLog.secret_key`."""
        return await self._write(lambda connection: _key(connection, deliberation))

    async def forget_key(self, deliberation: str) -> None:
        """Implement `EventLog.forget_key`."""
        await self._write(lambda connection: _forget_key(connection, deliberation))
        await self._write(None)

    async def known_key(self, deliberation: str) -> bytes | None:
        """Implement `EventLog.known_key`."""
        query = "SELECT key FROM deliberations WHERE id = ?"
        row = await self._read(lambda reader: reader.execute(query, (deliberation,)).fetchone())
        return None if row is None else bytes(row[0])

    async def copy_in(self, deliberation: str, chain: Sequence[Linked], key: bytes | None) -> None:
        """Implement `EventLog.copy_in`."""
        await self._write(lambda connection: _copy_in(connection, deliberation, chain, key))

    async def close(self) -> None:
        """Implement `EventLog.close`."""
        if not self._closed:
            self._closed = True
            self._waiting.put(None)
            await asyncio.to_thread(self._thread.join)
            self._reader.close()
            self._writer.close()

    async def _read(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        if self._closed:
            raise StoreClosedError("store_closed")

        def locked() -> Any:
            with self._reading:
                return work(self._reader)

        try:
            return await asyncio.to_thread(locked)
        except sqlite3.DatabaseError as problem:
            raise typed(problem, self._path) from problem

    async def _write(self, work: Work | None) -> Any:
        """Let the writer thread do `work` in a transaction; None empties the write-ahead log.

        Cancelling the wait does not cancel the work: it was handed over.
        """
        if self._closed:
            raise StoreClosedError("store_closed")
        done: Future[Any] = Future()
        self._waiting.put((work or _checkpoint, done))
        return await asyncio.wrap_future(done)

    def _write_all(self) -> None:
        while True:
            batch: list[tuple[Work, Future[Any]]] = []
            ending = False
            entry = self._waiting.get()
            while True:
                if entry is None:
                    ending = True
                    break
                batch.append(entry)
                # A checkpoint cannot run inside a transaction: it ends the batch.
                if entry[0] is _checkpoint:
                    break
                try:
                    entry = self._waiting.get_nowait()
                except queue.Empty:
                    break
            self._write_batch([work for work in batch if work[0] is not _checkpoint])
            for work, done in batch:
                if work is _checkpoint:
                    _settle(done, lambda: _checkpoint(self._writer), self._path)
            if ending:
                return

    def _write_batch(self, batch: Sequence[tuple[Work, Future[Any]]]) -> None:
        """Do every work in one transaction, each undone alone if it fails; tell all once it is durable."""
        if not batch:
            return
        outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            for work, done in batch:
                self._writer.execute("SAVEPOINT work")
                try:
                    outcomes.append((done, work(self._writer), None))
                except StorageError as problem:
                    self._writer.execute("ROLLBACK TO work")
                    outcomes.append((done, None, problem))
                self._writer.execute("RELEASE work")
            self._writer.execute("COMMIT")
        except sqlite3.Error as problem:
            with contextlib.suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")
            outcomes = [(done, None, typed(problem, self._path)) for _, done in batch]
        for done, value, problem in outcomes:
            _settle(done, lambda v=value, p=problem: _value_or_raise(v, p), self._path)


def _value_or_raise(value: Any, problem: BaseException | None) -> Any:
    if problem is not None:
        raise problem
    return value


def _settle(done: Future[Any], work: Callable[[], Any], path: Path) -> None:
    """Give a future its outcome, unless whoever waited has gone."""
    if not done.set_running_or_notify_cancel():
        return
    try:
        done.set_result(work())
    except sqlite3.Error as problem:
        done.set_exception(typed(problem, path))
    except StorageError as problem:
        done.set_exception(problem)


def _append(connection: sqlite3.Connection, deliberation: str, expected: int, events: Sequence[AnyEvent]) -> int:
    at = "SELECT version, hash FROM records WHERE deliberation = ? AND version = ?"
    last = "SELECT version, hash FROM records WHERE deliberation = ? ORDER BY version DESC LIMIT 1"
    found, head = connection.execute(last, (deliberation,)).fetchone() or (0, genesis(deliberation))
    if found != expected:
        before = connection.execute(at, (deliberation, expected)).fetchone() if expected else (0, genesis(deliberation))
        linked = link_all(deliberation, expected, before[1], events) if before is not None else []
        wanted = [(record.version, record.hash) for record, _ in linked]
        if linked and wanted == [connection.execute(at, (deliberation, v)).fetchone() for v, _ in wanted]:
            return wanted[-1][0]
        raise VersionConflictError("version_conflict", deliberation=deliberation, expected=expected, found=found)
    _insert(connection, deliberation, link_all(deliberation, expected, head, events))
    return expected + len(events)


def _insert(connection: sqlite3.Connection, deliberation: str, chain: Sequence[Linked]) -> None:
    for record, side in chain:
        connection.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?)",
            (deliberation, record.version, record.hash, record.model_dump_json()),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO side VALUES (?, ?, ?, ?)",
            [(deliberation, value.commitment, record.version, value.model_dump_json()) for value in side],
        )
        connection.executemany(
            "INSERT OR IGNORE INTO owners VALUES (?, ?, ?)",
            [(deliberation, owner, value.commitment) for value in side for owner in value.owners],
        )


def _copy_in(connection: sqlite3.Connection, deliberation: str, chain: Sequence[Linked], key: bytes | None) -> None:
    last = "SELECT version, hash FROM records WHERE deliberation = ? ORDER BY version DESC LIMIT 1"
    found: tuple[int, str] | None = connection.execute(last, (deliberation,)).fetchone()
    here, head = found or (0, "")
    known = connection.execute("SELECT key FROM deliberations WHERE id = ?", (deliberation,)).fetchone()
    same = here <= len(chain) and (not here or chain[here - 1][0].hash == head)
    if not same or (known is not None and key is not None and bytes(known[0]) != key):
        raise VersionConflictError("version_conflict", deliberation=deliberation, expected=len(chain), found=here)
    if key is not None:
        connection.execute("INSERT OR IGNORE INTO deliberations VALUES (?, ?)", (deliberation, key))
    _insert(connection, deliberation, chain[here:])


def _records(reader: sqlite3.Connection, deliberation: str, after: int) -> list[tuple[Record, tuple[SideValue, ...]]]:
    reader.execute("BEGIN")  # Both tables as of one moment.
    try:
        rows = reader.execute(
            "SELECT body FROM records WHERE deliberation = ? AND version > ? ORDER BY version", (deliberation, after)
        ).fetchall()
        beside = reader.execute(
            "SELECT version, body FROM side WHERE deliberation = ? AND version > ?", (deliberation, after)
        ).fetchall()
    finally:
        reader.execute("COMMIT")
    values: dict[int, list[SideValue]] = {}
    for version, body in beside:
        values.setdefault(version, []).append(SideValue.model_validate_json(body))
    records = [Record.model_validate_json(body) for (body,) in rows]
    return [(record, tuple(values.get(record.version, ()))) for record in records]


def _events(reader: sqlite3.Connection, deliberation: str, after: int) -> list[Logged]:
    return [
        Logged(deliberation, record.version, event_of(record, {value.commitment: value for value in side}))
        for record, side in _records(reader, deliberation, after)
    ]


def _erase(connection: sqlite3.Connection, deliberation: str, owners: Sequence[str]) -> int:
    marks = ", ".join("?" for _ in owners)
    owned = f"SELECT commitment FROM owners WHERE deliberation = ? AND owner IN ({marks})"  # noqa: S608 - marks only
    commitments = [(deliberation, row[0]) for row in connection.execute(owned, (deliberation, *owners)).fetchall()]
    before = connection.total_changes
    connection.executemany("DELETE FROM side WHERE deliberation = ? AND commitment = ?", commitments)
    erased = connection.total_changes - before
    connection.executemany("DELETE FROM owners WHERE deliberation = ? AND commitment = ?", commitments)
    return erased


def _key(connection: sqlite3.Connection, deliberation: str) -> bytes:
    connection.execute("INSERT OR IGNORE INTO deliberations VALUES (?, ?)", (deliberation, secrets.token_bytes(32)))
    row = connection.execute("SELECT key FROM deliberations WHERE id = ?", (deliberation,)).fetchone()
    return bytes(row[0])


def _forget_key(connection: sqlite3.Connection, deliberation: str) -> None:
    connection.execute("DELETE FROM deliberations WHERE id = ?", (deliberation,))


def _checkpoint(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
