"""A deliberation's log from one store into another, as it is, and the proof that it is the same.

Records go over with their hashes, so that receipts, posted heads and exported logs stay true; what was forgotten is
not there to go over. Copied again, what was forgotten in the source since is forgotten in the target too; what was
forgotten in the target is never put back.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.chain import genesis, record_hash
from storage.errors import StorageError
from storage.event_log import EventLog, Linked


@dataclass(frozen=True, slots=True)
class Moved:
    """A deliberation that is in both stores now: how many records, how many values beside them, and its last hash.

    `forgotten`: values that the target still had and the source had forgotten; they are gone now. `only_in_source`:
    values that were forgotten in the target, and that the source still has.
    """

    deliberation: str
    records: int
    values: int
    head: str
    forgotten: int
    only_in_source: int


async def copy(source: EventLog, target: EventLog, deliberation: str) -> Moved:
    """Copy a deliberation; again, it copies what is new. Nothing is taken from the source.

    Raises `StorageError`: `copy_differs` where the two are not the same afterwards or the source's own chain is broken,
    and `VersionConflictError` where the target has another deliberation of that name.
    """
    there_before = {record.hash for record, _ in await target.records(deliberation)}
    chain, key = await source.records(deliberation), await source.known_key(deliberation)
    await target.copy_in(deliberation, chain, key)
    copied = await target.records(deliberation)
    forgotten = await _forget(target, deliberation, chain, copied)
    if key is None:  # copy_in refused a longer chain, so nothing that came after rests on a key made there
        await target.forget_key(deliberation)
    if forgotten:
        copied = await target.records(deliberation)
    missing = _missing(chain, copied)
    whole = _is_whole(deliberation, copied) and [record for record, _ in copied] == [record for record, _ in chain]
    if not whole or missing is None or await target.known_key(deliberation) != key or missing.keys() - there_before:
        raise StorageError("copy_differs", deliberation=deliberation)
    return Moved(
        deliberation,
        len(copied),
        sum(len(side) for _, side in copied),
        copied[-1][0].hash if copied else genesis(deliberation),
        forgotten,
        sum(missing.values()),
    )


async def _forget(target: EventLog, deliberation: str, chain: list[Linked], copied: list[Linked]) -> int:
    """Erase what the source has forgotten; how many values that were.

    A store forgets by owner, so whoever owns nothing in the source any more was forgotten there; an owner of whom a
    value is left was not, and loses nothing.
    """
    kept = {owner for _, side in chain for value in side for owner in value.owners}
    had = {owner for _, side in copied for value in side for owner in value.owners}
    return await target.erase(deliberation, sorted(had - kept)) if had - kept else 0


def _missing(chain: list[Linked], copied: list[Linked]) -> dict[str, int] | None:
    """By record, how many values of the source the target lacks; None where it has one that the source has not."""
    missing: dict[str, int] = {}
    for (record, wanted), (_, found) in zip(chain, copied, strict=False):
        there, here = ({value.model_dump_json() for value in side} for side in (found, wanted))
        if there - here:
            return None
        if here - there:
            missing[record.hash] = len(here - there)
    return missing


def _is_whole(deliberation: str, chain: list[Linked]) -> bool:
    previous = genesis(deliberation)
    for record, _ in chain:
        if record.previous != previous or record_hash(record.model_dump()) != record.hash:
            return False
        previous = record.hash
    return True
