"""A log as somebody would write it who changes it and then hashes all of it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from engine.deliberation.sealed import canonical_json
from storage.chain import genesis

Entries = list[dict[str, Any]]


def chained_again(text: str, change: Callable[[Entries], object]) -> str:
    """The log `text` with `change` made to its records, every hash and the first line fitting again."""
    first, *lines = text.splitlines()
    header, entries = json.loads(first), [json.loads(line) for line in lines]
    change(entries)
    previous = genesis(header["deliberation"])
    for number, entry in enumerate(entries, start=1):
        record = {**entry["record"], "version": number, "previous": previous}
        record.pop("hash")
        previous = hashlib.sha256(canonical_json(record)).hexdigest()
        entry["record"] = {**record, "hash": previous}
    header |= {"records": len(entries), "head": previous}
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (header, *entries))
