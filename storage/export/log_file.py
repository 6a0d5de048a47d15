"""A deliberation's log as a file that anyone can read and check: `log.jsonl` (docs/storage.md has the format).

The first line says what it is; then a line per record with the personal values that may leave the store. Ballots,
reasons that were not published and words that are shown no more stay behind.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from engine.deliberation.events import AnyEvent
from engine.deliberation.exporting import left_out_of_exports
from storage.chain import Record, SideValue, event_of
from storage.errors import LogFileError, StorageError
from storage.event_log import EventLog

FORMAT_NAME = "accord-log"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Header:
    """The first line."""

    deliberation: str
    records: int
    head: str


@dataclass(frozen=True, slots=True)
class ExportedRecord:
    """A record of an exported log, the values beside it and the line that it stands on."""

    line: int
    record: Record
    raw: dict[str, Any]
    """The record as it is written, which is what its hash covers."""
    side: tuple[SideValue, ...]


async def export(log: EventLog, deliberation: str, path: Path) -> Header:
    """Write a deliberation's log to `path`, whole or not at all. Raises `StorageError`."""
    chain = await log.records(deliberation)
    if not chain:
        raise StorageError("no_such_deliberation", deliberation=deliberation)
    header = Header(deliberation, len(chain), chain[-1][0].hash)
    events = [event_of(record, {value.commitment: value for value in side}) for record, side in chain]
    left_out = left_out_of_exports(events)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8") as file:
            for line in _lines(header, chain, left_out):
                file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        reason = problem.strerror or str(problem)
        raise StorageError("export_not_writable", path=str(path), reason=reason) from problem
    return header


def _lines(
    header: Header, chain: list[tuple[Record, tuple[SideValue, ...]]], left_out: frozenset[str]
) -> Iterator[str]:
    yield _json(
        {
            "format": FORMAT_NAME,
            "format_version": FORMAT_VERSION,
            "deliberation": header.deliberation,
            "records": header.records,
            "head": header.head,
        }
    )
    for record, side in chain:
        # Whose a value is follows from its event; only the commitment's own parts are covered by the chain.
        shown = (value for value in side if not value.secret and value.commitment not in left_out)
        kept = [value.model_dump(include={"commitment", "salt", "value"}) for value in shown]
        yield _json({"record": record.model_dump(), "side": kept})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_header(path: Path) -> Header:
    """The first line of an exported log. Raises `LogFileError` for a file that is none."""
    try:
        with path.open("rb") as file:
            first = file.readline(1 << 16)
    except OSError as problem:
        raise LogFileError("log_missing", path=str(path)) from problem
    try:
        fields: Any = json.loads(first.decode())
        if fields["format"] != FORMAT_NAME:
            raise LogFileError("log_foreign", path=str(path))
        if fields["format_version"] > FORMAT_VERSION:
            raise LogFileError("log_too_new", kind=FORMAT_NAME, version=fields["format_version"])
        return Header(str(fields["deliberation"]), int(fields["records"]), str(fields["head"]))
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise LogFileError("log_foreign", path=str(path)) from problem


def read_records(path: Path) -> Iterator[ExportedRecord]:
    """The records of an exported log, one after the other, as they are written: nothing is checked but their form.

    Raises `LogFileError` that names the line of what is no record.
    """
    read_header(path)
    with path.open("rb") as file:
        file.readline()
        for number, line in enumerate(file, start=2):
            if not line.strip():
                continue
            try:
                fields: Any = json.loads(line.decode())
            except (ValueError, RecursionError) as problem:
                # A last line without its end is what a copy leaves that broke off.
                fault = "not_a_record" if line.endswith(b"\n") else "truncated"
                raise LogFileError("log_broken", path=str(path), line=number, fault=fault) from problem
            try:
                raw = cast("dict[str, Any]", fields["record"])
                record = Record.model_validate(raw)
                side = tuple(SideValue.model_validate(value) for value in fields["side"])
            except (ValidationError, KeyError, TypeError) as problem:
                raise LogFileError("log_broken", path=str(path), line=number, fault="not_a_record") from problem
            yield ExportedRecord(number, record, raw, side)


def read_events(path: Path) -> list[AnyEvent]:
    """The events of an exported log, in order; what was not exported comes back erased. `verify` checks the chain.

    Raises `LogFileError`, and `LogTooNewError` for events that this program does not know.
    """
    found: list[AnyEvent] = []
    for entry in read_records(path):
        try:
            found.append(event_of(entry.record, {value.commitment: value for value in entry.side}))
        except ValidationError as problem:
            raise LogFileError("log_broken", path=str(path), line=entry.line, fault="not_a_record") from problem
    return found
