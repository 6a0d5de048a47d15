"""`python -m tests.torture --rounds 1000`: the long run, by hand."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import tempfile
from pathlib import Path

from tests.torture.harness import Torture


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill everything at random moments; nothing may be lost or doubled.")
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop disturbing after so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fsync", choices=("always", "everysec"), default="always", help="Redis' appendfsync")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        torture = Torture(Path(folder) / "torture", arguments.seed, arguments.fsync)
        report = asyncio.run(torture.run(arguments.rounds, arguments.seconds))
    print(json.dumps(dataclasses.asdict(report)))  # noqa: T201 - its result


if __name__ == "__main__":
    main()
