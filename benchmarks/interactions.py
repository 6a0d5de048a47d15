"""Answers to members while the model works: `python -m benchmarks.interactions [--members 20] [--rounds 3]`.

The bot with the bundled models, logged into the loopback Discord of the tests (both in this process, the models in
their own). All members press a button at the same moment, four times a second: first while nothing else happens, then
while 16 candidates are drafted. A figure is the time from the press to the bot's answer; Discord gives up after 3 s.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
import platform
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.drafting import VIEWS
from engine.worker.client import ModelWorker
from tests.bot.discord.house import Street, bot_on, card, only_state
from tests.discord_server.client import pointed_at
from tests.discord_server.people import Member
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.world import Channel

PAUSE = 0.25
"""Seconds between two presses. Without it the loopback's own records of tens of thousands of presses, which the garbage
collector of this process walks through, are what is measured."""


async def answers(members: Sequence[Member], thread: Channel) -> list[float]:
    """Seconds until each member has the answer to one press, all pressed at once."""

    async def press(member: Member) -> float:
        start = time.perf_counter()
        await member.clicks(card(thread), "Share my view")
        return time.perf_counter() - start

    return list(await asyncio.gather(*(press(member) for member in members)))


async def measure(count: int, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds per answer: idle, and while drafts were made."""
    idle: list[float] = []
    drafting: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        async with LoopbackDiscord() as server, ModelWorker(yields=True) as worker:
            with pointed_at(server):
                street = Street(server)
                members = [street.guild.member(f"Member {number + 1}") for number in range(count)]
                server.clock.advance(minutes=1)
                calm = {"draft_quiet_seconds": 3600, "draft_ceiling_seconds": 3600}
                async with bot_on(server, Path(folder), drafter=worker, **calm) as bot:
                    thread = await street.opens()
                    for number, member in enumerate(members):
                        view = f"{VIEWS[number % len(VIEWS)]} That is how house {number + 1} sees it."
                        await street.says(member, thread, view)
                    for _ in range(5):
                        idle += await answers(members, thread)
                        await asyncio.sleep(PAUSE)
                    for _ in range(rounds):
                        await street.moderator.slash(thread, "deliberation draft")
                        while only_state(bot).pending is not None:
                            drafting += await answers(members, thread)
                            await asyncio.sleep(PAUSE)
    return idle, drafting


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    idle, drafting = asyncio.run(measure(options.members, options.rounds))
    day, load = datetime.date.today(), os.getloadavg()[0]  # noqa: DTZ011
    print(f"{day}, {len(os.sched_getaffinity(0))} cores, {platform.machine()}, load {load:.1f}\n")
    print(f"| {options.members} members at once | answers | median, s | 99th percentile, s | longest, s |")
    print("|---|---|---|---|---|")
    for name, seconds in (("nothing else", idle), ("while 16 candidates are drafted", drafting)):
        middle, late, longest = np.percentile(seconds, [50, 99, 100])
        print(f"| {name} | {len(seconds)} | {middle:.3f} | {late:.3f} | {longest:.3f} |")


if __name__ == "__main__":
    main()
