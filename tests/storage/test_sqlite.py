from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from engine.deliberation.events import OpinionGiven
from storage.chain import genesis
from storage.errors import StorageError, StoreFileError
from storage.sqlite import SqliteEventLog
from tests.storage.logged import opened, spoken

WRITER = """
import asyncio, sys
from pathlib import Path
from engine.deliberation import commands as c
from storage.sqlite import SqliteEventLog
from tests.storage.logged import opened

async def main():
    log = await SqliteEventLog.open(Path(sys.argv[1]))
    version = (await log.list()).get("d", 0)
    if not version:
        version = await log.append("d", 0, opened().events)
    while True:
        script = opened()
        script.name = f"v{version}"
        events = script.do(c.GiveOpinion, member=f"m{version}", text=f"opinion {version}")
        version = await log.append("d", version, events)
        print(version, flush=True)

asyncio.run(main())
"""


async def test_killed_at_any_moment_what_was_acknowledged_is_there_once(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    chance = random.Random(1)
    acknowledged = 0
    for _ in range(8):
        child = subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
        assert child.stdout is not None
        child.stdout.readline()
        await asyncio.sleep(chance.uniform(0.0, 0.15))
        os.kill(child.pid, signal.SIGKILL)
        printed = [int(line) for line in child.stdout.read().split()]
        child.stdout.close()
        child.wait()
        log = await SqliteEventLog.open(path)
        acknowledged = max([acknowledged, *printed])
        records = [record for record, _ in await log.records("d")]
        assert len(records) >= acknowledged
        assert [record.version for record in records] == list(range(1, len(records) + 1))
        previous = genesis("d")
        for record in records:
            assert record.previous == previous
            previous = record.hash
        said = [event.member for event in await log.read("d") if isinstance(event, OpinionGiven)]
        assert len(said) == len(set(said))
        await log.close()
    assert acknowledged > 8


async def test_erased_words_are_gone_from_the_disk_too(tmp_path: Path) -> None:
    log = await SqliteEventLog.open(tmp_path / "log.sqlite")
    await log.append("d", 0, spoken(["unmistakable aardvark"]).events)
    await log.erase("d", ["m0"])
    on_disk = await asyncio.to_thread(lambda: b"".join(file.read_bytes() for file in tmp_path.iterdir()))
    assert b"aardvark" not in on_disk
    await log.close()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"hello, this is no database" * 10, "store_foreign"),
        (b"\x00\xff" * 300, "store_foreign"),
        (b"x", "store_foreign"),
    ],
)
async def test_a_foreign_file_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(StoreFileError) as refused:
        await SqliteEventLog.open(path)
    assert refused.value.code == code
    assert path.read_bytes() == content


async def test_somebody_elses_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE notes (text)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreFileError) as refused:
        await SqliteEventLog.open(path)
    assert refused.value.code == "store_foreign"
    assert path.read_bytes() == before


async def test_a_database_of_a_newer_format_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    await (await SqliteEventLog.open(path)).close()
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(StoreFileError) as refused:
        await SqliteEventLog.open(path)
    assert (refused.value.code, refused.value.parameters["version"]) == ("store_too_new", 99)


async def test_a_damaged_database_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    log = await SqliteEventLog.open(path)
    await log.append("d", 0, spoken(["words"] * 3).events)
    await log.close()
    data = bytearray(path.read_bytes())
    data[100:] = b"\xff" * (len(data) - 100)
    path.write_bytes(data)
    with pytest.raises(StoreFileError) as refused:
        await SqliteEventLog.open(path)
    assert refused.value.code == "store_damaged"
    assert path.read_bytes() == bytes(data)


async def test_a_full_disk_loses_nothing_that_was_written_and_writes_nothing_by_halves(tmp_path: Path) -> None:
    log = await SqliteEventLog.open(tmp_path / "log.sqlite")
    await log.append("d", 0, opened().events)
    writer = log._writer  # pyright: ignore[reportPrivateUsage]
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StorageError) as full:
        await log.append("d", 1, spoken(["long words " * 300] * 40).events[1:])
    assert full.value.code == "store_full"
    assert await log.list() == {"d": 1}
    writer.execute("PRAGMA max_page_count = 100000")
    assert await log.append("d", 1, spoken(["short"]).events[1:]) == 2
    await log.close()


async def test_a_cancelled_append_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    log = await SqliteEventLog.open(tmp_path / "log.sqlite")
    events = spoken(["one", "two"]).events
    append = asyncio.create_task(log.append("d", 0, events))
    await asyncio.sleep(0)
    append.cancel()
    with pytest.raises(asyncio.CancelledError):
        await append
    assert await log.append("d", 0, events) == len(events)
    assert await log.read("d") == list(events)
    await log.close()


async def test_another_process_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    log, other = await SqliteEventLog.open(path), await SqliteEventLog.open(path)
    await log.append("d", 0, opened().events)

    async def first_new() -> int:
        async for logged in log.follow("d", after=1):
            return logged.version
        return 0

    follower = asyncio.create_task(first_new())
    await asyncio.sleep(0.05)
    await other.append("d", 1, spoken(["from elsewhere"]).events[1:])
    assert await asyncio.wait_for(follower, 10) == 2
    await log.close()
    await other.close()
