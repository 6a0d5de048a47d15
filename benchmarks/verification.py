"""`accord verify` and `verify.py` on a long log: `python -m benchmarks.verification [--records N] [--keep LOG]`.

The log has a record with a sealed text each, written as an export is. Both commands run as people run them, one after
the other, in a process of their own: seconds of one core, start included, and the most memory.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.log import opened, opinion_given
from engine.deliberation.events import AnyEvent
from storage.chain import genesis, link
from storage.export import standalone


def write_log(path: Path, records: int) -> None:
    """One after another: a million events do not fit the memory of a small machine."""
    entropy = hashlib.sha256(b"benchmark").hexdigest()
    previous = genesis("d")
    body = path.with_suffix(".body")
    with body.open("w", encoding="utf-8") as file:
        for number in range(records):
            event: AnyEvent = opinion_given(number, entropy) if number else opened()
            record, side = link("d", number + 1, previous, event)
            previous = record.hash
            kept = [value.model_dump(include={"commitment", "salt", "value"}) for value in side]
            file.write(_line({"record": record.model_dump(), "side": kept}))
    with path.open("w", encoding="utf-8") as file, body.open(encoding="utf-8") as lines:
        header = {"format": "accord-log", "format_version": 1, "deliberation": "d", "records": records}
        file.write(_line({**header, "head": previous}))
        file.writelines(lines)
    body.unlink()


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def measured(command: list[str]) -> tuple[float, float]:
    """Seconds of CPU and megabytes of a command that has to succeed."""
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="use this log, or write it there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.keep or Path(folder) / "log.jsonl"
        if not path.exists():
            write_log(path, arguments.records)
        size = path.stat().st_size / 1e6
        print(f"| a log of {arguments.records:,} records, {size:,.0f} MB | one core | most memory |\n|---|---:|---:|")
        for name, command in (("accord verify", ["-m", "bot", "verify"]), ("verify.py", [standalone.__file__])):
            seconds, memory = measured([*command, str(path)])
            print(f"| `{name}` | {seconds:.1f} s | {memory:,.0f} MB |", flush=True)


if __name__ == "__main__":
    main()
