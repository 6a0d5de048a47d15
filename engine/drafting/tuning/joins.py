"""Sentences that put clauses of a few opinions side by side, true to each: what a small model learns from.

`joins/` holds a file for each file of examples: `{"example": 3, "opinions": [4, 0], "sentence": "..."}` names a line of
it and opinions on that line, counted from 0. `mended/` holds such sentences that a reader put in the place of what the
adapter had drafted after these opinions, which is `"draft"`. Like the examples, they are part of the source tree only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.drafting.clauses import SaidClauses
from engine.drafting.guards import COPY_SHARE, copied_share
from engine.drafting.said_words import SaidWords, content_words, telling_forms
from engine.drafting.sentences import sentences, words
from engine.drafting.tuning.checks import Complaint, traces
from engine.drafting.tuning.examples import Entry, ExampleError, Line
from engine.drafting.tuning.lines import AboutExample, read_lines

FOLDER = Path(__file__).with_name("joins")
MENDED = Path(__file__).with_name("mended")

FEWEST_WORDS, MOST_WORDS = 5, 36
FEW = 3
"""Words of an opinion ("ok for me") from which a sentence need take none."""
MOST_UNSAID = 0.25
"""The share of a sentence, laid beside its opinions clause by clause, that may be in nobody's words: more than in a
round, which compares with all opinions of a group."""
MOST_NEW = 0.2
"""The share of a sentence's content words that none of its opinions has; one is always allowed."""


class WrittenJoin(AboutExample):
    """A line of a file."""

    opinions: tuple[int, ...]
    sentence: Line
    draft: Line | None = None


@dataclass(frozen=True)
class Join:
    """A sentence, and those opinions of an example that it joins, in the order in which they are read."""

    entry: Entry
    line: int
    opinions: tuple[int, ...]
    sentence: str
    draft: str | None = None

    @property
    def where(self) -> str:
        """File and line."""
        folder = FOLDER if self.draft is None else MENDED
        return f"{folder.name}/{self.entry.domain}.jsonl:{self.line}"

    @property
    def texts(self) -> tuple[str, ...]:
        """What the opinions say."""
        return tuple(self.entry.example.opinions[at].text for at in self.opinions)

    @property
    def on_topic(self) -> tuple[str, ...]:
        """What those of the opinions say that speak of the question."""
        told = [self.entry.example.opinions[at] for at in self.opinions]
        return tuple(opinion.text for opinion in told if opinion.side != "off")


def read_joins(entries: Sequence[Entry], folder: Path = FOLDER) -> list[Join]:
    """All sentences for these examples, in order of file name and line.

    Raises `ExampleError` for a line that is none, or names an opinion that there is not, and for a folder without any.
    """
    found: list[Join] = []
    for read in read_lines(folder, entries, WrittenJoin, what="joined sentences"):
        written = read.written
        if len(set(written.opinions)) not in {2, 3} or len(set(written.opinions)) < len(written.opinions):
            raise ExampleError(f"{read.where}: a sentence joins two or three opinions, each once")
        for at in written.opinions:
            read.opinion_at(at)
        found.append(Join(read.entry, read.line, written.opinions, written.sentence, written.draft))
    return found


def check_join(join: Join) -> list[Complaint]:
    """What is wrong with a sentence, as far as words tell."""
    return [Complaint(join.where, what) for what in _faults(join)]


def _faults(join: Join) -> Iterator[str]:
    found = words(join.sentence)
    if join.draft is not None and words(join.draft) == found:
        yield "the draft says the same"
    if not FEWEST_WORDS <= len(found) <= MOST_WORDS:
        yield f"{len(found)} words"
    if len(sentences(join.sentence)) != 1 or not join.sentence.endswith("."):
        yield "not one sentence with a full stop"
    texts = join.on_topic
    said = SaidWords([*texts, join.entry.example.question])
    content = content_words(join.sentence)
    new = [word for word in content if not said.knows(word)]
    if invented := said.invented(join.sentence):
        yield f"nobody said {', '.join(invented)}"
    if len(new) > max(1, MOST_NEW * len(content)):
        yield f"nobody said {', '.join(new)}"
    if texts and SaidClauses(texts, join.entry.example.question).share_of_nobody(join.sentence) > MOST_UNSAID:
        yield "has clauses that are no single opinion's"
    off = [text for text in join.texts if text not in texts]
    if left := traces(join.sentence, off, [*texts, join.entry.example.question]):
        yield f"{', '.join(left)} comes from what is off the topic"
    if len(texts) > 1:
        if max(copied_share(found, words(text)) for text in texts) >= COPY_SHARE:
            yield "copies one opinion"
        if sum(_takes_from(join.sentence, text) or len(words(text)) <= FEW for text in texts) < 2:
            yield "has words of fewer than two opinions"


def _takes_from(sentence: str, text: str) -> bool:
    said = SaidWords([text])
    return bool(telling_forms(sentence) & telling_forms(text)) or any(map(said.knows, content_words(sentence)))
