"""Export and report at 10, 200 and 2,000 members: `python -m benchmarks.report [--keep FOLDER]`.

Members, drafts and ballots are invented by a seeded generator: three groups that differ in what they agree with.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bot.exporting import Source, all_files, write_exports
from engine.deliberation import commands as c
from engine.deliberation.decide import decide
from engine.deliberation.drafts import DraftedCandidate, DraftResult
from engine.deliberation.events import KEEP_THINGS, AnyEvent, Model
from engine.deliberation.evolve import evolve
from engine.deliberation.rounds import draft_job
from engine.deliberation.settings import Settings
from engine.deliberation.state import State
from storage.export import export
from storage.sqlite import SqliteEventLog

SIZES = (10, 200, 2_000)
MINUTE = 60_000
DRAFTS = (
    "We close the street to cars on Sundays in summer, and keep the bus running.",
    "We close the street on Sundays from ten to six. Deliveries and people who cannot walk far may pass.",
    "The street stays open. We ask the city for a playground instead.",
    "We try it for three months and count accidents, customers and complaints before we decide for good.",
    "We close every second Sunday, and put up signs a month before.",
    "Cars may pass at walking speed on Sundays; children have the way.",
)


class Course:
    """A deliberation that is made as fast as it can be decided."""

    def __init__(self, **settings: Any) -> None:
        self.state: State | None = None
        self.events: list[AnyEvent] = []
        self.now = 1_780_000_000_000
        self.do(
            c.Open,
            question="Should our street be closed to cars on Sundays?",
            moderator="mod",
            settings=Settings(**settings),
        )

    def do(self, kind: type[c.Command], **fields: Any) -> None:
        self.now += MINUTE // 4
        request = f"r{len(self.events)}"
        entropy = hashlib.sha256(request.encode()).hexdigest()
        for event in decide(self.state, kind(at=self.now, request=request, entropy=entropy, **fields)):  # type: ignore[arg-type]
            self.state = evolve(self.state, event)
            self.events.append(event)

    def draft(self, means: np.ndarray, members: list[str], round_: int) -> None:
        self.do(c.StartDraft, seed=7)
        assert self.state is not None
        job = draft_job(self.state)
        drafts = tuple(
            DraftedCandidate(
                id=f"c{number}", origin="drafted", text=text if round_ == 1 else f"{text} We look again in a year."
            )
            for number, text in enumerate(DRAFTS)
        )
        self.do(
            c.RecordDraft,
            result=DraftResult(
                draft=job.draft,
                inputs_digest=job.inputs_digest,
                candidates=drafts,
                members=tuple(members),
                mean=tuple(tuple(map(float, row)) for row in means),
                spread=tuple((0.2,) * len(DRAFTS) for _ in members),
                in_prompt=tuple(members[:20]),
                models=(Model(name="invented", sha256="0" * 64, encoding="as shipped"),),
                seed=7,
            ),
        )


def course(members: int) -> list[AnyEvent]:
    random = np.random.default_rng(members)
    made = Course(shortlist=3, eligible=2 * members, opinion_seconds=10**9, poll_seconds=10**9, critique_seconds=10**9)
    names = [f"m{hashlib.sha256(str(number).encode()).hexdigest()[:16]}" for number in range(members)]
    group = random.choice(3, members, p=(0.5, 0.3, 0.2))
    liking = random.uniform(0.1, 0.9, (3, len(DRAFTS)))
    felt = np.clip(liking[group] + random.normal(0, 0.1, (members, len(DRAFTS))), 0.02, 0.98)
    for number, name in enumerate(names):
        made.do(c.GiveOpinion, member=name, text=f"Opinion {number}: " + "I think the street is for all of us. " * 4)
    made.draft(felt, names, 1)
    made.do(c.OpenCritique, moderator="mod")
    for name in names[: members // 4]:
        made.do(c.GiveCritique, member=name, text="And what about the bus?")
    made.draft(np.clip(felt + 0.08, 0, 1), names, 2)
    made.do(c.OpenPoll)
    assert made.state is not None
    assert made.state.poll is not None
    options = [option for option in made.state.poll.options if option != KEEP_THINGS]
    columns = [int(option.rpartition("c")[2]) for option in options]
    for number in range(0, members, 2 if members > 20 else 1):
        grades = np.clip(np.round(1 + 6 * (felt[number, columns] + random.normal(0, 0.12, len(columns)))), 1, 7)
        made.do(
            c.CastBallot,
            poll=made.state.poll.id,
            voter=f"v{number}",
            grades=dict(zip(options, map(int, grades), strict=True)),
            reason="The shops lose their Sunday.",
            publish=number % 7 == 0,
        )
    made.now = made.state.until + 1
    made.do(c.ClosePoll, poll=made.state.poll.id)
    return made.events


async def stored(folder: Path, events: list[AnyEvent]) -> Path:
    log = await SqliteEventLog.open(folder / "store.sqlite")
    for start in range(0, len(events), 2000):
        await log.append("street", start, events[start : start + 2000])
    path = folder / "log.jsonl"
    await export(log, "street", path)
    await log.close()
    return path


def measured(members: int, folder: Path) -> str:
    path = asyncio.run(stored(folder, course(members)))
    started = time.perf_counter()
    (report,) = write_exports(Source(path), ["html"], folder, None)
    report_time = time.perf_counter() - started
    started = time.perf_counter()
    files, _ = all_files(Source(path))
    (bundle,) = write_exports(Source(path), ["zip"], folder, None)
    zip_time = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sizes = " | ".join(f"{one.stat().st_size / 1e6:.2f} MB" for one in (path, report, bundle))
    return f"| {members:,} | {report_time:.1f} s | {zip_time / 2:.1f} s | {memory:,.0f} MB | {sizes} | {len(files)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path)
    keep = parser.parse_args().keep
    print("| members | report | all files | most memory | log | report | zip | files |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for members in SIZES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) if keep is None else keep / str(members)
            folder.mkdir(parents=True, exist_ok=True)
            print(measured(members, folder), flush=True)


if __name__ == "__main__":
    main()
