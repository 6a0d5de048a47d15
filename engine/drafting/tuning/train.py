"""Tune a drafter on the examples: `python -m engine.drafting.tuning.train --out FOLDER`; docs/tuning.md says how.

The loss is on the answers' tokens alone; the adapter is on from a prompt's first token, as it is at run time.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from engine.drafting.tuning.examples import FOLDER, ExampleError, read_examples
from engine.drafting.tuning.joins import FOLDER as JOINS
from engine.drafting.tuning.joins import read_joins
from engine.drafting.tuning.lessons import Lesson, Taught, lesson_of, taught_by, taught_of
from engine.drafting.tuning.points import FOLDER as POINTS
from engine.drafting.tuning.points import read_points
from engine.drafting.tuning.torch_model import end_token
from engine.drafting.tuning.trainer import Plan, Trainer, add_plan, begin, train
from engine.models.llama import LanguageModel


def main() -> int:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description="Tunes a drafter on the examples.")
    add_plan(parser, Plan())
    parser.add_argument("--examples", type=Path, default=FOLDER, help="folder of JSON lines")
    parser.add_argument("--joins", type=Path, default=JOINS, help="folder of JSON lines: sentences for the examples")
    parser.add_argument("--points", type=Path, default=POINTS, help="folder of JSON lines: what opinions say")
    for what in ("joins", "points"):
        parser.add_argument(f"--{what}-every", type=int, default=1, help="every Nth of these lessons only; 0: none")
    parser.add_argument("--start", type=Path, help="begin with the adapter of this folder of another training")
    options = parser.parse_args()
    plan = begin(parser, options)
    try:
        entries = read_examples(options.examples)
        joins = read_joins(entries, options.joins)[:: options.joins_every] if options.joins_every else []
        points = read_points(entries, options.points)[:: options.points_every] if options.points_every else []
    except ExampleError as problem:
        parser.error(str(problem))
    taught = {
        split: [
            *(taught_by(join) for join in joins if join.entry.split == split),
            *(taught_of(point) for point in points if point.entry.split == split),
        ]
        for split in ("train", "dev")
    }
    lessons = {split: _lessons(options.model, found) for split, found in taught.items()}
    if not lessons["train"]:
        parser.error("there is nothing to learn: --joins-every and --points-every leave no lesson")
    trainer = Trainer(options.model, plan)
    if options.start is not None:
        trainer.start_from(options.start)
    trainer.resume(options.out)
    measured = lessons["dev"][: options.measured]
    train(
        trainer,
        lessons["train"],
        trainer.loss,
        lambda: {"dev_loss": trainer.measure(measured)} if measured else {},
        plan,
        options.model,
        options.out,
        save_every=options.save_every,
    )
    return 0


def _lessons(path: Path, taught: Sequence[Taught]) -> list[Lesson]:
    end = end_token(path)
    with closing(LanguageModel(path, threads=1)) as model:
        return [lesson_of(one, model, end=end) for one in taught]


if __name__ == "__main__":
    raise SystemExit(main())
