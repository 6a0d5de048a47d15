"""Opinions from a file: CSV or JSON lines with `member` and `opinion`, or a Polis `comments.csv`.

The one place where a user's file becomes our types. Every way in which it can be wrong is one sentence that names the
line; nothing is silently cut or dropped: what is left out is counted.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.errors import InputError
from bot.user_files import decoded, is_json_lines, json_object, text_of
from engine.deliberation.drafts import GivenOpinion
from engine.deliberation.errors import DeliberationError
from engine.deliberation.words import words

SEPARATORS = ",;\t"
POLIS_REJECTED = "-1"


@dataclass(frozen=True)
class GivenOpinions:
    """What a file held: opinions in order, and how many lines were left out and why."""

    opinions: tuple[GivenOpinion, ...]
    duplicates: int = 0
    empty: int = 0
    rejected_by_moderators: int = 0

    @property
    def members(self) -> tuple[str, ...]:
        """Everyone who spoke, in order of first appearance."""
        return tuple(dict.fromkeys(opinion.member for opinion in self.opinions))


def read_question(text: str) -> str:
    """The question as the deliberation takes it. Raises `InputError`."""
    try:
        return words(text, "question")
    except DeliberationError as problem:
        if problem.code == "text_too_long":
            raise InputError(
                "question_too_long", length=problem.parameters["length"], limit=problem.parameters["limit"]
            ) from problem
        if problem.code == "text_empty":
            raise InputError("question_empty") from problem
        raise InputError("question_unreadable", position=problem.parameters["position"] + 1) from problem


def read_opinions(source: str) -> GivenOpinions:
    """Read a path, or standard input (JSON lines) for "-". Raises `InputError`."""
    if source == "-":
        return _gather("-", _json_lines("-", decoded("-", sys.stdin.buffer.read())))
    path = Path(source)
    text = text_of(path)
    return _gather(source, _json_lines(source, text) if is_json_lines(path, text) else _csv_lines(source, text))


@dataclass(frozen=True)
class _Line:
    number: int
    member: str
    opinion: str
    rejected: bool = False


def _json_lines(source: str, text: str) -> Iterator[_Line]:
    # Not splitlines(): JSON allows the other line separators of Unicode inside its strings.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        fields = json_object(source, number, line)
        member, opinion = fields.get("member"), fields.get("opinion")
        if isinstance(member, bool) or not isinstance(member, str | int) or not isinstance(opinion, str):
            raise InputError("input_fields", path=source, line=number)
        yield _Line(number, str(member), opinion)


def _csv_lines(source: str, text: str) -> Iterator[_Line]:
    header = text.lstrip("\n").split("\n", 1)[0]
    # The separator is the one that the header uses: spreadsheets in many countries write semicolons.
    delimiter = max(SEPARATORS, key=header.count)
    csv.field_size_limit(sys.maxsize)  # A long opinion has its own sentence further down.
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    read = 0
    try:
        names = {name.strip().lower(): name for name in reader.fieldnames or [] if name}
        read = reader.line_num
        if {"member", "opinion"} <= names.keys():
            member, opinion, moderated = names["member"], names["opinion"], None
        elif {"author-id", "comment-body"} <= names.keys():
            member, opinion, moderated = names["author-id"], names["comment-body"], names.get("moderated")
        else:
            raise InputError("input_columns", path=source, found=", ".join(names)[:200] or header[:80])
        for row in reader:
            read = reader.line_num
            if None in row:
                raise InputError("input_too_many_columns", path=source, line=read)
            if None in row.values():
                raise InputError("input_too_few_columns", path=source, line=read)
            rejected = moderated is not None and row[moderated].strip() == POLIS_REJECTED
            yield _Line(read - row[opinion].count("\n"), row[member], row[opinion], rejected)
    except csv.Error as problem:
        # Not where it was noticed, which may be the end of the file, but where the broken row begins.
        raise InputError("input_quotes", path=source, line=read + 1) from problem


def _gather(source: str, lines: Iterator[_Line]) -> GivenOpinions:
    opinions: list[GivenOpinion] = []
    seen: set[tuple[str, str]] = set()
    duplicates = empty = rejected = 0
    for line in lines:
        if line.rejected:
            rejected += 1
            continue
        member, text = line.member.strip(), _words_of(source, line)
        if text is None:
            empty += 1
        elif not member:
            raise InputError("input_nobody", path=source, line=line.number)
        elif (member, text) in seen:
            duplicates += 1
        else:
            seen.add((member, text))
            opinions.append(GivenOpinion(id=f"o{len(opinions) + 1}", member=member, text=text))
    if not opinions:
        raise InputError("input_no_opinions", path=source)
    return GivenOpinions(tuple(opinions), duplicates, empty, rejected)


def _words_of(source: str, line: _Line) -> str | None:
    """The opinion as the deliberation takes it, None if it has no words. What it would refuse is refused here."""
    try:
        line.member.encode()
        return words(line.opinion, "opinion")
    except UnicodeEncodeError as problem:
        raise InputError("input_half_character", path=source, line=line.number) from problem
    except DeliberationError as problem:
        if problem.code == "text_empty":
            return None
        if problem.code == "text_too_long":
            raise InputError(
                "input_opinion_too_long",
                path=source,
                line=line.number,
                member=line.member.strip(),
                length=problem.parameters["length"],
                limit=problem.parameters["limit"],
            ) from problem
        if problem.code == "text_not_unicode":
            raise InputError("input_half_character", path=source, line=line.number) from problem
        position = problem.parameters["position"] + 1
        raise InputError("input_control_character", path=source, line=line.number, position=position) from problem
