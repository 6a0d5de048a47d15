"""Answers to members, and following, beside many open deliberations: `python -m benchmarks.load [--full]`.

`--full` is 1,000 open deliberations x 200 members; without it, 100 x 20. The bot is logged into the loopback Discord of
the tests, with its store filled before. Twenty members press a button and vote, in turn; meanwhile opinions come in
elsewhere, ten a second. Then, with Redis, a process of its own follows all logs: what that costs it while nothing and
while something happens, and how soon it hears.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import itertools
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import SecretStr

from benchmarks.scale import MEGABYTE, clock, fill, open_log, resident
from bot.discord.app import Accord
from bot.live.deliberations import Deliberations
from bot.live.ending import end
from engine.deliberation import commands as c
from engine.deliberation import events as e
from storage.redis_log import RedisEventLog
from tests.bot.discord.house import Street, bot_on, card, card_says
from tests.discord_server.client import pointed_at
from tests.discord_server.people import Member
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Channel
from tests.redis_server import RedisServer

ELSEWHERE_EACH = 0.1
"""Seconds between two opinions in other deliberations."""
CALM = 5.0
"""Seconds after the start before anything is measured."""
WATCHED = 10.0
"""Seconds for which a follower's processor time is counted."""


async def elsewhere(bot: Accord, deliberations: int) -> None:
    """Opinions in the other deliberations, without end."""
    for number in itertools.count():
        name = f"d{number % deliberations}"
        fields = {"member": f"new{number}", "text": f"What number {number} thinks of it."}
        await bot.office.deliberations.do(name, c.GiveOpinion, f"load{number}", **fields)
        await asyncio.sleep(ELSEWHERE_EACH)


async def pressed(members: Sequence[Member], thread: Channel, rounds: int, *, vote: bool) -> list[float]:
    """Seconds until the answer to each press."""
    took: list[float] = []
    for number in range(rounds):
        for member in members:
            ballot = await member.clicks(card(thread), "Vote") if vote else None
            began = time.perf_counter()
            if ballot is None:
                await member.clicks(card(thread), "Share my view")
            else:
                await member.selects(ballot.message, "", str(1 + number % 7))
            took.append(time.perf_counter() - began)
    return took


async def interactions(place: str, folder: Path, deliberations: int, rounds: int) -> list[tuple[str, list[float]]]:
    """Seconds per answer by what was pressed, and how long the bot took to start."""
    async with LoopbackDiscord() as server:
        with pointed_at(server):
            street = Street(server)
            members = [*street.members, *(street.guild.member(f"Member {number}") for number in range(13))]
            # Figures of the start belong to benchmarks.scale; the bot just has to have read everything.
            more: dict[str, Any] = {"redis_url": SecretStr(place)} if place.startswith("redis:") else {}
            # The filled deliberations were never drafted; else all of that would be done at the start.
            more |= {"draft_quiet_seconds": 3600, "draft_ceiling_seconds": 3600, "tick_seconds": 5}
            async with bot_on(server, folder, **more) as bot:
                await asyncio.sleep(CALM)
                thread = await street.opens()
                other = asyncio.create_task(elsewhere(bot, deliberations))
                buttons = await pressed(members, thread, rounds, vote=False)
                await street.speak(thread)
                await street.agrees(*members[3:], thread=thread)
                await street.moderator.slash(thread, "deliberation draft")
                await card_says(server, thread, "Machine draft")
                await street.moderator.slash(thread, "deliberation poll")
                await card_says(server, thread, "[Vote]")
                ballots = await pressed(members, thread, rounds, vote=True)
                await end(other)
    return [("a button", buttons), ("a ballot, on the disk", ballots)]


async def follower(place: str) -> None:
    """In a process of its own: read all, follow, and say how it is now and then."""
    deliberations = Deliberations(await RedisEventLog.open(place), clock)
    await deliberations.load()
    deliberations.on_change(lambda name: print(f"heard {name} {time.time()}", flush=True))
    print(f"ready {resident() / MEGABYTE:.0f}", flush=True)
    await deliberations.follow()


async def following(place: str, count: int, appends: int) -> list[str]:
    """Rows of the table about a process that follows `count` logs."""
    process = subprocess.Popen(  # noqa: ASYNC220 - once, before anything is measured
        [sys.executable, "-m", "benchmarks.load", "--follow", place], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = process.stdout
    memory = (await asyncio.to_thread(said.readline)).split()[1]
    log = await RedisEventLog.open(place)
    try:
        before = cpu_seconds(process.pid)
        await asyncio.sleep(WATCHED)
        idle = (cpu_seconds(process.pid) - before) / WATCHED
        before, began, delays = cpu_seconds(process.pid), time.time(), list[float]()
        for number in range(appends):
            name = f"d{number % count}"
            version = (await log.list())[name]
            await log.append(
                name, version, [e.ReminderSent(at=1, request=f"f{number}", reminder=f"collecting/1/{number}")]
            )
            done = time.time()
            heard = (await asyncio.to_thread(said.readline)).split()
            assert heard[:2] == ["heard", name]
            delays.append(1000 * max(0.0, float(heard[2]) - done))
        busy, rate = (cpu_seconds(process.pid) - before) / appends, appends / (time.time() - began)
    finally:
        process.kill()
        process.wait()
        await log.close()
    middle, late = np.percentile(delays, [50, 99])
    return [
        f"| follow {count:,} logs: memory | {memory} MiB |",
        f"| the same: processor while nothing happens | {100 * idle:.1f}% of a core |",
        f"| the same: processor for each append of another ({rate:.0f}/s) | {1000 * busy:.1f} ms |",
        f"| the same: heard after, median / 99th percentile of {appends} | {middle:.0f} / {late:.0f} ms |",
    ]


def cpu_seconds(process: int) -> float:
    """What a process has used of a processor so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(deliberations: int, members: int, rounds: int, appends: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("SQLite", "Redis", "server"):
            (folder / part).mkdir()
        server = RedisServer(folder / "server").start()
        try:
            for store, place in (("SQLite", str(folder / "SQLite" / "accord.sqlite")), ("Redis", server.url)):
                log = await open_log(place)
                await fill(log, deliberations, members)
                await log.close()
                for what, took in await interactions(place, folder / store, deliberations, rounds):
                    middle, late, longest = (1000 * figure for figure in np.percentile(took, [50, 99, 100]))
                    print(
                        f"| {store}: {what}, median / 99th percentile / longest of {len(took)} |"
                        f" {middle:.0f} / {late:.0f} / {longest:.0f} ms |",
                        flush=True,
                    )
            for row in await following(server.url, deliberations, appends):
                print(row, flush=True)
        finally:
            server.kill()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--follow")
    options = parser.parse_args(arguments)
    if options.follow:
        asyncio.run(follower(options.follow))
        return
    deliberations, members, rounds, appends = (1_000, 200, 25, 500) if options.full else (100, 20, 5, 100)
    day, load = datetime.date.today(), os.getloadavg()[0]  # noqa: DTZ011
    print(f"{day}, {len(os.sched_getaffinity(0))} cores, {platform.machine()}, load {load:.1f}\n")
    print(f"| beside {deliberations:,} open x {members} members | |\n|---|---:|")
    asyncio.run(measure(deliberations, members, rounds, appends))


if __name__ == "__main__":
    main()
