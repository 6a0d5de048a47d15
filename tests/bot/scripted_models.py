"""Models at the process border: what a model process would bring back, made of the opinions without any model.

`python -m engine.worker --runner tests.bot.scripted_models:models` runs them. Words in the question ask for trouble.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import partial

import pytest

from engine.deliberation.drafts import DraftedCandidate, DraftJob, DraftResult
from engine.deliberation.errors import EngineError
from engine.deliberation.events import Model, Rejection, Source
from engine.drafting.options import DraftingOptions, Progress
from engine.models.errors import CancelledError
from engine.worker.__main__ import Runner
from engine.worker.client import ModelWorker

RUNNER = "tests.bot.scripted_models:models"
UNHURRIED = "tests.bot.scripted_models:unhurried"


def use_scripted_models(patch: pytest.MonkeyPatch) -> None:
    """Let the commands start this process in place of the one with models in it."""
    for user in ("bot.commands.draft.ModelWorker", "bot.demo.play.ModelWorker"):
        patch.setattr(user, partial(ModelWorker, runner=RUNNER))


def models(model: str, threads: int | None, progress: Progress) -> Runner:
    """What the model process calls; it starts the jobs."""
    progress("loading", 1, 1)

    def run(
        job: DraftJob, *, options: DraftingOptions, progress: Progress, cancelled: Callable[[], bool]
    ) -> DraftResult:
        if "slowly" in job.question:
            for step in range(600):
                progress("drafting", step, 600)
                if cancelled():
                    raise CancelledError
                time.sleep(0.05)
        if "worker bug" in job.question:
            raise ValueError("unforeseen")
        if "broken model" in job.question:
            raise EngineError("model_not_gguf", path="broken.gguf")
        return drafted(job, drafts="themselves" not in job.question)

    return run


def unhurried(model: str, threads: int | None, progress: Progress) -> Runner:
    """The same, two seconds a job: long enough to be killed over it."""
    quick = models(model, threads, progress)

    def run(
        job: DraftJob, *, options: DraftingOptions, progress: Progress, cancelled: Callable[[], bool]
    ) -> DraftResult:
        for _ in range(40):
            if cancelled():
                raise CancelledError
            time.sleep(0.05)
        return quick(job, options=options, progress=progress, cancelled=cancelled)

    return run


def drafted(job: DraftJob, *, drafts: bool = True) -> DraftResult:
    """Some drafts if wanted, a rejected one, and every opinion as a candidate; agreement is drawn from the texts."""
    first, last = job.opinions[0], job.opinions[-1]
    texts = [
        f"We would try it for one summer. {first.text}",
        f"{first.text} We would then look at it again: {last.text}",
        *(f"As the critics say, {critique.text}" for critique in job.critiques),
    ]
    candidates = [
        DraftedCandidate(
            id=f"d{number}",
            origin="drafted",
            text=text,
            seed=job.seed + number,
            sources=(
                Source(candidate=f"d{number}", sentence=0, opinion=last.id, similarity=0.8),
                Source(candidate=f"d{number}", sentence=1, opinion=first.id, similarity=0.9),
            ),
        )
        for number, text in enumerate(texts if drafts else (), start=1)
    ]
    candidates.append(
        DraftedCandidate(id="d0", origin="drafted", text="We", seed=job.seed, rejected=Rejection(code="too_short"))
    )
    candidates += [
        DraftedCandidate(id=f"m{number}", origin="member", text=opinion.text, opinion=opinion.id)
        for number, opinion in enumerate(job.opinions, start=1)
    ]
    members = tuple(dict.fromkeys(opinion.member for opinion in job.opinions))
    running = [candidate for candidate in candidates if candidate.rejected is None]
    said = {opinion.member: opinion.text for opinion in job.opinions}
    mean = tuple(tuple(_drawn(said[member], candidate.text) for candidate in running) for member in members)
    return DraftResult(
        draft=job.draft,
        inputs_digest=job.inputs_digest,
        candidates=tuple(candidates),
        members=members,
        mean=mean,
        spread=tuple(tuple(0.1 for _ in running) for _ in members),
        in_prompt=members[:20],
        models=(
            Model(name="scripted", sha256="0" * 64, encoding="as shipped"),
            Model(name="scripted embedder", sha256="1" * 64, encoding="as shipped"),
        ),
        seed=job.seed,
        timings={"drafting": 0.01, "drafted_tokens": 42.0, "prompt_tokens": 7.0},
    )


def _drawn(said: str, text: str) -> float:
    digest = hashlib.sha256(f"{said}/{text}".encode()).digest()
    return round((0.4 if "summer" in text else 0.1) + 0.5 * digest[0] / 255, 4)
