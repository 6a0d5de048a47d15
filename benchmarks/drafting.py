"""Candidates decoded together against one call per candidate: `python -m benchmarks.drafting [--quick]`.

Prints a markdown table. The other side is llama-cpp-python's `create_chat_completion`, called once per candidate with
the same prompts and token limit on the file as shipped. Peak memory is that of a whole round in a fresh process.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import llama_cpp
import numpy as np

from engine.deliberation.drafts import DraftJob, GivenOpinion
from engine.drafting.loading import load_models
from engine.drafting.options import DraftingOptions
from engine.drafting.prompt import build_prompts
from engine.drafting.round import Models, draft_round
from engine.drafting.templates import ENGLISH
from engine.models.bundled import shipped_drafter
from engine.models.llama import LanguageModel, Request

VIEWS = (
    "Close the main street to cars on Saturdays so that children can play there.",
    "My shop depends on customers who come by car, so parking must stay near.",
    "I am for it if the bus keeps running and deliveries can come before ten.",
    "I use a wheelchair and have to reach the pharmacy by car at any time.",
    "Noise and exhaust make me ill; fewer cars would help all who live here.",
    "Try it for three months in summer and count visitors before and after.",
)


def a_job(members: int, candidates: int) -> DraftJob:
    opinions = tuple(
        GivenOpinion(id=f"o{at}", member=f"m{at}", text=f"{VIEWS[at % len(VIEWS)]} That is how house {at + 1} sees it.")
        for at in range(members)
    )
    question = "Should the main street be closed to cars?"
    return DraftJob(draft="d", round=1, question=question, opinions=opinions, candidates=candidates, seed=7)


def prompts_of(job: DraftJob, model: LanguageModel, orderings: int) -> list[tuple[int, ...]]:
    everyone = np.eye(len(job.opinions))
    return list(build_prompts(job, model, ENGLISH, everyone, budget=4096, orderings=orderings).tokens)


def together(model: LanguageModel, job: DraftJob, orderings: int, max_tokens: int) -> tuple[float, int]:
    """Seconds and generated tokens."""
    prompts = prompts_of(job, model, orderings)
    requests = [Request(at % len(prompts), at) for at in range(job.candidates)]
    start = time.perf_counter()
    completions = model.complete(prompts, requests, max_tokens=max_tokens)
    return time.perf_counter() - start, sum(completion.tokens for completion in completions)


def one_by_one(path: Path, job: DraftJob, model: LanguageModel, calls: int, max_tokens: int) -> tuple[float, int]:
    """Seconds and generated tokens of `calls` chat completions, as a loop around a chat API makes them."""
    llama = cast("Any", llama_cpp.Llama)(str(path), n_ctx=4096, verbose=False)
    # The user's turn is the same text; llama-cpp-python puts the chat template around it itself.
    users = [model.text(prompt).split("user\n")[-1].split("\nassistant")[0] for prompt in prompts_of(job, model, 3)]
    tokens = 0
    start = time.perf_counter()
    for at in range(calls):
        message = [{"role": "user", "content": users[at % len(users)]}]
        answer = llama.create_chat_completion(message, max_tokens=max_tokens, temperature=0.7, seed=at)
        tokens += answer["usage"]["completion_tokens"]
    seconds = time.perf_counter() - start
    llama.close()
    return seconds, tokens


def peak_memory(members: int, max_tokens: int) -> float:
    """MiB that a whole round needs at most, models included, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.drafting", "--only-round", str(members), "--tokens", str(max_tokens)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def only_round(models: Models, members: int, max_tokens: int) -> tuple[float, int]:
    """Seconds and drafts in the running of one wave, guards and scores included."""
    start = time.perf_counter()
    result = draft_round(a_job(members, 16), models, options=DraftingOptions(max_tokens=max_tokens, waves=1))
    running = sum(candidate.origin == "drafted" for candidate in result.running)
    return time.perf_counter() - start, running


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quarter of the calls and tokens")
    parser.add_argument("--members", type=int, nargs="+", default=[5, 20])
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--tokens", type=int, help="the longest candidate, 96 or with --quick 24")
    parser.add_argument("--only-round", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    max_tokens: int = options.tokens or (24 if options.quick else 96)
    models = load_models(options.model)
    drafter = models.drafter
    assert isinstance(drafter, LanguageModel)  # a model server decodes elsewhere
    if options.only_round:
        only_round(models, options.only_round, max_tokens)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    drafter = models.drafter
    assert isinstance(drafter, LanguageModel), "this measures llama.cpp, not a server"
    shipped = shipped_drafter() if options.model == "bundled" else Path(options.model)
    calls = 4 if options.quick else 16
    cores = len(os.sched_getaffinity(0))
    print(f"{datetime.date.today()}, {cores} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}\n")  # noqa: DTZ011
    print(f"16 candidates of at most {max_tokens} tokens; {calls} single calls measured, seconds scaled to 16.\n")
    print(
        "| members | one by one, s | tokens/s | orderings | together, s | tokens/s | ratio per token | round, s | MiB |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for members in options.members:
        job = a_job(members, 16)
        single, count = one_by_one(shipped, job, drafter, calls, max_tokens)
        whole, _ = only_round(models, members, max_tokens)
        memory = peak_memory(members, max_tokens)
        for orderings in (1, 3):
            batched, tokens = together(drafter, job, orderings, max_tokens)
            print(
                f"| {members} | {single * 16 / calls:.1f} | {count / single:.0f} | {orderings} | {batched:.1f}"
                f" | {tokens / batched:.0f} | {tokens / batched / (count / single):.2f} | {whole:.1f} | {memory:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
