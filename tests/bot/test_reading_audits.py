"""Statements and votes from people's files, and one sentence for whatever is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bot.errors import InputError
from bot.reading_audits import read_people, read_statements

VOTES = """member,group,statement,vote,opinion
Ada,north,a,1,Close the street.
Ada,north,b,-1,
Bruno,south,a,0,
Chen,,b,1,
Dana,south,,,I only speak.
"""


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_statements_come_from_csv_and_from_json_lines(tmp_path: Path) -> None:
    csv = file(tmp_path, "a.csv", "id,text,topic,negation\na,Tea is good.,food,Tea is bad.\nb,Rain is fine.,,\n")
    found = read_statements(csv)
    assert [(one.id, one.topic, one.negation) for one in found] == [("a", "food", "Tea is bad."), ("b", "", None)]
    lines = "\n".join(json.dumps(one.model_dump(exclude_none=True)) for one in found)
    assert read_statements(file(tmp_path, "a.jsonl", lines)) == found


def test_votes_are_scaled_and_what_was_not_seen_is_missing(tmp_path: Path) -> None:
    people = read_people(file(tmp_path, "votes.csv", VOTES), None)
    assert people.members == ("Ada", "Bruno", "Chen", "Dana")
    assert people.groups == ("north", "south")
    assert people.labels.tolist() == [0, 1, -1, 1]
    wanted = [[1, 0], [0.5, np.nan], [np.nan, 1], [np.nan, np.nan]]
    assert np.array_equal(people.votes, np.array(wanted), equal_nan=True)
    assert people.opinions["Dana"] == ("I only speak.",)


def test_a_polis_export_brings_groups_and_who_wrote_what(tmp_path: Path) -> None:
    file(tmp_path, "comments.csv", "comment-id,author-id,comment-body,moderated\n0,7,Tea.,1\n1,8,Rain.,1\n2,9,No.,-1\n")
    file(tmp_path, "participants-votes.csv", "participant,group-id,0,1,2\n7,0,1,-1,1\n8,1,,1,1\n9,,0,0,0\n")
    people = read_people(tmp_path, None)
    assert [one.text for one in people.statements] == ["Tea.", "Rain."]
    assert people.groups == ("0", "1")
    assert people.labels.tolist() == [0, 1, -1]
    assert people.opinions == {"7": ("Tea.",), "8": ("Rain.",)}
    # A vote on one's own words is no other vote.
    assert np.array_equal(people.votes, np.array([[np.nan, 0], [np.nan, np.nan], [0.5, 0.5]]), equal_nan=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("member,vote\nAda,1\n", "audit_columns"),
        ("member,statement,vote\nAda,a,yes\n", "audit_vote"),
        ("member,statement,vote\n,a,1\n", "input_nobody"),
        ("member,statement,vote\nAda,zzz,1\n", "audit_nothing_shared"),
        ("", "audit_empty"),
    ],
)
def test_whatever_is_wrong_with_votes_has_a_sentence(tmp_path: Path, text: str, code: str) -> None:
    statements = read_statements(file(tmp_path, "s.csv", "id,text\na,Tea is good.\n"))
    with pytest.raises(InputError) as problem:
        read_people(file(tmp_path, "votes.csv", text), statements)
    assert problem.value.code == code


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("s.csv", "id,topic\na,food\n", "audit_columns"),
        ("s.csv", "", "audit_empty"),
        ("s.csv", "id,text\n", "audit_empty"),
        ("s.csv", "id,text\n" + "".join(f"{at},Tea {at}.\n" for at in range(5_001)), "audit_too_many"),
        ("s.csv", "id,text\na,Tea.\na,Rain.\n", "audit_statement_twice"),
        ("s.csv", "id,text\na,\n", "audit_statement"),
        ("s.jsonl", '{"id": 1}\n', "audit_statement"),
        ("s.jsonl", "{no\n", "input_not_json"),
        ("s.jsonl", '{"id": "a", "text": "b"}\n[1]\n', "input_not_object"),
    ],
)
def test_whatever_is_wrong_with_statements_has_a_sentence(tmp_path: Path, name: str, text: str, code: str) -> None:
    with pytest.raises(InputError) as problem:
        read_statements(file(tmp_path, name, text))
    assert problem.value.code == code
    with pytest.raises(InputError):
        read_statements(tmp_path / "missing.csv")


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_spreadsheets_semicolons_tabs_and_byte_order_mark_are_no_obstacle(tmp_path: Path, mark: str) -> None:
    asked = file(tmp_path, "s.csv", f"\ufeffid{mark}text\r\na{mark}Tea, of course, is good.\r\n")
    statements = read_statements(asked)
    assert [(one.id, one.text) for one in statements] == [("a", "Tea, of course, is good.")]
    votes = f"member{mark}group{mark}statement{mark}vote\nAda{mark}north{mark}a{mark}-1\n"
    assert read_people(file(tmp_path, "v.csv", votes), statements).votes.tolist() == [[0.0]]
