"""Runners at the process border: what a model process does, without models."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from engine.deliberation.asking import Asking, AskingJob
from engine.deliberation.drafts import DraftedCandidate, DraftJob, DraftResult
from engine.drafting.options import DraftingOptions, Progress
from engine.models.errors import CancelledError, ModelFileError
from engine.worker.__main__ import Runner


def scripted(model: str, threads: int | None, progress: Progress) -> Runner:
    """Do what the job's question says."""
    progress("loading", 1, 1)

    def run(
        job: DraftJob, *, options: DraftingOptions, progress: Progress, cancelled: Callable[[], bool]
    ) -> DraftResult:
        word, _, rest = job.question.partition(" ")
        text = "We agree."
        if word == "abort":
            os.abort()
        if word == "die-once":
            mark = Path(rest)
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        if word == "raise":
            raise ValueError("unforeseen")
        if word == "refuse":
            raise ModelFileError("model_missing", path=rest)
        if word == "print":
            os.write(1, b"native noise\n")
        if word == "large":
            text = "x" * 5_000_000
        if word == "sleep":
            for step in range(100):
                progress("drafting", step, 100)
                if cancelled():
                    raise CancelledError
                time.sleep(float(rest) / 100)
        return DraftResult(
            draft=job.draft,
            inputs_digest=job.inputs_digest,
            candidates=(DraftedCandidate(id="d1", origin="drafted", text=text),),
            members=(),
            mean=(),
            spread=(),
            in_prompt=(),
            models=(),
            seed=job.seed,
        )

    return run


def broken(model: str, threads: int | None, progress: Progress) -> Runner:
    """Fail to load."""
    raise ModelFileError("model_not_gguf", path="broken.gguf")


def asking(model: str, threads: int | None, progress: Progress) -> Runner:
    """The same, and every member is asked about "o1"."""
    drafting = scripted(model, threads, progress)

    class Both:
        def __call__(
            self, job: DraftJob, *, options: DraftingOptions, progress: Progress, cancelled: Callable[[], bool]
        ) -> DraftResult:
            return drafting(job, options=options, progress=progress, cancelled=cancelled)

        def ask(self, job: AskingJob) -> Asking:
            return Asking(order=dict.fromkeys(job.people, ("o1",)))

    return Both()
