"""Encodings of the bundled model on this machine: `python -m benchmarks.encodings [--rounds 3]`.

Prints a markdown table: prompt evaluation and decoding of 16 sequences as ratios against the file as shipped (the
fastest of several interleaved rounds each), and how far the next-token logits lie from those of the same weights
computed in F32 (relative RMS over the vocabulary, mean over the texts).
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import llama_cpp
import numpy as np
from numpy.typing import NDArray

from benchmarks.drafting import VIEWS
from engine.models.bundled import shipped_drafter
from engine.models.encoding import best_encoding, reencode
from engine.models.llama import LanguageModel, Request

ENCODINGS: tuple[Any, ...] = ("as shipped", "F32", "F16", "BF16", "Q8_0", "Q4_0")
PROMPT_TOKENS, SEQUENCES, NEW_TOKENS = 256, 16, 48


def speed(model: LanguageModel) -> tuple[float, float]:
    """Prompt tokens and generated tokens per second."""
    prompt = model.tokens(" ".join(VIEWS * 4))[:PROMPT_TOKENS]
    start = time.perf_counter()
    model.complete([prompt], [Request(0, 1)], max_tokens=1)
    evaluated = time.perf_counter()
    completions = model.complete([prompt], [Request(0, at) for at in range(SEQUENCES)], max_tokens=NEW_TOKENS)
    seconds = (time.perf_counter() - evaluated) - (evaluated - start)
    return len(prompt) / (evaluated - start), sum(completion.tokens for completion in completions) / seconds


def next_token_logits(path: Path) -> NDArray[np.float64]:
    """Logits after each of the texts: (texts, vocabulary)."""
    llama = cast("Any", llama_cpp.Llama)(str(path), n_ctx=512, logits_all=True, verbose=False)
    rows: list[NDArray[np.float64]] = []
    for text in VIEWS:
        llama.reset()
        tokens = llama.tokenize(text.encode())
        llama.eval(tokens)
        rows.append(np.array(llama.scores[len(tokens) - 1], dtype=np.float64))
    llama.close()
    return np.stack(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds: int = parser.parse_args(arguments).rounds
    with tempfile.TemporaryDirectory() as folder:
        paths = {"as shipped": shipped_drafter()}
        for encoding in ENCODINGS[1:]:
            paths[encoding] = Path(folder) / f"{encoding}.gguf"
            reencode(shipped_drafter(), paths[encoding], encoding)
        best: dict[str, tuple[float, float]] = dict.fromkeys(ENCODINGS, (0.0, 0.0))
        for _ in range(rounds):
            for encoding, path in paths.items():
                model = LanguageModel(path)
                prompt, decode = speed(model)
                best[encoding] = max(best[encoding][0], prompt), max(best[encoding][1], decode)
                model.close()
        exact = next_token_logits(paths["F32"])
        day = datetime.date.today()  # noqa: DTZ011
        print(f"{day}, {len(os.sched_getaffinity(0))} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f},")
        print(f"{llama_cpp.llama_print_system_info().decode()}; chosen here: {best_encoding()}\n")
        print("| encoding | MiB | prompt, tokens/s | against shipped | decode, tokens/s | against shipped | logits |")
        print("|---|---|---|---|---|---|---|")
        for encoding, path in paths.items():
            logits = next_token_logits(path)
            off = np.sqrt(((logits - exact) ** 2).mean(axis=1) / (exact**2).mean(axis=1)).mean()
            (prompt, decode), (prompt_shipped, decode_shipped) = best[encoding], best["as shipped"]
            print(
                f"| {encoding} | {path.stat().st_size >> 20} | {prompt:.0f} | {prompt / prompt_shipped:.2f}"
                f" | {decode:.0f} | {decode / decode_shipped:.2f} | {off:.2%} |"
            )


if __name__ == "__main__":
    main()
