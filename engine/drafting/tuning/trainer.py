"""An adapter on a rebuilt model, and the steps it learns in: what all ways to tune have in common.

After every few steps a folder holds the adapter as a GGUF and all that is needed to go on: the same command with the
same seed goes on where it was stopped.
"""

from __future__ import annotations

import json
import random
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from engine.drafting.tuning.adapter_file import LowRank, write_adapter
from engine.drafting.tuning.lessons import Lesson
from engine.drafting.tuning.torch_model import library, load
from engine.models.bundled import shipped_drafter
from engine.models.cache import sha256

AnyLesson = TypeVar("AnyLesson", bound=Lesson)

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

    def learn(self, loss: Any) -> float:
        """One step that lowers this loss; what it was before."""
        for group in self._optimizer.param_groups:
            group["lr"] = self._plan.rate * share_of_rate(self.step, self._plan.steps)
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
                total, tokens = total + float(self.loss(batch)) * count, tokens + count
        return total / tokens

    def loss(self, lessons: Sequence[Lesson]) -> Any:
        """The mean loss over the answers' tokens, in nats."""
        logits, wanted = self._read_answers(lessons)
        return self._torch.nn.functional.cross_entropy(logits, wanted)

    def log_likelihoods(self, lessons: Sequence[Lesson]) -> Any:
        """Log P(answer | prompt) in nats, summed over the answer's tokens: (lessons,)."""
        logits, wanted = self._read_answers(lessons)
        each = -self._torch.nn.functional.cross_entropy(logits, wanted, reduction="none")
        return self._torch.stack([part.sum() for part in each.split([len(lesson.answer) for lesson in lessons])])

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


def batches(lessons: Sequence[AnyLesson], size: int) -> list[Sequence[AnyLesson]]:
    """Lessons of like length together, so that little is padding."""
    ordered = sorted(lessons, key=lambda lesson: (len(lesson.prompt), len(lesson.answer), lesson.where))
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


def batch_of(step: int, lessons: Sequence[AnyLesson], plan: Plan) -> Sequence[AnyLesson]:
    """What step `step` learns from: every epoch takes all lessons once, its batches in an order of its own."""
    prepared = batches(lessons, plan.batch)
    epoch, place = divmod(step, len(prepared))
    order = list(range(len(prepared)))
    random.Random(f"{plan.seed}/{epoch}").shuffle(order)  # noqa: S311 - an order, no secret
    return prepared[order[place]]


def add_plan(parser: ArgumentParser, plan: Plan) -> None:
    """The arguments of every command that tunes; `plan`: what holds where nothing else is asked for."""
    parser.add_argument("--out", type=Path, required=True, help="folder of the adapter and of what was reached")
    parser.add_argument("--model", type=Path, default=shipped_drafter(), help="a GGUF of a Llama model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save-every", type=int, default=10, help="steps between two states")
    parser.add_argument("--measured", type=int, default=10**9, help="the most dev lessons that are measured on")
    for name, value in asdict(plan).items():
        parser.add_argument(f"--{name}", type=cast("Any", type(value)), default=value)


def begin(parser: ArgumentParser, options: Namespace) -> Plan:
    """The plan that was asked for, with torch and the folder ready; ends with a message where `--start` names none."""
    if options.start is not None and not (options.start / "state.pt").is_file():
        parser.error(f"--start: no training in {options.start}: there is no state.pt")
    library("torch").set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    return Plan(**{name: getattr(options, name) for name in asdict(Plan())})


def train(
    trainer: Trainer,
    lessons: Sequence[AnyLesson],
    loss: Callable[[Sequence[AnyLesson]], Any],
    measure: Callable[[], Mapping[str, float]],
    plan: Plan,
    model: Path,
    out: Path,
    *,
    save_every: int,
) -> None:
    """Go on until the plan's last step; `out` holds what was reached and a line for each step."""
    digest = sha256(model)
    while trainer.step < plan.steps:
        batch = batch_of(trainer.step, lessons, plan)
        start = time.perf_counter()
        before = trainer.learn(loss(batch))
        tokens = sum(lesson.length for lesson in batch)
        note: dict[str, Any] = {"step": trainer.step, "loss": round(before, 4)}
        note["tokens_per_second"] = round(tokens / (time.perf_counter() - start), 1)
        if trainer.step % save_every == 0 or trainer.step == plan.steps:
            trainer.save(out, digest)
            note |= {name: round(value, 4) for name, value in measure().items()}
        with (out / "log.jsonl").open("a") as log:
            log.write(json.dumps({**note, **asdict(plan)} if trainer.step == plan.steps else note) + "\n")
