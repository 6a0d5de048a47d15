"""Decoding against llama.cpp's own: `python -m benchmarks.decoding PATH/TO/llama-batched-bench [--rounds 5]`.

The binary is built from the source inside llama-cpp-python's sdist, whose version the locks name:

    pip download --no-deps --no-binary :all: llama-cpp-python==0.3.36 && tar xzf llama_cpp_python-*.tar.gz
    cmake -S llama_cpp_python-*/vendor/llama.cpp -B build -DCMAKE_BUILD_TYPE=Release -DLLAMA_CURL=OFF
    cmake --build build --target llama-batched-bench

Both sides load the same file, evaluate one shared prompt and let 16 sequences write the same number of tokens; ours
samples each token with the whole sampler chain, theirs does not. Rounds alternate; the table has each side's median.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from engine.models.bundled import bundled_drafter
from engine.models.llama import LanguageModel, Request

SEQUENCES, PROMPT, WRITTEN = 16, 206, 96


class EndlessModel(LanguageModel):
    """Never ends an answer, so that every sequence writes the same number of tokens, as on the other side."""

    def ends_generation(self, token: int) -> bool:
        del token
        return False


def theirs(binary: Path, model: Path, threads: int) -> float:
    """Generated tokens per second."""
    shape = f"-c 4096 -b 512 -ub 512 -npp {PROMPT} -ntg {WRITTEN} -npl {SEQUENCES} -pps -kvu -t {threads} -tb {threads}"
    said = subprocess.run(
        [str(binary), "-m", str(model), *shape.split()], check=True, capture_output=True, text=True
    ).stdout
    row = next(line for line in said.splitlines() if line.startswith("|") and line.split("|")[1].strip().isdigit())
    return float(row.split("|")[8])


def ours(model: LanguageModel, prompt: Sequence[int]) -> float:
    """Generated tokens per second; the time of the prompt alone is taken off."""
    start = time.perf_counter()
    model.complete([prompt], [Request(0, 0)], max_tokens=1)
    evaluated = time.perf_counter()
    completions = model.complete([prompt], [Request(0, at) for at in range(SEQUENCES)], max_tokens=WRITTEN)
    seconds = time.perf_counter() - evaluated - (evaluated - start)
    return sum(completion.tokens for completion in completions) / seconds


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--model", type=Path)
    options = parser.parse_args(arguments)
    path: Path = options.model or bundled_drafter()
    model = EndlessModel(path)
    prompt = model.tokens("Members of a club say what they think of a question. " * 40)[:PROMPT]
    rates: list[tuple[float, float]] = [
        (theirs(options.binary, path, model.threads), ours(model, prompt)) for _ in range(options.rounds)
    ]
    bench, accord = (statistics.median(side) for side in zip(*rates, strict=True))
    day, load = datetime.date.today(), os.getloadavg()[0]  # noqa: DTZ011
    print(f"{day}, {len(os.sched_getaffinity(0))} cores, {platform.machine()}, load {load:.1f}, {path.name}\n")
    print("| sequences | tokens each | llama-batched-bench, tokens/s | Accord, tokens/s | ratio |")
    print("|---|---|---|---|---|")
    print(f"| {SEQUENCES} | {WRITTEN} | {bench:.0f} | {accord:.0f} | {accord / bench:.2f} |")


if __name__ == "__main__":
    main()
