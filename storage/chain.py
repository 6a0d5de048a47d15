"""Events as records of a hash chain, with what is personal beside it.

A record's hash covers everything in it and the hash before it, so a changed, missing or moved record shows. The first
record's `previous` is made of the deliberation's id, so that two logs cannot be joined.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import Field

from engine.deliberation.events import EVENT, AnyEvent, Frozen
from engine.deliberation.sealed import canonical_text
from storage.schema import current, raised

SEALED, SECRET = "$sealed", "$secret"
_MARKERS = frozenset({SEALED, SECRET})
_NESTED = (dict, list)  # a union would be made anew for every value
_SEALED_FIELDS = {"commitment", "owners", "secret", "salt", "value"}
_COMMON_FIELDS = {"kind", "at", "request"}


class Record(Frozen):
    """One link of the chain. In `payload` a commitment stands for what is personal."""

    deliberation: str
    version: int = Field(ge=1)
    at: int
    request: str
    kind: str
    schema_version: int
    payload: dict[str, Any]
    previous: str
    hash: str

    @property
    def commitments(self) -> frozenset[str]:
        """The commitments of the personal values that belong to this record."""
        return commitments_of(self.payload)


class SideValue(Frozen):
    """A personal value beside the chain. Without owners it is nobody's; a secret one never leaves the store."""

    commitment: str = Field(pattern=r"^[0-9a-f]{64}$")
    owners: tuple[str, ...] = ()
    secret: bool = False
    salt: str = Field(pattern=r"^[0-9a-f]{32}$")
    value: Any


def commitments_of(payload: Mapping[str, Any]) -> frozenset[str]:
    """The commitments of the personal values that a record's payload stands for."""
    found: set[str] = set()
    left: list[Any] = [payload]
    # Not recursive: a long log has millions of these.
    while left:
        value = left.pop()
        if isinstance(value, dict):
            for name, inner in cast("dict[str, Any]", value).items():
                if name in _MARKERS:
                    found.add(str(inner))
                elif isinstance(inner, _NESTED):
                    left.append(inner)
        else:
            for inner in cast("list[Any]", value):
                if isinstance(inner, _NESTED):
                    left.append(inner)  # noqa: PERF401 - a comprehension's type would be unknown
    return frozenset(found)


def genesis(deliberation: str) -> str:
    """What the first record of a deliberation names as the hash before it."""
    return hashlib.sha256(b"accord log\x00" + deliberation.encode()).hexdigest()


def record_hash(record: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over the canonical JSON of a record without its own hash.

    The outer object is put together here, its names in order: a long log has a million of them. Raises as
    `canonical_text`.
    """
    text = canonical_text
    made = (
        f'{{"at":{record["at"]},"deliberation":{text(record["deliberation"])},"kind":{text(record["kind"])},'
        f'"payload":{text(record["payload"])},"previous":{text(record["previous"])},"request":{text(record["request"])},'
        f'"schema_version":{record["schema_version"]},"version":{record["version"]}}}'
    )
    return hashlib.sha256(made.encode()).hexdigest()


def link(deliberation: str, version: int, previous: str, event: AnyEvent) -> tuple[Record, tuple[SideValue, ...]]:
    """An event as the record of this version, and the values that lie beside it."""
    side: list[SideValue] = []
    dumped = cast("dict[str, Any]", EVENT.dump_python(event, mode="json"))
    payload = {name: _without_values(value, side) for name, value in dumped.items() if name not in _COMMON_FIELDS}
    fields: dict[str, Any] = {
        "deliberation": deliberation,
        "version": version,
        "at": event.at,
        "request": event.request,
        "kind": event.kind,
        "schema_version": current(event.kind),
        "payload": payload,
        "previous": previous,
    }
    return Record(**fields, hash=record_hash(fields)), tuple(side)


def link_all(
    deliberation: str, version: int, previous: str, events: Sequence[AnyEvent]
) -> list[tuple[Record, tuple[SideValue, ...]]]:
    """Events as consecutive records after `version`, whose hash is `previous`."""
    linked: list[tuple[Record, tuple[SideValue, ...]]] = []
    for event in events:
        version += 1
        made = link(deliberation, version, previous, event)
        previous = made[0].hash
        linked.append(made)
    return linked


def event_of(record: Record, side: Mapping[str, SideValue]) -> AnyEvent:
    """A record as an event again; values that are not in `side` (by commitment) come back erased.

    Raises `LogTooNewError` for a kind or schema version that this program does not know.
    """
    payload = raised(record.kind, record.schema_version, record.payload)
    fields = {name: _with_values(value, side) for name, value in payload.items()}
    return EVENT.validate_python({**fields, "kind": record.kind, "at": record.at, "request": record.request})


def _without_values(value: Any, side: list[SideValue]) -> Any:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if fields.keys() == _SEALED_FIELDS:
            if fields["salt"] is not None:
                side.append(SideValue(**fields))
            return {SECRET if fields["secret"] else SEALED: fields["commitment"]}
        return {name: _without_values(inner, side) for name, inner in fields.items()}
    if isinstance(value, list):
        return [_without_values(inner, side) for inner in cast("list[Any]", value)]
    return value


def _with_values(value: Any, side: Mapping[str, SideValue]) -> Any:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if len(fields) == 1 and (SEALED in fields or SECRET in fields):
            (marker, commitment), *_ = fields.items()
            found = side.get(commitment)
            if found is None:
                return {"commitment": commitment, "secret": marker == SECRET}
            return found.model_dump()
        return {name: _with_values(inner, side) for name, inner in fields.items()}
    if isinstance(value, list):
        return [_with_values(inner, side) for inner in cast("list[Any]", value)]
    return value
