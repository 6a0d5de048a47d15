"""`accord verify` and the one file that a zip carries find the same faults, in the same places."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.catalogue import texts
from engine.deliberation import events as e
from storage.chain import Record
from storage.errors import StorageError
from storage.export import standalone
from storage.schema import current
from storage.verify import check_receipt, verify
from tests.storage.chained import Entries, chained_again
from tests.storage.polled import polled

Verdict = tuple[bool, str | None, frozenset[str]]
"""Whether all is well, else the line and its fault in words, or the fields of the count that are not."""
WORDS = texts("en")


@cache
def log() -> str:
    """Eight members choose and adopt in one round."""

    def grade(voter: int, place: int) -> int:
        return 7 - place if voter else 1

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(polled(8, rounds=1, grade=grade).exported(Path(folder))).read_text(encoding="utf-8")


def of_the_program(path: Path) -> Verdict:
    try:
        found = verify(path)
    except StorageError as problem:
        if problem.code != "log_broken":
            return False, None, frozenset()
        fault = WORDS[f"fault.log_broken.{problem.parameters['fault']}"]
        return False, f"{problem.parameters['line']}: {fault}", frozenset()
    fields = frozenset(field for poll in found.polls for field in poll.differences)
    assert all(selection.status != "different" for selection in found.selections)
    return not fields, None, fields


def of_the_file(path: Path, capsys: pytest.CaptureFixture[str]) -> Verdict:
    capsys.readouterr()
    code = standalone.main([str(path)])
    said = capsys.readouterr().out
    line = re.search(r"not whole\. line (\d+: .*)\.", said)
    fields = re.findall(r"comes out differently: (.*)\.", said)
    return code == 0, line[1] if line else None, frozenset(field for each in fields for field in each.split(", "))


def both(text: str | bytes, folder: Path, capsys: pytest.CaptureFixture[str]) -> Verdict:
    path = folder / "changed.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    program, file = of_the_program(path), of_the_file(path, capsys)
    newer = program[0] is False and program[1] is None and not program[2]  # the program names no line there
    assert program == (file if not newer else (file[0], None, file[2]))
    return file


def payload_of(entries: Entries, kind: str) -> dict[str, Any]:
    return next(entry["record"]["payload"] for entry in entries if entry["record"]["kind"] == kind)


def sets(kind: str, *path: str | int, to: object) -> Callable[[Entries], None]:
    def change(entries: Entries) -> None:
        inside: Any = payload_of(entries, kind)
        for name in path[:-1]:
            inside = inside[name]
        inside[path[-1]] = to

    return change


def without(kind: str) -> Callable[[Entries], None]:
    def change(entries: Entries) -> None:
        at = next(at for at, entry in enumerate(entries) if entry["record"]["kind"] == kind)
        del entries[at]

    return change


def another_choice(entries: Entries) -> None:
    closed = payload_of(entries, "poll_closed")
    closed["choice"] = next(option for option in closed["tally"] if option != closed["choice"])


def a_ballot_less(entries: Entries) -> None:
    payload_of(entries, "poll_closed")["ballots"].pop()


def a_grade_of_none(entries: Entries) -> None:
    grades = payload_of(entries, "poll_closed")["ballots"][0]["grades"]
    grades[next(iter(grades))] = 0


def nobody_decided(entries: Entries) -> None:
    payload_of(entries, "closed")["participation"]["voted"] += 1


CHAINED: dict[str, tuple[Callable[[Entries], None], set[str] | None]] = {
    "nothing": (lambda entries: None, set()),
    "another outcome": (sets("closed", "outcome", to="no_decision"), {"outcome"}),
    "another statement": (sets("closed", "statement", to="elsewhere"), {"statement"}),
    "other participation": (nobody_decided, {"participation"}),
    "another count": (sets("poll_closed", "counted", to=9), {"ballots", "counted", "participation"}),
    "another choice": (another_choice, {"choice", "statement"}),
    "a quorum that was not": (sets("poll_closed", "quorum_met", to=False), {"quorum_met", "outcome"}),
    "a tie that was none": (sets("poll_closed", "tie_broken_by", to="status_quo"), {"tie_broken_by"}),
    "another quorum": (sets("opened", "settings", "quorum", "ballots", to=100), {"quorum_met", "adopted"}),
    "a harder adoption": (sets("opened", "settings", "adoption", "agree_share", to=1.0), {"adopted"}),
    "a ballot less": (a_ballot_less, {"ballots", "tally"}),
    "a voter less": (without("ballot_cast"), {"counted"}),
    "no poll": (without("poll_opened"), {"poll"}),
    "no opening": (without("opened"), {"poll"}),
    "a grade of none": (a_grade_of_none, None),
    "a name that nobody knows": (sets("poll_closed", "counted_by", to="me"), None),
    "no settings": (sets("opened", "settings", to=None), None),
    "a list for a poll": (sets("poll_opened", "options", to=7), None),
    "a sentence for an end": (sets("closed", "participation", to="all"), None),
}


@pytest.mark.parametrize(("change", "fields"), CHAINED.values(), ids=CHAINED)
def test_a_log_that_was_changed_and_hashed_again_gets_the_same_verdict(
    change: Callable[[Entries], None],
    fields: set[str] | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = chained_again(log(), change)
    path = tmp_path / "log.jsonl"
    path.write_text(text, encoding="utf-8")
    program, file = of_the_program(path), of_the_file(path, capsys)
    assert program[0] is file[0]
    if fields is None:
        assert not file[0]
    else:
        assert program == file
        assert file == (not fields, None, file[2] if fields else frozenset())
        assert fields <= file[2]


def edited(number: int, old: str, new: str) -> str:
    lines = log().splitlines(keepends=True)
    assert old in lines[number - 1]
    lines[number - 1] = lines[number - 1].replace(old, new, 1)
    return "".join(lines)


def written_otherwise(text: str) -> str:
    """Every line with its names in another order, with spaces, and every sign of it that can be escaped."""
    parsed = (json.loads(line) for line in text.splitlines())
    lines = (json.dumps(dict(reversed(one.items())), ensure_ascii=True, indent=None) for one in parsed)
    return "".join(re.sub("[$é]", lambda sign: f"\\u{ord(sign[0]):04x}", line) + "\n" for line in lines)


EDITED: dict[str, tuple[Callable[[], str | bytes], bool]] = {
    "nothing": (log, True),
    "other names first, spaces and escapes": (lambda: written_otherwise(log()), True),
    "an escaped mark": (lambda: edited(3, "$sealed", "\\u0024sealed"), True),
    "a value for nothing": (lambda: re.sub(r'"side":\[.*\]', r'"side":[]', log()), True),
    "a value twice": (lambda: re.sub(r'"side":\[(.*?\})\]', r'"side":[\1,\1]', log(), count=1), False),
    "a commitment that is none": (lambda: edited(3, '"side":[{"commitment":', '"side":[{"commitment":[],"x":'), False),
    "a commitment in brackets": (
        lambda: re.sub(r'"side":\[\{"commitment":("\w+")', r'"side":[{"commitment":[\1]', log(), count=1),
        False,
    ),
    "a number beyond reading": (lambda: edited(3, '"at":', f'"at":{"9" * 5000}'), False),
    "a number with a power": (lambda: edited(3, '"schema_version":1', '"schema_version":1e0'), False),
    "line ends of Windows": (lambda: log().replace("\n", "\r\n"), True),
    "blank lines at the end": (lambda: log() + "\n  \n", True),
    "no end of the last line": (lambda: log()[:-1], True),
    "a blank line inside": (lambda: edited(4, "{", "\n{"), False),
    "a carriage return between two names": (lambda: edited(3, '"record":', '"record":\r'), True),
    "a name twice": (lambda: edited(3, '"record":{', '"record":{"at":1,'), False),
    "a name twice in the first line": (lambda: edited(1, "{", '{"records":4,'), False),
    "a name twice, with a space": (lambda: edited(3, '"record":{', '"record":{"at" : 1, '), False),
    "a name twice, once escaped": (lambda: edited(3, '"record":{', '"record":{"\\u0061t":1,'), False),
    "a name twice deep inside": (lambda: edited(3, '"text":{', '"text":{"$sealed":"x",'), False),
    "another name in a record": (lambda: edited(3, '"record":{', '"record":{"also":1,'), False),
    "another name in a value": (lambda: edited(3, '"salt":', '"also":1,"salt":'), False),
    "another name beside them": (lambda: edited(3, '{"record":', '{"also":1,"record":'), True),
    "a shorter salt": (lambda: re.sub(r'"salt":"..', '"salt":"', log(), count=1), False),
    "a salt that is none": (lambda: re.sub(r'"salt":"..', '"salt":"zz', log(), count=1), False),
    "a number that is none": (lambda: edited(3, '"at":', '"at":NaN,"x":'), False),
    "a time in letters": (lambda: re.sub(r'"at":(\d+)', r'"at":"\1"', log(), count=1), False),
    "a version with a dot": (lambda: edited(3, '"version":2', '"version":2.0'), False),
    "a number beyond all": (lambda: edited(3, '"at":', '"at":-Infinity,"x":'), False),
    "a number that is none, in a payload": (lambda: edited(3, '"payload":{', '"payload":{"x":NaN,'), False),
    "a number beyond all, in a value": (lambda: edited(3, '"value":', '"value":Infinity,"x":'), False),
    "half a letter": (lambda: edited(3, '"text":{', '"text":{"x":"\\ud800",'), False),
    "half a letter in a value": (lambda: edited(3, '"value":"', '"value":"\\ud800'), False),
    "half a letter in a name": (lambda: edited(3, '"request":"', '"request":"\\ud800'), False),
    "nested deeply": (lambda: edited(3, '"payload":{', '"payload":{"x":' + "[" * 150 + "]" * 150 + ","), False),
    "nested too deeply": (lambda: edited(3, '"payload":{', '"payload":{"x":' + "[" * 5_000 + "]" * 5_000 + ","), False),
    "yes for a time": (lambda: re.sub(r'"at":\d+', '"at":true', log(), count=1), False),
    "a sign of nothing after a line": (lambda: edited(3, "}\n", "}\0\n"), False),
    "a mark before the first line": (lambda: "\ufeff" + log(), False),
    "an empty list for a line": (lambda: edited(3, '{"record":', '[]\n{"record":'), False),
    "nested beyond reading": (lambda: edited(3, '"side":', '"side":' + "[" * 100_000), False),
    "a list for a record": (lambda: edited(3, '{"record":', "[1]\n"), False),
    "half a line": (lambda: log()[:-60], False),
    "a line less": (lambda: "".join(log().splitlines(keepends=True)[:-1]), False),
    "more lines than said": (lambda: re.sub(r'"records":\d+', '"records":3', log(), count=1), False),
    "a newer format": (lambda: edited(1, '"format_version":1', '"format_version":2'), False),
    "a version before the first": (lambda: edited(2, '"schema_version":2', '"schema_version":0'), False),
    "another encoding": (lambda: log().encode("utf-16"), False),
    "a broken letter": (lambda: log().encode().replace(b"library", b"libr\xffry", 1), False),
    "nothing at all": (lambda: b"", False),
    "no head": (lambda: edited(1, '"head"', '"haed"'), False),
    "no name": (lambda: edited(1, '"deliberation"', '"deliberatoin"'), False),
    "another head": (lambda: re.sub(r'"head":"..', '"head":"zz', log(), count=1), False),
}


@pytest.mark.parametrize(("text", "well"), EDITED.values(), ids=EDITED)
def test_a_file_that_was_edited_gets_the_same_verdict_in_the_same_place(
    text: Callable[[], str | bytes], well: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert both(text(), tmp_path, capsys)[0] is well


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_whichever_character_is_changed_both_find_it_in_the_same_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: st.DataObject
) -> None:
    text = log()
    at = data.draw(st.integers(0, len(text) - 2))
    other = data.draw(st.sampled_from('0a}"Z\n ,').filter(lambda char: char != text[at]))
    both(text[:at] + other + text[at + 1 :], tmp_path, capsys)


def test_the_file_knows_the_kinds_that_a_count_reads_in_their_newest_versions() -> None:
    for kind in (e.Opened, e.CritiqueOpened, e.PollOpened, e.BallotCast, e.PollClosed, e.Closed):
        name = kind.model_fields["kind"].default
        newest, names = standalone.KEPT[name]
        assert newest == current(name)
        assert set(names.split()) == kind.model_fields.keys() - {"kind", "at", "request"}
    assert standalone.RECORD.keys() == Record.model_fields.keys()


def test_a_head_that_was_posted_is_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(log(), encoding="utf-8")
    head = json.loads(log().splitlines()[0])["head"]
    assert standalone.main([str(path), "--head", f" {head[:8].upper()} {head[8:]}"]) == 0
    assert standalone.main([str(path), "--head", "00" * 32]) == 1
    assert "not the one that you named" in capsys.readouterr().out


@pytest.mark.parametrize(("voters", "own"), [(8, "counted"), (3, "withheld")])
async def test_a_receipt_proves_the_same_to_both(
    voters: int, own: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = polled(voters, rounds=1)
    path = await made.exported(tmp_path)
    (first, second), nobody = made.receipts[:2], "00" * 16
    wanted = {
        (first.tag, first.salt): own,
        (first.tag, second.salt): "never_cast" if own == "counted" else own,
        (nobody, first.salt): "not_listed" if own == "counted" else own,
    }
    for (tag, salt), status in wanted.items():
        assert check_receipt(path, tag, salt).status == status
        capsys.readouterr()
        assert standalone.main([str(path), "--receipt", f" {tag.upper()}:{salt}"]) == (0 if status == "counted" else 1)
        said = capsys.readouterr().out
        assert standalone.RECEIPT[status] in said
        assert ("If that is not what you chose" in said) is (status == "counted")
    assert standalone.main([str(path), "--receipt", "my receipt"]) == 2


def test_what_is_no_export_is_told_from_a_broken_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "report.html"
    page.write_text("<!doctype html>")
    assert standalone.main([str(page)]) == 2
    assert f"{page} cannot be checked: it is not a log" in capsys.readouterr().out
    assert standalone.main([str(tmp_path)]) == 2
    assert "there is no log.jsonl in it" in capsys.readouterr().out
