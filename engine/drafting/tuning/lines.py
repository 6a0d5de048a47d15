"""Lines that say something of examples: `{"example": 3, ...}` in a file named like the examples' own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.drafting.tuning.examples import Entry, ExampleError


class AboutExample(BaseModel):
    """A line of such a file; `example`: the line of the example that it is about, from 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    example: int


Written = TypeVar("Written", bound=AboutExample)


@dataclass(frozen=True)
class Read(Generic[Written]):
    """A line with the example that it is about; `where`: file and line, as a person looks for it."""

    entry: Entry
    line: int
    where: str
    written: Written

    def opinion_at(self, at: int) -> str:
        """What an opinion of the example says, counted from 0. Raises `ExampleError` where there is none."""
        opinions = self.entry.example.opinions
        if not 0 <= at < len(opinions):
            raise ExampleError(f"{self.where}: {self.entry.where} has {len(opinions)} opinions, from 0")
        return opinions[at].text


def read_lines(folder: Path, entries: Sequence[Entry], shape: type[Written], *, what: str) -> Iterator[Read[Written]]:
    """All lines of a folder, in order of file name and line; `what` they are, for people.

    Raises `ExampleError` for a line of another shape or about no example, and for a folder without any.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise ExampleError(f"No {what} in {folder}: they come with the source tree.")
    known = {(entry.domain, entry.line): entry for entry in entries}
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            where = f"{folder.name}/{file.name}:{number}"
            try:
                written = shape.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                raise ExampleError(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
            entry = known.get((file.stem, written.example))
            if entry is None:
                raise ExampleError(f"{where}: there is no example {file.stem}.jsonl:{written.example}")
            yield Read(entry, number, where, written)
