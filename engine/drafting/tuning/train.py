"""Tune a drafter on the examples: `python -m engine.drafting.tuning.train --out FOLDER`; docs/tuning.md says how.

The loss is on the answers' tokens alone; the adapter is on from a prompt's first token, as it is at run time.

After every few steps the folder holds the adapter as a GGUF and all that is needed to go on: the same command with the
same seed goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from engine.drafting.tuning.adapter_file import LowRank, write_adapter
from engine.drafting.tuning.examples import FOLDER, read_examples
from engine.drafting.tuning.joins import FOLDER as JOINS
from engine.drafting.tuning.joins import read_joins
from engine.drafting.tuning.lessons import Lesson, Taught, lesson_of, taught_by
from engine.drafting.tuning.torch_model import end_token, library, load
from engine.models.bundled import shipped_drafter
from engine.models.cache import sha256
from engine.models.llama import LanguageModel

LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
WARM_UP, COOL_DOWN = 5, 0.4
"""Steps in which the rate rises, and the share of the steps over which it falls to nothing."""
LONGEST_GRADIENT = 1.0


@dataclass(frozen=True)
class Plan:
    """What decides the result, together with the examples, the model and the number of threads."""

    rank: int = 16
    alpha: float = 32.0
    rate: float = 1e-3
    batch: int = 16
    steps: int = 80
    seed: int = 1


class Trainer:
    """A model with an adapter on it."""

    def __init__(self, path: Path, plan: Plan) -> None:
        self._torch, peft = library("torch"), library("peft")
        self._torch.manual_seed(plan.seed)
        base = load(path)
        self.heads, self.key_heads = base.config.num_attention_heads, base.config.num_key_value_heads
        config = peft.LoraConfig(r=plan.rank, lora_alpha=plan.alpha, target_modules=list(LAYERS), lora_dropout=0.0)
        self._model = peft.get_peft_model(base, config)
        self._plan = plan
        self._weights = {name: value for name, value in self._model.named_parameters() if value.requires_grad}
        self._optimizer = self._torch.optim.AdamW(self._weights.values(), lr=plan.rate, weight_decay=0.0)
        self.step = 0

    def learn(self, lessons: Sequence[Lesson]) -> float:
        """One step on these lessons; their loss before it, in nats per token."""
        for group in self._optimizer.param_groups:
            group["lr"] = self._plan.rate * share_of_rate(self.step, self._plan.steps)
        loss = self._loss(lessons)
        loss.backward()
        self._torch.nn.utils.clip_grad_norm_(self._weights.values(), LONGEST_GRADIENT)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.step += 1
        return float(loss.detach())

    def measure(self, lessons: Sequence[Lesson]) -> float:
        """The loss on lessons that are not learned from, in nats per token."""
        total, tokens = 0.0, 0
        with self._torch.no_grad():
            for batch in batches(lessons, self._plan.batch):
                count = sum(len(lesson.answer) for lesson in batch)
                total, tokens = total + float(self._loss(batch)) * count, tokens + count
        return total / tokens

    def logits(self, lessons: Sequence[Lesson]) -> list[Any]:
        """For each lesson (answer, vocabulary): what the model gives for each token of its answer."""
        rows, _ = self._read_answers(lessons)
        return list(rows.detach().split([len(lesson.answer) for lesson in lessons]))

    def save(self, folder: Path, base_sha256: str) -> None:
        """Write the adapter and the state; each file is whole or as it was."""
        layers: dict[str, LowRank] = {}
        for name, value in self._weights.items():
            if "lora_A" in name:
                other = self._weights[name.replace("lora_A", "lora_B")]
                layer = name.removeprefix("base_model.model.").partition(".lora_A")[0]
                layers[layer] = LowRank(value.detach().numpy(), other.detach().numpy())
        written = folder / "adapter.gguf.part"
        write_adapter(
            written,
            layers,
            alpha=self._plan.alpha,
            base_sha256=base_sha256,
            heads=self.heads,
            key_heads=self.key_heads,
        )
        written.replace(folder / "adapter.gguf")
        state = {"step": self.step, "weights": self._weights, "optimizer": self._optimizer.state_dict()}
        self._torch.save(state, folder / "state.pt.part")
        (folder / "state.pt.part").replace(folder / "state.pt")

    def resume(self, folder: Path) -> None:
        """Go on from a folder's state, where there is one."""
        if not (folder / "state.pt").exists():
            return
        state = self._torch.load(folder / "state.pt", weights_only=True)
        with self._torch.no_grad():
            for name, value in self._weights.items():
                value.copy_(state["weights"][name])
        self._optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]

    def start_from(self, folder: Path) -> None:
        """Begin with the adapter of another folder, and learn from there."""
        state = self._torch.load(folder / "state.pt", weights_only=True)
        with self._torch.no_grad():
            for name, value in self._weights.items():
                value.copy_(state["weights"][name])

    def _loss(self, lessons: Sequence[Lesson]) -> Any:
        """The mean loss over the answers' tokens."""
        logits, wanted = self._read_answers(lessons)
        return self._torch.nn.functional.cross_entropy(logits, wanted)

    def _read_answers(self, lessons: Sequence[Lesson]) -> tuple[Any, Any]:
        """Logits (tokens of all answers, vocabulary) and the tokens that were wanted."""
        torch = self._torch
        longest = max(len(lesson.prompt) + len(lesson.answer) for lesson in lessons) - 1
        given = torch.zeros((len(lessons), longest), dtype=torch.long)
        wanted = torch.full((len(lessons), longest), -100)
        for row, lesson in enumerate(lessons):
            tokens = [*lesson.prompt, *lesson.answer]
            # Padded on the right: no token sees what comes after it.
            given[row, : len(tokens) - 1] = torch.tensor(tokens[:-1])
            wanted[row, len(lesson.prompt) - 1 : len(tokens) - 1] = torch.tensor(lesson.answer)
        hidden = self._model.base_model.model.model(input_ids=given, use_cache=False).last_hidden_state
        counted = wanted >= 0
        return self._model.base_model.model.lm_head(hidden[counted]), wanted[counted]


