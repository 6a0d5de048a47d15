"""Durable appends and folding: `python -m benchmarks.log [--quick]`.

The peer of the appends is plain sqlite3 with one durable transaction per insert, in the same run and folder.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import sqlite3
import tempfile
import time
from pathlib import Path

from engine.deliberation.events import AnyEvent, Opened, OpinionGiven
from engine.deliberation.evolve import fold
from engine.deliberation.sealed import Sealed, derive
from engine.deliberation.settings import Settings
from storage.sqlite import SqliteEventLog


def events(count: int) -> list[AnyEvent]:
    entropy = hashlib.sha256(b"benchmark").hexdigest()
    return [opened(), *(opinion_given(number, entropy) for number in range(1, count))]


def opened() -> Opened:
    return Opened(at=0, request="r0", question="Q", settings=Settings(), moderator="m", until=10**12)


def opinion_given(number: int, entropy: str) -> OpinionGiven:
    member = f"m{number % 1000}"
    salt = derive(entropy, str(number))
    text = Sealed[str].seal(f"Opinion number {number}.", salt=salt, owners=(member,))
    return OpinionGiven(at=number, request=f"r{number}", opinion=f"o{number}", member=member, text=text)


async def appends(folder: Path, writers: int, count: int) -> float:
    log = await SqliteEventLog.open(folder / f"ours-{writers}.sqlite")
    made = events(count // writers)
    started = time.perf_counter()

    async def write(name: str) -> None:
        for version, event in enumerate(made):
            await log.append(name, version, [event])

    await asyncio.gather(*(write(f"d{number}") for number in range(writers)))
    rate = writers * len(made) / (time.perf_counter() - started)
    await log.close()
    return rate


def plain_appends(folder: Path, count: int) -> float:
    connection = sqlite3.connect(folder / "plain.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE records (version INTEGER PRIMARY KEY, body TEXT)")
    bodies = [event.model_dump_json() for event in events(count)]
    started = time.perf_counter()
    for version, body in enumerate(bodies):
        connection.execute("INSERT INTO records VALUES (?, ?)", (version, body))
    rate = count / (time.perf_counter() - started)
    connection.close()
    return rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    count, many = (640, 20_000) if quick else (6_400, 1_000_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = plain_appends(folder, count)
        print("| what | figure | against plain sqlite3 |\n|---|---:|---:|")
        print(f"| plain sqlite3, one durable insert after another | {plain:,.0f}/s | 1.0 |")
        for writers in (1, 64):
            rate = asyncio.run(appends(folder, writers, count))
            print(f"| durable appends, {writers} writer(s) | {rate:,.0f}/s | {rate / plain:.2f} |")
        made = events(many)
        started = time.perf_counter()
        fold(made)
        print(f"| fold of {many:,} events | {time.perf_counter() - started:.1f} s | |")


if __name__ == "__main__":
    main()
