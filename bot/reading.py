"""Opinions from a file: CSV or JSON lines with `member` and `opinion`, or a Polis `comments.csv`.

The one place where a user's file becomes our types. Every way in which it can be wrong is one sentence that names the
line; nothing is silently cut or dropped: what is left out is counted.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bot.errors import InputError
from engine.deliberation.drafts import GivenOpinion

LONGEST_OPINION = 4000
"""Characters; as much as Discord's largest text box holds."""


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


def read_opinions(source: str) -> GivenOpinions:
    """Read a path, or standard input (JSON lines) for "-". Raises `InputError`."""
    if source == "-":
        return _gather("-", _json_lines("-", _decoded("-", sys.stdin.buffer.read())))
    path = Path(source)
    if path.is_dir():
        raise InputError("input_is_folder", path=source)
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise InputError("input_missing", path=source) from problem
    text = _decoded(source, data)
    is_json = path.suffix.lower() in {".jsonl", ".ndjson", ".json"} or text.lstrip().startswith("{")
    return _gather(source, _json_lines(source, text) if is_json else _csv_lines(source, text))


@dataclass(frozen=True)
class _Line:
    number: int
    member: str
    opinion: str
    rejected: bool = False


def _decoded(source: str, data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InputError("input_not_text", path=source) from problem
    if "\x00" in text:
        raise InputError("input_not_text", path=source)
    if not text.strip():
        raise InputError("input_empty", path=source)
    return text


def _json_lines(source: str, text: str) -> Iterator[_Line]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row: Any = json.loads(line)
        except ValueError as problem:
            raise InputError("input_line", path=source, line=number, problem="not JSON") from problem
        if not isinstance(row, dict):
            raise InputError("input_line", path=source, line=number, problem="not a JSON object")
        fields = cast("dict[str, Any]", row)
        member, opinion = fields.get("member"), fields.get("opinion")
        if not isinstance(member, str | int) or not isinstance(opinion, str):
            raise InputError("input_line", path=source, line=number, problem='needs "member" and "opinion"')
        yield _Line(number, str(member), opinion)


def _csv_lines(source: str, text: str) -> Iterator[_Line]:
    header = text.lstrip("\n\r").splitlines()[0]
    # The separator is the one that the header uses: spreadsheets in many countries write semicolons.
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    names = {name.strip().lower(): name for name in reader.fieldnames or [] if name}
    if {"member", "opinion"} <= names.keys():
        member, opinion, moderated = names["member"], names["opinion"], None
    elif {"author-id", "comment-body"} <= names.keys():
        member, opinion, moderated = names["author-id"], names["comment-body"], names.get("moderated")
    else:
        raise InputError("input_columns", path=source, found=", ".join(names) or header[:80])
    try:
        for row in reader:
            if row[member] is None or row[opinion] is None:
                raise InputError("input_line", path=source, line=reader.line_num, problem="too few columns")
            if None in row:
                raise InputError(
                    "input_line", path=source, line=reader.line_num, problem="more columns than the header"
                )
            rejected = moderated is not None and (row[moderated] or "").strip() == "-1"
            yield _Line(reader.line_num, row[member].strip(), row[opinion], rejected)
    except csv.Error as problem:
        raise InputError("input_line", path=source, line=reader.line_num, problem=str(problem)) from problem


def _gather(source: str, lines: Iterator[_Line]) -> GivenOpinions:
    opinions: list[GivenOpinion] = []
    seen: set[tuple[str, str]] = set()
    duplicates = empty = rejected = 0
    for line in lines:
        text = line.opinion.strip()
        if line.rejected:
            rejected += 1
        elif not text or not any(char.isprintable() and not char.isspace() for char in text):
            empty += 1
        elif not line.member:
            raise InputError("input_line", path=source, line=line.number, problem="no member is named")
        elif len(text) > LONGEST_OPINION:
            raise InputError(
                "input_opinion_too_long",
                path=source,
                line=line.number,
                member=line.member,
                length=len(text),
                limit=LONGEST_OPINION,
            )
        elif any("\ud800" <= char <= "\udfff" for char in line.member + text):
            raise InputError("input_line", path=source, line=line.number, problem="half a Unicode character")
        elif (line.member, text) in seen:
            duplicates += 1
        else:
            seen.add((line.member, text))
            opinions.append(GivenOpinion(id=f"o{len(opinions) + 1}", member=line.member, text=text))
    if not opinions:
        raise InputError("input_no_opinions", path=source)
    return GivenOpinions(tuple(opinions), duplicates, empty, rejected)
