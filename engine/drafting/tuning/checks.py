"""What must hold of the examples before a drafter is tuned on them. `python -m engine.drafting.tuning.checks` tells.

A drafter repeats what its examples do: one that lets a statement invent a reason or take a side teaches that. So the
drafter's own guards on words hold for the examples too, more strictly where a person had the time to write well.
Words are all that is measured: that a statement is fair, somebody has to read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from engine.drafting.guards import COPY_SHARE, DUPLICATE_WORDS, STRAYS_FROM, copied_share
from engine.drafting.said_words import JOINING_WORDS, SaidWords, content_words, forms_of, telling_forms
from engine.drafting.sentences import sentences, words
from engine.drafting.tuning.examples import Entry, Example, read_examples

MOST_SENTENCES = 4
FEWEST_WORDS, MOST_WORDS = 15, 80
"""80 words is what a draft may have where members read it."""
MOST_NEW = 0.3
"""The share of a statement's content words that nobody said, above which it says too much of its own."""
SHINGLE = 3
MOST_SHARED = 0.1
"""The share of runs of three words that two examples may have in common (Jaccard)."""
SHORTEST_REPEAT = 6
"""Opinions of fewer words ("No way.") may come twice."""
MOST_APART = 1
"""By how many examples one side's majorities may exceed the other's within a topic."""

_HEADS = re.compile(r"\b(?:one|two|three|four|five|six|most|many|half|all but \w+) of us\b|\bmajority\b", re.IGNORECASE)
_NO_PERSON = frozenset(
    """
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mondays Tuesdays Wednesdays Thursdays Fridays Saturdays
    Sundays January February March April May June July August September October November December
    Christmas Easter New Year Year's Eve Bach Aleppo Austria Europe English Polish Mill Tanner Lane Park Road Street
    Minecraft YouTube ADHD AI ALS CI CVE DJ DM DMs GPL LGPL LTS MIT PE PR
    """.split()  # noqa: SIM905 - as a list it would be a page
)
"""What may stand with a capital inside a statement. A name that is missing here is added by hand, so that somebody has
made sure that it is no person's."""


