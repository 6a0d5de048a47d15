"""Is an exported log whole, and does its count come out again? Anyone can ask, without the store or its keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.deliberation.counting import Recount, recount
from engine.deliberation.events import BallotCast, PollClosed
from engine.deliberation.receipts import Receipt
from engine.deliberation.receipts import check_receipt as look_up
from engine.deliberation.sealed import commitment
from storage.chain import genesis, record_hash
from storage.errors import LogFileError
from storage.export import ExportedRecord, Header, read_events, read_header, read_records


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found in a log that is whole. `absent`: personal values that the file does not hold (erased, secret)."""

    deliberation: str
    records: int
    head: str
    absent: int
    polls: tuple[Recount, ...]


def verify(path: Path) -> Verification:
    """Check the chain, every personal value against its commitment, and count every poll again.

    Raises `LogFileError`; for a log that is not whole its code is "log_broken" and it names the line and the fault.
    """
    header = read_header(path)
    previous, version, absent, line = genesis(header.deliberation), 0, 0, 1
    for entry in read_records(path):
        line = entry.line
        fault = _fault(entry, header, version, previous)
        if fault is not None:
            raise LogFileError("log_broken", path=str(path), line=line, fault=fault)
        version, previous = entry.record.version, entry.record.hash
        absent += len(entry.record.commitments) - len(entry.side)
    if version < header.records:
        raise LogFileError("log_broken", path=str(path), line=line + 1, fault="truncated")
    if previous != header.head:
        raise LogFileError("log_broken", path=str(path), line=1, fault="head")
    return Verification(header.deliberation, version, previous, absent, recount(read_events(path)))


def _fault(entry: ExportedRecord, header: Header, version: int, previous: str) -> str | None:
    record = entry.record
    if record.deliberation != header.deliberation:
        return "other_deliberation"
    if record_hash(entry.raw) != record.hash:
        return "hash"
    if record.version != version + 1:
        return "order"
    if record.version > header.records:
        return "surplus"
    if record.previous != previous:
        return "previous"
    listed = [value.commitment for value in entry.side]
    if len(set(listed)) != len(listed) or not set(listed) <= record.commitments:
        return "side_value"
    if any(commitment(value.salt, value.value) != value.commitment for value in entry.side):
        return "side_value"
    return None


def check_receipt(path: Path, tag: str, salt: str) -> bool:
    """Whether the ballot that a receipt names is listed in some poll's count as it was committed to when cast."""
    events = read_events(path)
    cast = [event for event in events if isinstance(event, BallotCast)]
    return any(
        look_up(Receipt(tag=tag, salt=salt, poll=event.poll), cast, event).status == "counted"
        for event in events
        if isinstance(event, PollClosed)
    )
