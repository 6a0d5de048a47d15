"""What the guards of a round make of the examples' statements. `python -m engine.drafting.tuning.guarded` counts.

The guards decide what members see of a drafter, so a drafter tuned to perfection passes them as often as the examples
do, and no oftener.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from engine.deliberation.drafts import DraftedCandidate, GivenOpinion
from engine.drafting.guards import Draft, Guards
from engine.drafting.sources import TextEmbedder, read_opinions
from engine.drafting.templates import ENGLISH
from engine.drafting.tuning.checks import MOST_WORDS
from engine.drafting.tuning.examples import FOLDER, Example, read_examples
from engine.models.bundled import bundled_embedder
from engine.models.embedding import Embedder


def judge(example: Example, embedder: TextEmbedder) -> DraftedCandidate:
    """The example's statement as a round's only draft: accepted, accepted with fewer sentences, or rejected."""
    given = [
        GivenOpinion(id=f"o{at}", member=f"m{at}", text=opinion.text) for at, opinion in enumerate(example.opinions)
    ]
    guards = Guards(
        read_opinions(given, embedder),
        embedder,
        instruction=ENGLISH.opinions + ENGLISH.draft,
        context=[example.question, *([example.previous] if example.previous else []), *example.critiques],
        language="en",
        max_words=MOST_WORDS,
    )
    return guards.check([Draft(id="d1", text=example.statement, ended="model", seed=0, ordering=0)])[0]


def main() -> None:
    """Print what was rejected and cut, and how much of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--examples", type=Path, default=FOLDER, help="folder of JSON lines")
    parser.add_argument("--every", type=int, default=1, help="each n-th example only")
    options = parser.parse_args()
    embedder = Embedder(bundled_embedder(), threads=options.threads)
    counted: Counter[str] = Counter()
    for entry in read_examples(options.examples)[:: options.every]:
        judged = judge(entry.example, embedder)
        outcome = judged.rejected.code if judged.rejected else "cut" if judged.dropped_sentences else "passed"
        counted[outcome] += 1
        if outcome != "passed":
            print(f"{entry.where}: {outcome}")  # noqa: T201
    print(", ".join(f"{outcome} {count}" for outcome, count in counted.most_common()))  # noqa: T201


if __name__ == "__main__":
    main()
