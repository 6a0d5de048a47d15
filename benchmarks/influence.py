"""Leave-one-out influence of 20 members with the bundled model: `python -m benchmarks.influence`.

`grown by halves` is what `accord influence` does; `one by one` evaluates every prompt on its own. Both give log P of a
statement with and without each member's words, for one order of the members.
"""

from __future__ import annotations

import argparse
import time

from engine.models.bundled import bundled_drafter
from engine.models.likelihood import Parted, leave_one_out, one_by_one
from engine.models.llama import LanguageModel

OPINIONS = (
    "Close the street to cars on Sundays, so that children can play in front of their homes.",
    "My bakery gets its flour in the morning, and the van has to reach the door somehow.",
    "I would rather have benches and trees than parking, on every day of the week.",
    "The bus is how my mother gets to the doctor; do not send it around the block.",
    "Try it for one summer, count what happens, and then decide.",
)
STATEMENT = (
    "We agree to close the street to cars on Sundays for one summer, except for the bus and for morning deliveries, and"
    " to count what happens before we decide whether it stays."
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=20)
    parser.add_argument("--skip-one-by-one", action="store_true")
    arguments = parser.parse_args()
    model = LanguageModel(bundled_drafter())
    lines = [f"- {OPINIONS[n % len(OPINIONS)]} That is what number {n} thinks.\n" for n in range(arguments.members)]
    prompt = Parted(
        head=tuple(model.chat("A group discusses its street. What members said:\n", [])),
        parts=tuple(tuple(model.tokens(line)) for line in lines),
        tail=tuple(model.tokens("\nWrite one sentence that all of these members could agree with.\n")),
        continuation=tuple(model.tokens(STATEMENT)),
    )
    seconds: list[float] = []
    for name in ("grown by halves", "one by one")[: 1 if arguments.skip_one_by_one else 2]:
        start = time.perf_counter()
        everybody = range(arguments.members)
        if name == "one by one":
            found = one_by_one(model, prompt, everybody)
        else:
            found = leave_one_out(model, prompt, everybody)
        seconds.append(time.perf_counter() - start)
        print(f"{name:16} {arguments.members} members: {seconds[-1]:6.1f} s, {found.evaluated:,} tokens read")
    if len(seconds) == 2:
        print(f"{seconds[1] / seconds[0]:.1f} times as fast")


if __name__ == "__main__":
    main()
