"""Other tools' formats: Polis' two files, and rows for TRL's trainers."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from storage.export.released import Preference, VoteMatrix
from storage.export.tables import harmless

POLIS_COMMENT_COLUMNS: Final = (
    "timestamp",
    "datetime",
    "comment-id",
    "author-id",
    "agrees",
    "disagrees",
    "moderated",
    "comment-body",
)
POLIS_VOTE_COLUMNS: Final = ("participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree")
"""Then a column per comment, named by its id: 1 agree, -1 disagree, 0 pass, empty where there was no vote."""


def polis(matrix: VoteMatrix) -> dict[str, bytes]:
    """`comments.csv` and `participants-votes.csv` as Polis exports them.

    Author 0 is the machine. Authors and participants are numbered apart, the participants after the last author, since
    nothing may say that one is the other; so `n-comments` is 0 for everybody.
    """
    numbers = {comment.id: number for number, comment in enumerate(matrix.comments)}
    authors: dict[str | None, int] = {comment.member: 0 for comment in matrix.comments if comment.member is None}
    for comment in matrix.comments:
        authors.setdefault(comment.member, len(authors) + (None not in authors))
    first = max([0, *authors.values()]) + 1
    votes = Counter((statement, vote) for row in matrix.votes.values() for statement, vote in row.items())
    comments: list[Sequence[object]] = [
        (
            comment.at,
            datetime.fromtimestamp(comment.at / 1000, UTC).strftime("%a %b %d %H:%M:%S UTC %Y"),
            numbers[comment.id],
            authors[comment.member],
            votes[comment.id, 1],
            votes[comment.id, -1],
            1,
            harmless(comment.text),
        )
        for comment in matrix.comments
    ]
    rows = [_participant(number, row, numbers) for number, row in enumerate(matrix.votes.values(), start=first)]
    return {
        "comments.csv": _csv(POLIS_COMMENT_COLUMNS, comments),
        "participants-votes.csv": _csv((*POLIS_VOTE_COLUMNS, *map(str, numbers.values())), rows),
    }


def _participant(number: int, row: Mapping[str, int], numbers: Mapping[str, int]) -> list[object]:
    counts = Counter(row.values())
    return [number, "", 0, len(row), counts[1], counts[-1], *(row.get(comment, "") for comment in numbers)]


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows(rows)
    return file.getvalue().encode()


def trl(prompt: str, pairs: Sequence[Preference], adopted: str | None) -> dict[str, bytes]:
    """`preferences.jsonl` (prompt, chosen, rejected) and `sft.jsonl` (messages), TRL's conversational formats."""
    asked = {"role": "user", "content": prompt}
    preferred = (
        {"prompt": [asked], "chosen": [_answer(pair.chosen)], "rejected": [_answer(pair.rejected)]} for pair in pairs
    )
    supervised = [] if adopted is None else [{"messages": [asked, _answer(adopted)]}]
    return {"preferences.jsonl": _json_lines(preferred), "sft.jsonl": _json_lines(supervised)}


def _answer(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def _json_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    lines: Iterator[str] = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    return "".join(lines).encode()
