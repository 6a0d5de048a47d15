"""How start-up, memory and following grow: `python -m benchmarks.growth [--most 1000] [--members 20] [--picture FILE]`.

10, 100, ... up to `--most` open deliberations, in SQLite and in Redis, each read by a process of its own. The whole run
is `--most 10000 --picture docs/pictures/growth.png`.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
import platform
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import matplotlib as mpl
import redis

from benchmarks.scale import asked, fill, open_log
from tests.redis_server import RedisServer

mpl.use("Agg")

QUANTITIES = ("reading all, s", "memory, MiB", "looking for news, ms", "another's event heard after, ms")
COLOURS = {"SQLite": "#3b6ea5", "Redis": "#c1440e"}


class Figures(NamedTuple):
    """In the order of `QUANTITIES`."""

    read: float
    memory: float
    looked: float
    heard: float


def measured(place: str, deliberations: int, members: int) -> Figures:
    """Fill an empty store, and read it in another process."""

    async def filled() -> None:
        log = await open_log(place)
        await fill(log, deliberations, members)
        await log.close()

    asyncio.run(filled())
    read, looked, heard, memory = asked(place)
    return Figures(read, memory, 1000 * looked, 1000 * heard)


def draw(found: dict[str, dict[int, Figures]], members: int, picture: Path) -> None:
    """Four log-log plots, one per quantity, a line per store."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogLocator

    figure, axes = plt.subplots(2, 2, figsize=(9, 6.5), layout="constrained")
    for place, (quantity, ax) in enumerate(zip(QUANTITIES, axes.flat, strict=True)):
        for store, by_size in found.items():
            sizes = sorted(by_size)
            ax.plot(sizes, [by_size[size][place] for size in sizes], marker="o", label=store, color=COLOURS[store])
        ax.set(xscale="log", yscale="log", title=quantity, xlabel=f"open deliberations x {members} members")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter("{x:,g}")
            axis.set_minor_formatter("")
        ax.yaxis.set_minor_locator(LogLocator(subs=(2.0, 5.0)))
        ax.yaxis.set_minor_formatter("{x:,g}")
        ax.grid(alpha=0.3, which="both")
    axes.flat[0].legend()
    cast("Any", figure).savefig(picture, dpi=110)
    plt.close(figure)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=1000)
    parser.add_argument("--members", type=int, default=20)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args(arguments)
    sizes = [size for size in (10, 100, 1_000, 10_000) if size <= options.most]
    found: dict[str, dict[int, Figures]] = {"SQLite": {}, "Redis": {}}
    print(f"{datetime.date.today()}, {len(os.sched_getaffinity(0))} cores, {platform.machine()}\n")  # noqa: DTZ011
    print(f"| store | open x {options.members} members | {' | '.join(QUANTITIES)} | load |")
    print(f"|---|---:|{'---:|' * len(QUANTITIES)}---:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "redis").mkdir()
        server = RedisServer(folder / "redis").start()
        client: Any = redis.Redis(port=server.port)
        try:
            for size in sizes:
                for store in found:
                    client.flushall()
                    place = server.url if store == "Redis" else str(folder / f"{size}.sqlite")
                    figures = found[store][size] = measured(place, size, options.members)
                    cells = " | ".join(f"{figure:,.2f}" if figure < 10 else f"{figure:,.0f}" for figure in figures)
                    print(f"| {store} | {size:,} | {cells} | {os.getloadavg()[0]:.1f} |", flush=True)
                if options.picture:  # after each size, so that a run that is cut short has drawn what it found
                    draw(found, options.members, options.picture)
        finally:
            client.close()
            server.kill()


if __name__ == "__main__":
    main()
