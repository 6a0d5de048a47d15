"""Statements and people for audits from users' files: docs/audits.md says what they may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import ValidationError

from bot.errors import InputError
from bot.importing import VOTES, polis_groups, read_polis
from bot.user_files import is_json_lines, json_object, table_rows, text_of
from engine.audit.people import People
from engine.audit.statements import AuditStatement

VALUES: Final[Mapping[str, float]] = {"-1": 0.0, "0": 0.5, "1": 1.0}
"""Disagree, pass, agree on the scale of audits."""
MOST_STATEMENTS: Final = 5_000
"""An hour or more of the bundled model's time on two cores."""
STATEMENT_COLUMNS: Final = ("id", "text", "topic", "negation", "axis", "side")


@dataclass
class _Read:
    votes: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    groups: dict[str, str] = field(default_factory=dict[str, str])
    opinions: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


def read_statements(path: Path) -> tuple[AuditStatement, ...]:
    """CSV or JSON lines with `id`, `text` and, if wanted, `topic`, `negation`, `axis`, `side`. Raises `InputError`."""
    text, source = _text(path), str(path)
    if is_json_lines(path, text):
        rows = [
            json_object(source, number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()
        ]
    else:
        rows = table_rows(source, text, {"id", "text"}, "audit_columns")
    found: dict[str, AuditStatement] = {}
    for number, row in enumerate(rows, start=1):
        given = {name: row[name] for name in STATEMENT_COLUMNS if row.get(name)}
        try:
            statement = AuditStatement(**given)
        except (ValidationError, TypeError) as problem:
            raise InputError("audit_statement", path=str(path), row=number) from problem
        if statement.id in found:
            raise InputError("audit_statement_twice", path=str(path), id=statement.id)
        found[statement.id] = statement
    if not found:
        raise InputError("audit_empty", path=str(path))
    if len(found) > MOST_STATEMENTS:
        raise InputError("audit_too_many", path=str(path), count=len(found), limit=MOST_STATEMENTS)
    return tuple(found.values())


def _text(path: Path) -> str:
    try:
        return text_of(path)
    except InputError as problem:
        if problem.code == "input_empty":  # its sentence is about opinions
            raise InputError("audit_empty", path=str(path)) from problem
        raise


def read_people(path: Path, statements: Sequence[AuditStatement] | None) -> People:
    """People's votes: a folder that Polis exported, or a CSV with `member`, `group`, `statement`, `vote`, `opinion`.

    `statements`: those that are asked about; None takes those of a Polis export, or the words in `statement`. Raises
    `InputError`.
    """
    if path.is_dir():
        return _polis_people(path, statements)
    read = _Read()
    words: dict[str, None] = {}
    rows = table_rows(str(path), _text(path), {"member", "statement", "vote"}, "audit_columns")
    for number, row in enumerate(rows, start=2):
        member, asked, vote = row["member"].strip(), row["statement"].strip(), row["vote"].strip()
        if not member:
            raise InputError("input_nobody", path=str(path), line=number)
        if row.get("group", "").strip():
            read.groups[member] = row["group"].strip()
        if row.get("opinion", "").strip():
            read.opinions.setdefault(member, []).append(row["opinion"].strip())
        if not asked and not vote:  # a row that only holds somebody's opinion
            read.votes.setdefault(member, {})
            continue
        if vote not in VALUES:
            raise InputError("audit_vote", path=str(path), line=number, found=vote)
        read.votes.setdefault(member, {})[asked] = VALUES[vote]
        words[asked] = None
    if statements is None:
        statements = tuple(AuditStatement(id=word, text=word) for word in words)
        if not statements:
            raise InputError("audit_empty", path=str(path))
        if len(statements) > MOST_STATEMENTS:
            raise InputError("audit_too_many", path=str(path), count=len(statements), limit=MOST_STATEMENTS)
    elif not {statement.id for statement in statements} & words.keys():
        raise InputError("audit_nothing_shared", path=str(path))
    return _people(read, statements, {})


def _polis_people(folder: Path, statements: Sequence[AuditStatement] | None) -> People:
    conversation = read_polis(folder)
    if statements is None:
        statements = tuple(AuditStatement(id=name, text=text) for name, (_, text) in conversation.comments.items())
    read = _Read(groups=polis_groups(folder))
    for participant, votes in conversation.votes.items():
        read.votes[participant] = {statement: VALUES[str(vote)] for statement, vote in votes.items()}
    if not any(read.votes.values()):
        raise InputError("input_missing", path=str(folder / VOTES))
    authors: dict[str, set[str]] = {}
    for name, (author, text) in conversation.comments.items():
        if author in read.votes:
            read.opinions.setdefault(author, []).append(text)
            authors.setdefault(author, set()).add(name)
    return _people(read, statements, authors)


def _people(read: _Read, statements: Sequence[AuditStatement], authors: Mapping[str, set[str]]) -> People:
    """Rows and columns in order of first appearance; groups by name."""
    members = tuple(read.votes)
    groups = tuple(sorted({group for member, group in read.groups.items() if member in read.votes}))
    votes = np.full((len(members), len(statements)), np.nan)
    for row, member in enumerate(members):
        for column, statement in enumerate(statements):
            own = statement.id in authors.get(member, ()) or statement.text in read.opinions.get(member, ())
            if statement.id in read.votes[member] and not own:
                votes[row, column] = read.votes[member][statement.id]
    labels = [groups.index(read.groups[member]) if member in read.groups else -1 for member in members]
    opinions = {member: tuple(said) for member, said in read.opinions.items()}
    return People(members, tuple(statements), votes, groups, np.array(labels, dtype=np.int64), opinions)