@dataclass(frozen=True)
class Complaint:
    """What is wrong, and where."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def check_each(entry: Entry) -> list[Complaint]:
    """What is wrong with an example by itself."""
    return [Complaint(entry.where, what) for what in (*_form(entry.example), *_rests_on_words(entry.example))]


def check_together(entries: Sequence[Entry]) -> list[Complaint]:
    """What is wrong with examples taken together: repeats, and topics that lean."""
    return [*_repeats(entries), *_leaning_topics(entries)]


def lean(example: Example) -> float | None:
    """Whose words a statement uses: 1 those of the opinions for, -1 those of the opinions against, in [-1, 1].

    Only words that one side alone used count; None where the statement holds fewer than two of them.
    """
    sides = {side: SaidWords([o.text for o in example.opinions if o.side == side]) for side in ("for", "against")}
    used = set(content_words(example.statement))
    known = {side: {word for word in used if said.knows(word)} for side, said in sides.items()}
    only_for, only_against = known["for"] - known["against"], known["against"] - known["for"]
    total = len(only_for) + len(only_against)
    return (len(only_for) - len(only_against)) / total if total >= 2 else None


def lone_voice(example: Example) -> str | None:
    """What the only member of one side said, against at least three of the other; None without such a member."""
    texts = {side: [o.text for o in example.opinions if o.side == side] for side in ("for", "against")}
    alone = [
        side
        for side, other in (("for", "against"), ("against", "for"))
        if len(texts[side]) == 1 and len(texts[other]) >= 3
    ]
    return texts[alone[0]][0] if alone else None


def takes_up(statement: str, said: str) -> bool:
    """Whether a statement uses a word of what was said, other than the words that only join."""
    shared = telling_forms(said) & forms_of(statement)
    return bool(shared) or any(SaidWords([said]).knows(word) for word in content_words(statement))


def traces(statement: str, off: Sequence[str], otherwise: Sequence[str]) -> list[str]:
    """The longer words that a statement can only have from what was said off the topic."""
    theirs = {form for text in off for form in forms_of(text)} - {form for text in otherwise for form in forms_of(text)}
    return sorted(form for form in (theirs - JOINING_WORDS) & forms_of(statement) if len(form) >= 5)


def _form(example: Example) -> Iterator[str]:
    found, count = sentences(example.statement), len(words(example.statement))
    if not 1 <= len(found) <= MOST_SENTENCES:
        yield f"the statement has {len(found)} sentences"
    if not FEWEST_WORDS <= count <= MOST_WORDS:
        yield f"the statement has {count} words"
    if not example.statement.endswith("."):
        yield "the statement does not end with a full stop"
    heads = _HEADS.search(example.statement)
    if heads and not any(heads.group().lower() in text.lower() for text in example.on_topic):
        yield f"the statement counts heads: {heads.group()}"
    names = [word for word in _capitalised(example) if word not in _NO_PERSON and len(word) > 1]
    if names:
        yield f"the statement names {', '.join(names)}"
    if example.previous is not None:
        before, now = set(words(example.previous)), set(words(example.statement))
        if len(before & now) >= DUPLICATE_WORDS * len(before | now):
            yield "the statement repeats the earlier draft"
        if not any(takes_up(example.statement, critique) for critique in example.critiques):
            yield "the statement takes up none of the critiques"


def _rests_on_words(example: Example) -> Iterator[str]:
    context = [example.question, *example.critiques, *([example.previous] if example.previous else [])]
    said = SaidWords([*example.on_topic, *context])
    for sentence in sentences(example.statement):
        invented = said.invented(sentence)
        if invented:
            yield f"nobody said {', '.join(invented)}"
        if said.share_new(sentence) >= STRAYS_FROM:
            yield f"nobody said {_new(said, sentence)}, half of: {sentence}"
    if said.share_new(example.statement) > MOST_NEW:
        yield f"too much of the statement is new: {_new(said, example.statement)}"
    if any(copied_share(words(example.statement), words(text)) >= COPY_SHARE for text in example.on_topic):
        yield "the statement copies one opinion"
    off = [opinion.text for opinion in example.opinions if opinion.side == "off"]
    if left := traces(example.statement, off, [*example.on_topic, *context]):
        yield f"the statement takes {', '.join(left)} from what is off the topic"


def _new(said: SaidWords, text: str) -> str:
    return ", ".join(word for word in content_words(text) if not said.knows(word))


def _capitalised(example: Example) -> list[str]:
    """Words of the statement with a capital that no beginning of a sentence explains."""
    texts = (*example.on_topic, *example.critiques, example.question)
    elsewhere = {word for text in texts for word in _inner_capitals(text)}
    firsts = [re.findall(r"\w+", sentence)[0] for sentence in sentences(example.statement)]
    lower = {word for text in texts for word in re.findall(r"\w+", text) if word.islower()}
    return [*_inner_capitals(example.statement), *(w for w in firsts if w in elsewhere and w.lower() not in lower)]


def _inner_capitals(text: str) -> list[str]:
    found = [re.findall(r"\w+(?:['’]\w+)?", sentence)[1:] for sentence in sentences(text)]
    return [word for inner in found for word in inner if word[0].isupper() and not re.fullmatch(r"I(?:['’]\w+)?", word)]


def _repeats(entries: Sequence[Entry]) -> Iterator[Complaint]:
    shingles = [_shingles(entry.example) for entry in entries]
    for first, second in combinations(range(len(entries)), 2):
        shared = len(shingles[first] & shingles[second])
        if shared > MOST_SHARED * (len(shingles[first]) + len(shingles[second]) - shared):
            yield Complaint(entries[second].where, f"nearly repeats {entries[first].where}")
    said: dict[tuple[str, ...], str] = {}
    for entry in entries:
        for text in (*(opinion.text for opinion in entry.example.opinions), entry.example.statement):
            found = tuple(words(text))
            if len(found) >= SHORTEST_REPEAT and found in said:
                yield Complaint(entry.where, f"says again what {said[found]} says: {text}")
            said.setdefault(found, entry.where)


def _shingles(example: Example) -> set[tuple[str, ...]]:
    """Every run of three words in what was said and in the statement, but not in the question, which a topic shares."""
    texts = (*(opinion.text for opinion in example.opinions), *example.critiques, example.statement)
    found = [words(text) for text in texts]
    return {tuple(each[at : at + SHINGLE]) for each in found for at in range(len(each) - SHINGLE + 1)}


def _leaning_topics(entries: Sequence[Entry]) -> Iterator[Complaint]:
    topics: dict[str, Counter[str]] = {}
    for entry in entries:
        topics.setdefault(entry.example.topic, Counter())[entry.example.majority] += 1
    for topic, majorities in topics.items():
        if abs(majorities["for"] - majorities["against"]) > MOST_APART:
            yield Complaint(topic, f"{majorities['for']} examples lean for, {majorities['against']} against")


def main() -> int:
    """Print every complaint; the exit status is 1 if there is any."""
    from engine.drafting.tuning.joins import MENDED, check_join, read_joins  # joins take their words from here

    entries = read_examples()
    joins = [*read_joins(entries), *read_joins(entries, MENDED)]
    complaints = [*(complaint for entry in entries for complaint in check_each(entry)), *check_together(entries)]
    complaints += [complaint for join in joins for complaint in check_join(join)]
    for complaint in complaints:
        print(complaint)  # noqa: T201
    print(f"{len(entries)} examples, {len(joins)} joined sentences, {len(complaints)} complaints")  # noqa: T201
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