def share_of_rate(step: int, steps: int) -> float:
    """How much of the full rate step `step` of `steps` learns with, in (0, 1]."""
    return min(1.0, (step + 1) / WARM_UP, (steps - step) / max(1.0, COOL_DOWN * steps))


def batches(lessons: Sequence[Lesson], size: int) -> list[Sequence[Lesson]]:
    """Lessons of like length together, so that little is padding."""
    ordered = sorted(lessons, key=lambda lesson: (len(lesson.prompt), len(lesson.answer), lesson.where))
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


def batch_of(step: int, lessons: Sequence[Lesson], plan: Plan) -> Sequence[Lesson]:
    """What step `step` learns from: every epoch takes all lessons once, its batches in an order of its own."""
    prepared = batches(lessons, plan.batch)
    epoch, place = divmod(step, len(prepared))
    order = list(range(len(prepared)))
    random.Random(f"{plan.seed}/{epoch}").shuffle(order)  # noqa: S311 - an order, no secret
    return prepared[order[place]]


def main() -> int:
    """Train, or go on training."""
    parser = argparse.ArgumentParser(description="Tunes a drafter on the examples.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the adapter and of what was reached")
    parser.add_argument("--model", type=Path, help="a GGUF of a Llama model; the bundled one unless named")
    parser.add_argument("--examples", type=Path, default=FOLDER, help="folder of JSON lines")
    parser.add_argument("--joins", type=Path, default=JOINS, help="folder of JSON lines: sentences for the examples")
    parser.add_argument("--also", type=Path, help="what engine.drafting.tuning.rank kept, to learn from as well")
    parser.add_argument("--start", type=Path, help="begin with the adapter of this folder of another training")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save-every", type=int, default=10, help="steps between two states")
    parser.add_argument("--measured", type=int, default=10**9, help="the most dev lessons that loss is measured on")
    for name, value in asdict(Plan()).items():
        parser.add_argument(f"--{name}", type=cast("Any", type(value)), default=value)
    options = parser.parse_args()
    plan = Plan(**{name: getattr(options, name) for name in asdict(Plan())})
    path: Path = options.model or shipped_drafter()
    library("torch").set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    joins = read_joins(read_examples(options.examples), options.joins)
    taught = {split: [taught_by(join) for join in joins if join.entry.split == split] for split in ("train", "dev")}
    if options.also is not None:
        taught["train"] += _kept(options.also)
    lessons = {split: _lessons(path, found) for split, found in taught.items()}
    trainer = Trainer(path, plan)
    if options.start is not None:
        trainer.start_from(options.start)
    trainer.resume(options.out)
    digest = sha256(path)
    measured = lessons["dev"][: options.measured]
    while trainer.step < plan.steps:
        batch = batch_of(trainer.step, lessons["train"], plan)
        start = time.perf_counter()
        loss = trainer.learn(batch)
        tokens = sum(len(lesson.prompt) + len(lesson.answer) for lesson in batch)
        note: dict[str, Any] = {"step": trainer.step, "loss": round(loss, 4)}
        note["tokens_per_second"] = round(tokens / (time.perf_counter() - start), 1)
        if trainer.step % options.save_every == 0 or trainer.step == plan.steps:
            trainer.save(options.out, digest)
        if (trainer.step % options.save_every == 0 or trainer.step == plan.steps) and measured:
            note["dev_loss"] = round(trainer.measure(measured), 4)
        with (options.out / "log.jsonl").open("a") as log:
            log.write(json.dumps({**note, **asdict(plan)} if trainer.step == plan.steps else note) + "\n")
    return 0


def _lessons(path: Path, taught: Sequence[Taught]) -> list[Lesson]:
    model, end = LanguageModel(path, threads=1), end_token(path)
    try:
        return [lesson_of(one, model, end=end) for one in taught]
    finally:
        model.close()


def _kept(file: Path) -> list[Taught]:
    """What `engine.drafting.tuning.rank` kept."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [Taught(row["where"], row["question"], tuple(row["opinions"]), row["sentence"]) for row in rows]


if __name__ == "__main__":
    raise SystemExit(main())
