"""What each opinion of the examples says, as one clause of a joint statement: what a small model learns to write.

`points/` holds a file for each file of examples: `{"example": 3, "opinion": 4, "worth": 2, "point": "..."}` names a
line of it and an opinion on that line, counted from 0. Without a point the opinion has none: it speaks of something
else, or says nothing without what others said. `worth` is how much the group would want the point in its statement.
Like the examples, they are part of the source tree only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from engine.drafting.clauses import SaidClauses
from engine.drafting.said_words import SaidWords, content_words
from engine.drafting.sentences import sentences, words
from engine.drafting.tuning.checks import Complaint
from engine.drafting.tuning.examples import Entry, Line, SpokenOpinion
from engine.drafting.tuning.lines import AboutExample, read_lines

FOLDER = Path(__file__).with_name("points")

FEWEST_WORDS, MOST_WORDS = 2, 28
MOST_UNSAID = 0.4
"""The share of a point that may be in neither its opinion's nor the question's words."""
MOST_NEW = 0.34
"""The share of a point's content words that are in neither; one is always allowed."""
_MARKS = '?:;"()[]“”\n'


class WrittenPoint(AboutExample):
    """A line of a file."""

    opinion: Annotated[int, Field(ge=0)]
    worth: Literal[0, 1, 2, 3]
    point: Line | None = None


@dataclass(frozen=True)
class Point:
    """An opinion of an example, what it says as one clause if it says something, and its worth from 0 to 3."""

    entry: Entry
    line: int
    opinion: SpokenOpinion
    worth: int
    clause: str | None

    @property
    def where(self) -> str:
        """File and line."""
        return f"{FOLDER.name}/{self.entry.domain}.jsonl:{self.line}"


def read_points(entries: Sequence[Entry], folder: Path = FOLDER) -> list[Point]:
    """All points of these examples, in order of file name and line.

    Raises `ExampleError` for a line that is none, or names an opinion that there is not, and for a folder without any.
    """
    found: list[Point] = []
    for read in read_lines(folder, entries, WrittenPoint, what="points"):
        read.opinion_at(read.written.opinion)
        opinion = read.entry.example.opinions[read.written.opinion]
        found.append(Point(read.entry, read.line, opinion, read.written.worth, read.written.point))
    return found


def check_point(point: Point) -> list[Complaint]:
    """What is wrong with a point, as far as words tell."""
    return [Complaint(point.where, what) for what in _faults(point)]


def _faults(point: Point) -> Iterator[str]:
    if point.clause is None:
        return
    if point.opinion.side == "off":
        yield "comes from what is off the topic"
    found = words(point.clause)
    if not FEWEST_WORDS <= len(found) <= MOST_WORDS:
        yield f"{len(found)} words"
    if point.clause.endswith(".") or len(sentences(point.clause)) != 1 or any(mark in point.clause for mark in _MARKS):
        yield "not one clause"
    if {"i", "me", "my", "i'm", "i'd", "i've"} & set(point.clause.casefold().split()):
        yield "speaks of I"
    question = point.entry.example.question
    said = SaidWords([point.opinion.text, question])
    if invented := said.invented(point.clause):
        yield f"nobody said {', '.join(invented)}"
    content = content_words(point.clause)
    new = [word for word in content if not said.knows(word)]
    if len(new) > max(1, MOST_NEW * len(content)):
        yield f"nobody said {', '.join(new)}"
    if SaidClauses([point.opinion.text], question).share_of_nobody(point.clause) > MOST_UNSAID:
        yield "has words that are not the member's"
