"""Is an export whole, does its count come out again, and who signed it? Anyone can ask, without the store or its keys.

An export is a `log.jsonl`, a folder with one or a zip with one.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from engine.deliberation.counting import Recount, recount
from engine.deliberation.events import AnyEvent, BallotCast, PollClosed
from engine.deliberation.receipts import Receipt, ReceiptCheck
from engine.deliberation.receipts import check_receipt as look_up
from engine.deliberation.sealed import SALT_BYTES, canonical_json
from engine.selection import Reselection, reselect
from storage.chain import SEALED, SECRET, Record, SideValue, commitments_of, event_of, genesis, record_hash
from storage.errors import LogFileError
from storage.export.bundle import LOG, MANIFEST, NOBODY, SIGNATURE, Signed, check_files
from storage.export.log_file import Header, read_events, read_header

_COUNTED: Final = frozenset({"opened", "poll_opened", "ballot_cast", "poll_closed", "critique_opened", "closed"})
_SELECTED: Final = frozenset({"opened", "rule_set", "drafting_started", "candidates_drafted", "statement_selected"})
_RECORD_FIELDS: Final = frozenset(Record.model_fields)
_SIDE_FIELDS: Final = {"commitment", "salt", "value"}
_TELLING: Final = ("counted", "never_cast", "withheld", "not_listed", "other_poll")
"""What a receipt proves in several polls: the first of these that holds for one of them."""
_SEALED_MARK, _SECRET_MARK = SEALED.encode(), SECRET.encode()


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found in an export that is whole.

    `absent`: how many personal values the file does not hold, being erased or secret.
    """

    deliberation: str
    records: int
    head: str
    absent: int
    polls: tuple[Recount, ...]
    selections: tuple[Reselection, ...] = ()
    signed: Signed = NOBODY


def verify(path: Path) -> Verification:
    """Check the chain, every personal value against its commitment, files and signatures around the log where there
    are any, count every poll again and run every selection again.

    Raises `LogFileError`; for a log that is not whole its code is "log_broken" and it names the line and the fault.
    """
    if zipfile.is_zipfile(path):
        with tempfile.TemporaryDirectory(prefix="accord-") as folder, zipfile.ZipFile(path) as archive:
            return _verify_zip(path, archive, Path(folder))
    if path.is_dir():
        names = [str(found.relative_to(path)) for found in path.rglob("*") if found.is_file()]
        found = _verify_log(path / LOG)
        return _signed(found, check_files(path, _header(found), names, _reader(path), others=True))
    found = _verify_log(path)
    beside = [name for name in (SIGNATURE,) if (path.parent / name).is_file()]
    if beside and path.name == LOG:
        return _signed(found, check_files(path, _header(found), beside, _reader(path.parent)))
    return found


def _reader(folder: Path) -> Callable[[str], bytes]:
    return lambda name: (folder / name).read_bytes()


def _verify_zip(path: Path, archive: zipfile.ZipFile, folder: Path) -> Verification:
    names = archive.namelist()
    if LOG not in names:
        raise LogFileError("log_foreign", path=str(path))
    try:
        log = Path(archive.extract(LOG, folder))
        found = _verify_log(log)
        if MANIFEST not in names:
            raise LogFileError("bundle_broken", path=str(path), name=MANIFEST, fault="missing")
        return _signed(found, check_files(path, _header(found), names, archive.read))
    except (zipfile.BadZipFile, zlib.error, RuntimeError) as problem:  # broken, or locked with a password
        raise LogFileError("log_foreign", path=str(path)) from problem


def _header(found: Verification) -> Header:
    return Header(found.deliberation, found.records, found.head)


def _signed(found: Verification, signed: Signed) -> Verification:
    return Verification(
        found.deliberation, found.records, found.head, found.absent, found.polls, found.selections, signed
    )


def _verify_log(path: Path) -> Verification:
    header = read_header(path)
    chain = _Chain(path, header)
    kept = [_event(path, *entry) for entry in chain.entries(_COUNTED | _SELECTED)]
    return Verification(
        header.deliberation,
        header.records,
        header.head,
        chain.absent,
        recount(event for event in kept if event.kind in _COUNTED),
        reselect(event for event in kept if event.kind in _SELECTED),
    )


