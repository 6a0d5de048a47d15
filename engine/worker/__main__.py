"""The model process: `python -m engine.worker --model NAME`. Reads wishes on stdin, answers on stdout, logs on stderr.

One thread reads, so that a cancellation is seen while the other works. The process ends when its stdin closes, which
the operating system does when the parent dies, however it dies.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import logging
import os
import queue
import sys
import threading
import uuid
from collections.abc import Callable
from typing import BinaryIO, Protocol, cast, runtime_checkable

from engine.deliberation.asking import Asking, AskingJob
from engine.deliberation.drafts import DraftJob, DraftResult
from engine.deliberation.errors import EngineError
from engine.deliberation.events import Frozen
from engine.drafting.options import DraftingOptions, Progress, Stage
from engine.models.adapter_wish import DEFAULT
from engine.models.errors import CancelledError
from engine.worker import protocol

logger = logging.getLogger("accord.worker")

YIELDING = 10
"""How far (of 19) a process that yields lowers its priority: a draft can wait, a person's press cannot."""


MOST_KEPT = 20_000
"""Texts whose vectors are kept between two questions of what to ask: 1.5 kB each."""


class Runner(Protocol):
    """Does jobs; made once, after which the process is ready."""

    def __call__(
        self, job: DraftJob, *, options: DraftingOptions, progress: Progress, cancelled: Callable[[], bool]
    ) -> DraftResult:
        """Do one job."""
        ...


@runtime_checkable
class Asker(Protocol):
    """A runner that can also say which statement to ask whom about."""

    def ask(self, job: AskingJob) -> Asking:
        """Answer one job."""
        ...


MakeRunner = Callable[[str, int | None, Progress], Runner]


def llama_runner(name: str, threads: int | None, progress: Progress, *, adapter: str = DEFAULT) -> Runner:
    """Load the models and draft with them."""
    from engine.drafting.loading import load_models
    from engine.drafting.round import draft_round
    from engine.reward.asking import answer_asking
    from engine.reward.kept_embedder import KeptEmbedder
    from engine.reward.voting_model import VotingModel
    from engine.reward.weakest_sentence import WeakestSentence

    models = load_models(name, adapter=adapter, threads=threads, progress=progress)
    # The same statements are asked about again and again.
    voting = VotingModel(KeptEmbedder(lambda: models.embedder, most=MOST_KEPT))

    class LlamaRunner:
        def __call__(
            self, job: DraftJob, *, options: DraftingOptions, progress: Progress, cancelled: Callable[[], bool]
        ) -> DraftResult:
            return draft_round(job, models, options=options, progress=progress, cancelled=cancelled)

        def ask(self, job: AskingJob) -> Asking:
            return answer_asking(job, voting, WeakestSentence(voting))

    return LlamaRunner()


class Child:
    """The two threads of the model process and what they share."""

    def __init__(self, wishes: BinaryIO, answers: BinaryIO) -> None:
        self._wishes = wishes
        self._answers = answers
        self._writing = threading.Lock()
        self._waiting: queue.Queue[protocol.Draft | protocol.Ask | None] = queue.Queue()
        self._unwanted: set[str] = set()

    def serve(self, make_runner: MakeRunner, model: str, threads: int | None) -> int:
        """Load, then do jobs until stdin closes. The exit code says whether the models could be loaded."""
        threading.Thread(target=self._read, daemon=True).start()
        try:
            runner = make_runner(model, threads, self._progress(""))
        except Exception as problem:  # noqa: BLE001 - whatever it is, the parent must hear of it
            self._say(_failure("", problem))
            return 1
        self._say(protocol.Ready())
        while (wish := self._waiting.get()) is not None:
            self._say(self._do(wish, runner))
        return 0

    def _do(self, wish: protocol.Draft | protocol.Ask, runner: Runner) -> Frozen:
        def cancelled() -> bool:
            return wish.id in self._unwanted

        if cancelled():
            return protocol.Cancelled(id=wish.id)
        try:
            if isinstance(wish, protocol.Ask):
                # A runner that cannot tell leaves the order to whoever asked.
                asking = runner.ask(wish.job) if isinstance(runner, Asker) else Asking()
                return protocol.Asked(id=wish.id, asking=asking)
            result = runner(wish.job, options=wish.options, progress=self._progress(wish.id), cancelled=cancelled)
        except CancelledError:
            return protocol.Cancelled(id=wish.id)
        except Exception as problem:  # noqa: BLE001 - one job's failure must not end the process
            return _failure(wish.id, problem)
        return protocol.Done(id=wish.id, result=result)

    def _read(self) -> None:
        for data in self._wishes:
            wish = protocol.WISH.validate_json(data)
            if not isinstance(wish, protocol.Cancel):
                self._waiting.put(wish)
            else:
                self._unwanted.add(wish.id)
        # The parent is gone: nobody wants the running job either.
        os._exit(0)

    def _progress(self, identifier: str) -> Progress:
        def tell(stage: Stage, done: int, of: int) -> None:
            self._say(protocol.Advanced(id=identifier, stage=stage, done=done, of=of))

        return tell

    def _say(self, message: Frozen) -> None:
        with self._writing:
            self._answers.write(protocol.line(message))
            self._answers.flush()


def _failure(identifier: str, problem: Exception) -> protocol.Failed:
    if isinstance(problem, EngineError):
        return protocol.Failed(id=identifier, code=problem.code, parameters=problem.parameters)
    incident = uuid.uuid4().hex[:8]
    logger.error("incident %s", incident, exc_info=problem)
    parameters = {"incident": incident, "problem": type(problem).__name__}
    return protocol.Failed(id=identifier, code="worker_bug", parameters=parameters)


def main() -> int:
    """Run the model process."""
    parser = argparse.ArgumentParser(description="Accord's model process; started by the program that needs it.")
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--adapter", default=DEFAULT)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--yield", dest="yields", action="store_true", help="let every other process go first")
    parser.add_argument("--runner", help="module:function in the place of the models")
    arguments = parser.parse_args()
    if arguments.yields:
        os.nice(YIELDING)
    # Native code may print to file descriptor 1: keep a private copy for answers and let 1 be the log.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    make_runner: MakeRunner = functools.partial(llama_runner, adapter=arguments.adapter)
    if arguments.runner is not None:
        module, _, name = cast("str", arguments.runner).partition(":")
        make_runner = cast("MakeRunner", getattr(importlib.import_module(module), name))
    return Child(sys.stdin.buffer, answers).serve(make_runner, arguments.model, arguments.threads)


if __name__ == "__main__":
    sys.exit(main())
