"""Ballots, start-up and memory in both stores: `python -m benchmarks.scale [--quick] [--only SQLite]`.

A ballot is a command decided, appended and durable. Deliberations that are open hold an opinion of every member.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import hashlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis

from bot.live.deliberations import Deliberations
from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.sealed import Sealed, derive
from engine.deliberation.settings import Settings
from storage.event_log import EventLog
from storage.redis_log import RedisEventLog
from storage.sqlite import SqliteEventLog
from tests.redis_server import RedisServer
from tests.torture.harness import open_poll

MEGABYTE = 1 << 20
LATER = 10**13


def clock() -> int:
    return int(time.time() * 1000)


async def ballots(log: EventLog, polls: int, count: int) -> tuple[float, float]:
    """Ballots a second in so many polls at once, and the slowest of a hundred in milliseconds."""
    deliberations = Deliberations(log, clock)
    names = [f"p{polls}-{number}" for number in range(polls)]
    for name in names:
        await open_poll(log, name)
        await deliberations.catch_up_on(name)
    took: list[float] = []

    async def vote(name: str) -> None:
        poll = deliberations.state(name).poll
        assert poll is not None
        options = [one for one in deliberations.state(name).options if deliberations.state(name).candidate(one)]
        for number in range(count // polls):
            began = time.perf_counter()
            grades = dict.fromkeys(options, 1 + number % 7)
            request = f"b{number}"
            await deliberations.do(name, c.CastBallot, request, poll=poll.id, voter=f"v{number}", grades=grades)
            took.append(time.perf_counter() - began)

    started = time.perf_counter()
    await asyncio.gather(*(vote(name) for name in names))
    rate = len(took) / (time.perf_counter() - started)
    return rate, 1000 * sorted(took)[int(0.99 * len(took))]


async def fill(log: EventLog, deliberations: int, members: int) -> None:
    for number in range(deliberations):
        await log.append(f"d{number}", 0, opened(number, members))


def opened(number: int, members: int) -> list[e.AnyEvent]:
    entropy = hashlib.sha256(f"{number}".encode()).hexdigest()
    made: list[e.AnyEvent] = [
        e.Opened(at=0, request="r0", question="Where do we meet?", settings=Settings(), moderator="mo", until=LATER)
    ]
    for member in range(members):
        salt = derive(entropy, str(member))
        words = f"At the place number {member}, because it is near and costs nothing, and only if the bus runs."
        text = Sealed[str].seal(words, salt=salt, owners=(f"m{member}",))
        made.append(
            e.OpinionGiven(at=member, request=f"r{member}", opinion=f"o{member}", member=f"m{member}", text=text)
        )
    return made


async def start_up(log: EventLog) -> None:
    """In a process of its own: print seconds to read all, to look for news and the memory that it took."""
    before = resident()
    deliberations = Deliberations(log, clock)
    began = time.perf_counter()
    await deliberations.load()
    loaded = time.perf_counter() - began
    began = time.perf_counter()
    await deliberations.catch_up()
    looked = time.perf_counter() - began
    began = time.perf_counter()
    name = next(iter(deliberations.all))
    told = asyncio.Event()
    deliberations.on_change(lambda _: told.set())
    following = asyncio.create_task(deliberations.follow())
    await asyncio.sleep(0.5)
    began = time.perf_counter()
    version = deliberations.state(name).version
    await log.append(name, version, [e.ReminderSent(at=1, request="x", reminder="collecting/1/0.75")])
    await asyncio.wait_for(told.wait(), 30)
    heard = time.perf_counter() - began
    following.cancel()
    print(f"{loaded} {looked} {heard} {(resident() - before) / MEGABYTE}")


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def open_log(place: str) -> EventLog:
    return await (RedisEventLog.open(place) if place.startswith("redis:") else SqliteEventLog.open(Path(place)))


def asked(place: str) -> list[float]:
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", "--start-up", place], capture_output=True, text=True, check=True
    )
    return [float(part) for part in answer.stdout.split()]


def measure(name: str, place: str, sizes: list[tuple[int, int]], count: int, empty: Callable[[], Any]) -> None:
    async def cast(polls: int) -> tuple[float, float]:
        log = await open_log(place)
        found = await ballots(log, polls, count)
        await log.close()
        return found

    async def filled(deliberations: int, members: int) -> None:
        log = await open_log(place)
        await fill(log, deliberations, members)
        await log.close()

    for polls in (1, 32):
        rate, slow = asyncio.run(cast(polls))
        print(
            f"| {name}: ballots in {polls} poll(s) at once | {rate:,.0f}/s, 99 of 100 within {slow:.0f} ms |",
            flush=True,
        )
    for deliberations, members in sizes:
        empty()
        asyncio.run(filled(deliberations, members))
        loaded, looked, heard, memory = asked(place)
        print(
            f"| {name}: {deliberations:,} open x {members} members | read in {loaded:.1f} s, {memory:.0f} MiB,"
            f" news looked for in {1000 * looked:.0f} ms, heard after {1000 * heard:.0f} ms |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=("SQLite", "Redis"), help="leave the other store out")
    parser.add_argument("--start-up")
    arguments = parser.parse_args()
    if arguments.start_up is not None:

        async def go() -> None:
            log = await open_log(arguments.start_up)
            await start_up(log)
            await log.close()

        asyncio.run(go())
        return
    sizes = [(10, 20), (100, 20)] if arguments.quick else [(10, 200), (100, 200), (1_000, 200), (10_000, 20)]
    count = 320 if arguments.quick else 3_200
    day, load = datetime.date.today(), os.getloadavg()[0]  # noqa: DTZ011
    print(f"{day}, {len(os.sched_getaffinity(0))} cores, {platform.machine()}, load {load:.1f}\n")
    print("| what | figure |\n|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = folder / "log.sqlite"

        def empty() -> None:
            for path in folder.glob("log.sqlite*"):
                path.unlink()

        if arguments.only != "Redis":
            measure("SQLite", str(place), sizes, count, empty)
        if arguments.only == "SQLite":
            return
        (folder / "redis").mkdir()
        server = RedisServer(folder / "redis").start()
        try:
            client: Any = redis.Redis(port=server.port)
            measure("Redis", server.url, sizes, count, client.flushall)
            client.close()
        finally:
            server.kill()


if __name__ == "__main__":
    main()