class _Chain:
    """One pass over a log's lines. A log can have a million, so they are checked as they are written, and only the few
    kinds that a count or a selection reads become events.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self._path = path
        self._header = header
        self.absent = 0

    def entries(self, kinds: Iterable[str]) -> Iterator[tuple[int, dict[str, Any], list[dict[str, Any]]]]:
        """Line, record and values beside it of the records of these kinds, once they were checked."""
        wanted = frozenset(kinds)
        header = self._header
        previous, version, number = genesis(header.deliberation), 0, 1
        with self._path.open("rb") as file:
            self._read(1, file.readline())
            for number, line in enumerate(file, start=2):
                if version == header.records and not line.strip():
                    continue  # An editor's blank line at the end says nothing.
                record, side, plain = self._parsed(number, line)
                # What holds no commitment needs no search for one.
                bare = plain and _SEALED_MARK not in line and _SECRET_MARK not in line
                owns = frozenset[str]() if bare else commitments_of(record["payload"])
                fault = _fault(record, side, owns, header, version, previous)
                if fault is not None:
                    raise self._broken(number, fault)
                version, previous = version + 1, record["hash"]
                self.absent += len(owns) - len(side)
                if record["kind"] in wanted:
                    yield number, record, side
        if version < header.records:
            raise self._broken(number + 1, "truncated")
        if previous != header.head:
            raise self._broken(1, "head")

    def _parsed(self, number: int, line: bytes) -> tuple[dict[str, Any], list[dict[str, Any]], bool]:
        found, plain = self._read(number, line)
        fields = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
        record, side = fields.get("record"), fields.get("side")
        if not _is_record(record) or not isinstance(side, list):
            raise self._broken(number, "not_a_record")
        values = cast("list[Any]", side)
        for value in values:
            if not isinstance(value, dict) or cast("dict[str, Any]", value).keys() != _SIDE_FIELDS:
                raise self._broken(number, "not_a_record")
        return cast("dict[str, Any]", record), values, plain

    def _read(self, number: int, line: bytes) -> tuple[Any, bool]:
        """A line's JSON, and whether it is written plainly. No name stands twice in an object: readers differ in
        which counts.
        """
        found = _plain(line)
        if found is not None:
            return found, True
        try:
            return _DECODER.decode(line.decode()), False
        except _NamedTwiceError as problem:
            raise self._broken(number, "named_twice") from problem
        except (ValueError, RecursionError) as problem:
            # A last line without its end is what a copy leaves that broke off.
            raise self._broken(number, "not_a_record" if line.endswith(b"\n") else "truncated") from problem

    def _broken(self, line: int, fault: str) -> LogFileError:
        return LogFileError("log_broken", path=str(self._path), line=line, fault=fault)


class _NamedTwiceError(ValueError):
    """An object in which a name stands twice."""


def _plain(line: bytes) -> Any:
    """The JSON of a line that is written as `export` writes it: no spaces, nothing escaped that need not be, no name
    twice in an object. None for any other.

    To write it anew and compare takes less time than to look at every name of every object.
    """
    try:
        found = from_json(line, cache_strings="keys")
        return found if to_json(found) == line.rstrip(b"\r\n") else None
    except ValueError:
        return None


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _NamedTwiceError
    return found


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_named_once)


def _is_record(record: object) -> bool:
    if not isinstance(record, dict):
        return False
    fields = cast("dict[str, Any]", record)
    return (
        fields.keys() == _RECORD_FIELDS
        and type(fields["version"]) is int
        and type(fields["at"]) is int
        and type(fields["schema_version"]) is int
        and isinstance(fields["payload"], dict)
        and isinstance(fields["deliberation"], str)
        and isinstance(fields["request"], str)
        and isinstance(fields["kind"], str)
        and isinstance(fields["previous"], str)
        and isinstance(fields["hash"], str)
    )


def _fault(
    record: dict[str, Any],
    side: list[dict[str, Any]],
    owns: frozenset[str],
    header: Header,
    version: int,
    previous: str,
) -> str | None:
    if record["deliberation"] != header.deliberation:
        return "other_deliberation"
    try:
        if record_hash(record) != record["hash"]:
            return "hash"
    except (ValueError, RecursionError):  # a number that is none, or nested beyond reading
        return "not_a_record"
    if record["version"] != version + 1:
        return "order"
    if record["version"] > header.records:
        return "surplus"
    if record["previous"] != previous:
        return "previous"
    left = set(owns)
    for value in side:
        claimed = value["commitment"]
        if not isinstance(claimed, str) or claimed not in left or not _committed(value):
            return "side_value"
        left.remove(claimed)
    return None


def _committed(value: dict[str, Any]) -> bool:
    try:
        salt = bytes.fromhex(value["salt"])
        made = hashlib.sha256(salt + canonical_json(value["value"])).hexdigest()
        return len(salt) == SALT_BYTES and made == value["commitment"]
    except (ValueError, TypeError, RecursionError):
        return False


def _event(path: Path, line: int, record: dict[str, Any], side: list[dict[str, Any]]) -> AnyEvent:
    try:
        beside = {value["commitment"]: SideValue.model_validate(value) for value in side}
        return event_of(Record.model_validate(record), beside)
    except ValidationError as problem:
        raise LogFileError("log_broken", path=str(path), line=line, fault="not_a_record") from problem


def check_receipt(path: Path, tag: str, salt: str) -> ReceiptCheck:
    """What a receipt proves: that some poll's count lists its ballot as it was committed to when cast, or why not.

    Where one poll's ballots are not listed, being fewer than k, nothing can be said of that poll ("withheld").
    """
    events = _ballot_events(path)
    cast_events = [event for event in events if isinstance(event, BallotCast)]
    found = [
        look_up(Receipt(tag=tag, salt=salt, poll=event.poll), cast_events, event)
        for event in events
        if isinstance(event, PollClosed)
    ]
    return min(found, key=lambda one: _TELLING.index(one.status), default=ReceiptCheck(status="not_listed"))


def _ballot_events(path: Path) -> list[AnyEvent]:
    if zipfile.is_zipfile(path):
        with tempfile.TemporaryDirectory(prefix="accord-") as folder, zipfile.ZipFile(path) as archive:
            return read_events(Path(archive.extract(LOG, folder)))
    return read_events(path / LOG if path.is_dir() else path)
