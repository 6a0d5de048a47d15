"""A deliberation's log from one store into another, as it is, and the proof that it is the same.

Records go over with their hashes, so that receipts, posted heads and exported logs stay true; what was forgotten is
not there to go over.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.chain import genesis, record_hash
from storage.errors import StorageError
from storage.event_log import EventLog, Linked


@dataclass(frozen=True, slots=True)
class Moved:
    """A deliberation that is in both stores now: how many records, how many values beside them, and its last hash."""

    deliberation: str
    records: int
    values: int
    head: str


async def copy(source: EventLog, target: EventLog, deliberation: str) -> Moved:
    """Copy a deliberation; again, it copies what is new. Nothing is taken from the source.

    Raises `StorageError`: `copy_differs` where the two are not the same afterwards or the source's own chain is broken,
    and `VersionConflictError` where the target has another deliberation of that name.
    """
    chain, key = await source.records(deliberation), await source.known_key(deliberation)
    await target.copy_in(deliberation, chain, key)
    copied = await target.records(deliberation)
    whole = _is_whole(deliberation, copied) and _sorted(copied) == _sorted(chain)
    if not whole or await target.known_key(deliberation) != key:
        raise StorageError("copy_differs", deliberation=deliberation)
    values = sum(len(side) for _, side in copied)
    return Moved(deliberation, len(copied), values, copied[-1][0].hash if copied else genesis(deliberation))


def _is_whole(deliberation: str, chain: list[Linked]) -> bool:
    previous = genesis(deliberation)
    for record, _ in chain:
        if record.previous != previous or record_hash(record.model_dump()) != record.hash:
            return False
        previous = record.hash
    return True


def _sorted(chain: list[Linked]) -> list[tuple[str, tuple[str, ...]]]:
    """Records by their hash, with the values beside them in one order, whichever the store has."""
    return [(record.hash, tuple(sorted(value.model_dump_json() for value in side))) for record, side in chain]
