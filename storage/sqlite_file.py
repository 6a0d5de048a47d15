"""The file that `storage.sqlite` writes: what is in it, opening it, and what SQLite says of it as errors of ours."""

from __future__ import annotations

import sqlite3
import struct
from pathlib import Path
from typing import Final

from storage.errors import StorageError, StoreFileError, StoreFullError

APPLICATION_ID: Final = 0x41434344
"""Says in the file's header that it is Accord's ("ACCD")."""
FORMAT: Final = 1

_SCHEMA = """
CREATE TABLE deliberations (id TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE records (
    deliberation TEXT NOT NULL, version INTEGER NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (deliberation, version)
) WITHOUT ROWID;
CREATE TABLE side (
    deliberation TEXT NOT NULL, commitment TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (deliberation, commitment)
) WITHOUT ROWID;
CREATE INDEX side_by_version ON side (deliberation, version);
CREATE TABLE owners (
    deliberation TEXT NOT NULL, owner TEXT NOT NULL, commitment TEXT NOT NULL,
    PRIMARY KEY (deliberation, owner, commitment)
) WITHOUT ROWID;
"""


def connect(path: Path) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    """One connection that writes and one that reads; the file is made where there is none. Raises `StoreFileError`."""
    _check_header(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        writer = _connection(path)
        try:
            writer.execute("PRAGMA secure_delete = ON")
            if not writer.execute("PRAGMA application_id").fetchone()[0]:
                writer.executescript(
                    f"BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT};"
                    f"{_SCHEMA} COMMIT;"
                )
            writer.execute("PRAGMA journal_mode = WAL")
            writer.execute("PRAGMA synchronous = FULL")
            writer.execute("SELECT count(*) FROM deliberations").fetchone()
            reader = _connection(path)
        except BaseException:
            writer.close()
            raise
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise StoreFileError("store_not_writable", path=str(path), reason=reason) from problem
    except sqlite3.Error as problem:
        raise typed(problem, path) from problem
    return writer, reader


def _connection(path: Path) -> sqlite3.Connection:
    # isolation_level None: transactions are begun and ended here, never by the driver.
    return sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)


def _check_header(path: Path) -> None:
    """Look at the file's first 100 bytes before SQLite may touch it (https://sqlite.org/fileformat.html, 1.3)."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        return
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise StoreFileError("store_not_writable", path=str(path), reason=reason) from problem
    if not header:
        return
    if len(header) < 100 or not header.startswith(b"SQLite format 3\x00"):
        raise StoreFileError("store_foreign", path=str(path))
    version, application = struct.unpack(">I", header[60:64])[0], struct.unpack(">I", header[68:72])[0]
    if application != APPLICATION_ID:
        raise StoreFileError("store_foreign", path=str(path))
    if version > FORMAT:
        raise StoreFileError("store_too_new", path=str(path), version=version)


def typed(problem: sqlite3.Error, path: Path) -> StorageError:
    """What SQLite says, as an error of ours."""
    code = getattr(problem, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_FULL or (code is not None and code & 0xFF == sqlite3.SQLITE_IOERR):
        return StoreFullError("store_full", path=str(path))
    if code is not None and code & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY):
        return StoreFileError("store_not_writable", path=str(path), reason=str(problem))
    return StoreFileError("store_damaged", path=str(path))
