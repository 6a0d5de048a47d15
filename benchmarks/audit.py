"""A1's questions with the bundled model, read in one batch against one call each: `python -m benchmarks.audit`.

500 statements in 2 option orders: our own statements and their negations, and these with an ending that makes each
text another. `one by one` evaluates every prompt on its own, as many of them as `--single` says, and is scaled up.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from engine.audit.asking import ORDERS, ModelAnswerer
from engine.audit.paraphrases import ASKS
from engine.audit.statements import bundled_statements
from engine.models.bundled import bundled_drafter
from engine.models.llama import LanguageModel
from engine.models.next_token import read_next, read_one_by_one

ENDINGS = ("", " That is how most people see it.", " It has been said for years.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=500)
    parser.add_argument("--single", type=int, default=60, help="prompts that are read one by one as well")
    parser.add_argument("--threads", type=int)
    arguments = parser.parse_args()
    model = LanguageModel(bundled_drafter(), threads=arguments.threads)
    answerer = ModelAnswerer(model)
    own = [text for one in bundled_statements() for text in (one.text, one.negation or "")]
    texts = [text + ending for ending in ENDINGS for text in own][: arguments.statements]
    prompts = [answerer.prompt(ASKS[0], text, None, order) for text in texts for order in range(ORDERS)]
    read_next(model, prompts[:2], lambda chances: float(chances[0]))
    start = time.perf_counter()
    together = read_next(model, prompts, lambda chances: float(chances[0]))
    batched = time.perf_counter() - start
    order: list[int] = np.random.default_rng(0).permutation(len(prompts)).tolist()
    some = order[: arguments.single]
    start = time.perf_counter()
    alone = read_one_by_one(model, [prompts[at] for at in some], lambda chances: float(chances[0]))
    each = (time.perf_counter() - start) / max(1, len(some))
    apart = max((abs(together[at] - one) for at, one in zip(some, alone, strict=True)), default=0.0)
    print(f"{len(texts)} statements x {ORDERS} orders = {len(prompts)} prompts")
    print(f"in one batch {batched:7.1f} s")
    print(f"one by one   {each * len(prompts):7.1f} s (from {len(some)} prompts)")
    print(f"{each * len(prompts) / batched:.1f} times as fast; log-probabilities at most {apart:.3f} apart")


if __name__ == "__main__":
    main()
