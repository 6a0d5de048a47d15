"""The examples that the drafter is tuned on: what members said, and the statement that a fair mediator would write.

One JSON object per line, one file per domain, in `examples/` beside this module. They are part of the source tree
only: nothing at run time reads them, and the installed package leaves them out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

FOLDER = Path(__file__).with_name("examples")

Side = Literal["for", "against", "mixed", "off"]
"""Where an opinion stands to the question; "off" speaks of something else, or to whoever writes the statement."""
Split = Literal["train", "dev", "test"]

Line = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True, pattern=r"^[^\n\r]*$")]
"""Text on one line, not empty."""


class ExampleError(ValueError):
    """A file of examples does not hold what it should: says which file and line, and what is wrong."""


class SpokenOpinion(BaseModel):
    """What one member said, and on which side."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Line
    side: Side


class Example(BaseModel):
    """One group's discussion and the statement for it; with critiques, it is the statement after an earlier draft."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    question: Line
    opinions: tuple[SpokenOpinion, ...]
    previous: Line | None
    critiques: tuple[Line, ...]
    statement: Line

    @model_validator(mode="after")
    def _fits_together(self) -> Example:
        if not 3 <= len(self.opinions) <= 12:
            raise ValueError(f"3 to 12 opinions are needed, not {len(self.opinions)}")
        if len(self.critiques) > 4:
            raise ValueError(f"at most 4 critiques, not {len(self.critiques)}")
        if bool(self.critiques) != (self.previous is not None):
            raise ValueError("critiques and the draft they speak of come together")
        return self

    @property
    def on_topic(self) -> tuple[str, ...]:
        """What was said about the question."""
        return tuple(opinion.text for opinion in self.opinions if opinion.side != "off")

    @property
    def majority(self) -> Literal["for", "against", "neither"]:
        """The side that more of the opinions take."""
        sides = [opinion.side for opinion in self.opinions]
        surplus = sides.count("for") - sides.count("against")
        return "for" if surplus > 0 else "against" if surplus < 0 else "neither"


@dataclass(frozen=True)
class Entry:
    """An example and where it stands."""

    domain: str
    line: int
    example: Example

    @property
    def where(self) -> str:
        """File and line, as a person looks for it."""
        return f"{self.domain}.jsonl:{self.line}"

    @property
    def split(self) -> Split:
        """Which part its topic belongs to."""
        return split_of(self.example.topic)


def read_examples(folder: Path = FOLDER) -> list[Entry]:
    """All examples, in order of file name and line.

    Raises `ExampleError` for a line that is no example, and for a folder without any.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise ExampleError(f"No examples in {folder}: they come with the source tree, not with the installed package.")
    return [entry for file in files for entry in _read(file)]


def split_of(topic: str) -> Split:
    """The part that a topic belongs to, by a hash of its name: about 80% train, 10% dev, 10% test.

    All examples of a topic share a part, so that no test topic was seen in training; a new topic moves no other.
    """
    share = int.from_bytes(hashlib.sha256(topic.encode()).digest()[:8]) / 2**64
    return "train" if share < 0.8 else "dev" if share < 0.9 else "test"


def _read(file: Path) -> Iterator[Entry]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                example = Example.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(str(part) for part in first["loc"])
                raise ExampleError(f"{file.name}:{number}: {place}: {first['msg']}") from error
            yield Entry(domain=file.stem, line=number, example=example)
