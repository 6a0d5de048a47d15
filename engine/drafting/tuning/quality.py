"""Learn how good a clause is for its opinion: `python -m engine.drafting.tuning.quality` prints it.

`judged/` holds a file for each file of examples: `{"example": 3, "opinion": 4, "clause": "...", "good": 2}` names a
clause that an adapter drew for an opinion, or a sentence of its own, and how good a half of a group's statement it is:
3 a proposal or condition that many could live with, plainly told; 2 a serious proposal, reason or worry; 1 thin,
clumsy or private; 0 untrue, or nothing for a joint statement. The clauses are of dev topics, which no adapter learned
from. What is printed stands in `engine.drafting.points`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from engine.drafting.loading import load_models
from engine.drafting.points import quality_parts
from engine.drafting.prompt import small_prompt
from engine.drafting.sources import TextEmbedder
from engine.drafting.templates import POINT_ENGLISH
from engine.drafting.tuning.examples import FOLDER as EXAMPLES
from engine.drafting.tuning.examples import Entry, ExampleError, Line, read_examples
from engine.drafting.tuning.lines import AboutExample, read_lines
from engine.drafting.tuning.worth import concordance
from engine.models.adapter_wish import DEFAULT
from engine.models.likelihood import likelihoods
from engine.models.llama import LanguageModel

Floats = NDArray[np.float64]

FOLDER = Path(__file__).with_name("judged")
FOLDS = 8


class JudgedLine(AboutExample):
    """A line of a file."""

    opinion: Annotated[int, Field(ge=0)]
    clause: Line
    good: Literal[0, 1, 2, 3]


@dataclass(frozen=True)
class Judged:
    """A clause for an opinion of an example, and how good it is, from 0 to 3."""

    entry: Entry
    opinion: str
    clause: str
    good: int


def read_judged(entries: Sequence[Entry], folder: Path = FOLDER) -> list[Judged]:
    """All judged clauses of these examples. Raises `ExampleError` for a line that is none, or names no opinion."""
    return [
        Judged(read.entry, read.opinion_at(read.written.opinion), read.written.clause, read.written.good)
        for read in read_lines(folder, entries, JudgedLine, what="judged clauses")
    ]


def parts_of(judged: Sequence[Judged], model: LanguageModel, embedder: TextEmbedder) -> Floats:
    """What `engine.drafting.points.quality_parts` makes of judged clauses: (clauses, parts)."""
    questions = [one.entry.example.question for one in judged]
    places: dict[tuple[str, str], list[int]] = {}
    for place, (one, question) in enumerate(zip(judged, questions, strict=True)):
        places.setdefault((question, one.opinion), []).append(place)
    likely = np.zeros(len(judged))
    for (question, opinion), some in places.items():
        prompt = small_prompt(question, [opinion], model, POINT_ENGLISH)
        likely[some] = likelihoods(model, prompt, [model.tokens(judged[place].clause) for place in some])
    return quality_parts([one.clause for one in judged], [one.opinion for one in judged], questions, likely, embedder)


def fit(parts: Floats, good: Floats) -> Floats:
    """Least squares. `parts`: (clauses, parts). `good`: (clauses,). Gives a weight for each part, then the constant."""
    with_constant = np.column_stack([parts, np.ones(len(parts))])
    return np.linalg.pinv(with_constant) @ good


def held_out(parts: Floats, good: Floats, groups: Sequence[str]) -> Floats:
    """What a fit to the other groups' clauses gives for each: (clauses,)."""
    place = {group: number % FOLDS for number, group in enumerate(sorted(set(groups)))}
    fold = np.array([place[group] for group in groups])
    found = np.zeros(len(good))
    for number in range(FOLDS):
        out = fold == number
        found[out] = np.column_stack([parts[out], np.ones(int(out.sum()))]) @ fit(parts[~out], good[~out])
    return found


def main() -> int:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", default=DEFAULT, help="what tells how likely a clause is")
    parser.add_argument("--every", type=int, default=1, help="each n-th clause only")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    try:
        judged = read_judged(read_examples(EXAMPLES))[:: options.every]
    except ExampleError as problem:
        parser.error(str(problem))
    models = load_models(adapter=options.adapter, threads=options.threads)
    if not isinstance(models.tuned, LanguageModel):
        parser.error("--adapter names none: how likely a clause is, only an adapter tells")
    parts = parts_of(judged, models.tuned, models.embedder)
    good = np.array([one.good for one in judged], dtype=np.float64)
    weights = ", ".join(f"{weight:.2f}" for weight in fit(parts, good)[:-1])
    told = concordance(held_out(parts, good, [one.entry.where for one in judged]), good)
    print(f"{len(judged)} clauses: weights {weights}; concordance on groups left out {told:.3f}")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
