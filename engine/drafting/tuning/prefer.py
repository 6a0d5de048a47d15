"""Learn from what a reader mended: `python -m engine.drafting.tuning.prefer --start FOLDER --out FOLDER`.

Each lesson is a draft of the adapter's own beside the sentence that a reader put in its place, after the same opinions.
Direct preference optimization (Rafailov et al. 2023, equation 7) makes the mended one likelier relative to the draft
than it was for the adapter that drafted; the loss of the mended one, per token, is added, lest both become unlikely
(Pang et al. 2024, equation 1).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.drafting.tuning.examples import FOLDER, ExampleError, read_examples
from engine.drafting.tuning.joins import MENDED, Join, read_joins
from engine.drafting.tuning.lessons import Lesson, lesson_of, taught_by
from engine.drafting.tuning.torch_model import end_token, library
from engine.drafting.tuning.trainer import Plan, Trainer, add_plan, batches, begin, train
from engine.models.llama import LanguageModel

BETA = 0.1
"""How fast a preference is satisfied, per nat of log-likelihood."""
ANCHOR = 1.0
"""What the mended sentence's own loss weighs."""


@dataclass(frozen=True)
class Mended(Lesson):
    """A lesson whose answer a reader preferred; `draft`: what the adapter had written."""

    draft: tuple[int, ...]

    @property
    def length(self) -> int:
        """Both sentences are read, each after the prompt."""
        return super().length + self.as_drafted.length

    @property
    def as_drafted(self) -> Lesson:
        """The draft as if it were the answer."""
        return Lesson(self.where, self.prompt, self.draft)


def margins(trainer: Trainer, mended: Sequence[Mended], size: int) -> dict[str, float]:
    """How much likelier each mended sentence is than its draft, in nats, by the place of its lesson."""
    found: dict[str, float] = {}
    with library("torch").no_grad():
        for batch in batches(mended, size):
            told, drafted = _log_likelihoods(trainer, batch)
            found |= zip([one.where for one in batch], (told - drafted).tolist(), strict=True)
    return found


def preference_loss(trainer: Trainer, mended: Sequence[Mended], before: Mapping[str, float]) -> Any:
    """The mean over lessons of both losses; `before`: the margins of the adapter that drafted."""
    torch = library("torch")
    told, drafted = _log_likelihoods(trainer, mended)
    gained = told - drafted - torch.tensor([before[one.where] for one in mended])
    lengths = torch.tensor([len(one.answer) for one in mended])
    return (ANCHOR * -told / lengths - torch.nn.functional.logsigmoid(BETA * gained)).mean()


def _log_likelihoods(trainer: Trainer, mended: Sequence[Mended]) -> tuple[Any, Any]:
    both = trainer.log_likelihoods([*mended, *(one.as_drafted for one in mended)])
    return both[: len(mended)], both[len(mended) :]


def main() -> int:
    """Learn, or go on learning."""
    parser = argparse.ArgumentParser(description="Tunes an adapter on drafts of its own that a reader mended.")
    add_plan(parser, Plan(rate=2e-4, batch=8))
    parser.add_argument("--start", type=Path, required=True, help="folder of the training of the adapter that drafted")
    parser.add_argument("--examples", type=Path, default=FOLDER, help="folder of JSON lines")
    parser.add_argument("--mended", type=Path, default=MENDED, help="folder of JSON lines: drafts and what was mended")
    options = parser.parse_args()
    plan = begin(parser, options)
    try:
        joins = read_joins(read_examples(options.examples), options.mended)
    except ExampleError as problem:
        parser.error(str(problem))
    mended = [join for join in joins if join.draft is not None]
    lessons = {
        split: _lessons(options.model, [join for join in mended if join.entry.split == split])
        for split in ("train", "dev")
    }
    trainer = Trainer(options.model, plan)
    trainer.start_from(options.start)
    measured = lessons["dev"][: options.measured]
    before = margins(trainer, [*lessons["train"], *measured], plan.batch)
    trainer.resume(options.out)

    def measure() -> dict[str, float]:
        likelier = [margin > 0 for margin in margins(trainer, measured, plan.batch).values()]
        return {"dev_preferred": sum(likelier) / len(likelier), "dev_loss": trainer.measure(measured)}

    train(
        trainer,
        lessons["train"],
        lambda batch: preference_loss(trainer, batch, before),
        measure if measured else dict,
        plan,
        options.model,
        options.out,
        save_every=options.save_every,
    )
    return 0


def _lessons(path: Path, joins: Sequence[Join]) -> list[Mended]:
    end = end_token(path)
    with closing(LanguageModel(path, threads=1)) as model:
        found = [(lesson_of(taught_by(join), model, end=end), join.draft or "") for join in joins]
        return [
            Mended(lesson.where, lesson.prompt, lesson.answer, (*model.tokens(draft), end)) for lesson, draft in found
        ]


if __name__ == "__main__":
    raise SystemExit(main())
