"""Tidy Polis data: `comments.csv.gz` and `votes.csv.gz` (and `conversations.csv`), as people's votes on statements."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FACILITATOR = "0"
"""The author of seed statements, who is no participant."""


@dataclass(frozen=True)
class Voter:
    """One participant's votes, in the order cast as far as known: indices of statements, and 1, 0 or -1 each."""

    name: str
    statements: NDArray[np.int64]
    votes: NDArray[np.float64]


@dataclass(frozen=True)
class Conversation:
    """One conversation. `ids`, `texts` and `authors` run parallel, one per statement."""

    name: str
    language: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    authors: tuple[str, ...]
    voters: tuple[Voter, ...]


def read_polis(folder: Path, only: Collection[str] | None = None) -> list[Conversation]:
    """The conversations of a tidy data set, by name; `only` some of them.

    Votes on statements without a text are left out. Raises `OSError` where a file is missing or damaged, and
    `ValueError` or `KeyError` where a column is.
    """
    comments: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    languages: dict[str, str] = {}
    for row in _rows(folder / "comments.csv.gz"):
        name = row["conversation"]
        if only is None or name in only:
            comments[name].append((row["statement"], row["text"], row["author"]))
            languages[name] = row.get("lang") or "en"
    places = {name: {given[0]: index for index, given in enumerate(own)} for name, own in comments.items()}
    votes: dict[str, dict[str, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows(folder / "votes.csv.gz"):
        place = places.get(row["conversation"], {}).get(row["statement"])
        if place is not None:
            votes[row["conversation"]][row["participant"]].append((place, float(row["vote"])))
    return [
        Conversation(
            name,
            languages[name],
            *(tuple(column) for column in zip(*own, strict=True)),
            voters=tuple(_voter(voter, cast) for voter, cast in votes[name].items()),
        )
        for name, own in sorted(comments.items())
    ]


def _voter(name: str, cast: list[tuple[int, float]]) -> Voter:
    statements, votes = zip(*cast, strict=True)
    return Voter(name, np.array(statements, dtype=np.int64), np.array(votes, dtype=np.float64))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
