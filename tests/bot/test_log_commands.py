"""`accord verify` and `accord replay`: what they find in a log that is whole, changed, erased from or wrong."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import run
from bot.commands import log as log_commands
from bot.recording import record_round
from bot.rendering.result import selection_lines
from bot.session import Session
from engine.deliberation import commands as c
from engine.deliberation import results
from engine.deliberation.drafts import DraftJob, GivenOpinion
from engine.deliberation.events import StatementSelected
from engine.deliberation.receipts import ReceiptCheck
from engine.deliberation.rounds import draft_job
from engine.selection import Selected, select
from storage.export import export, read_events
from storage.sqlite import SqliteEventLog
from tests.bot.scripted_models import drafted

JOB = DraftJob(
    draft="r1",
    round=1,
    question="Should our street be closed to cars on Sundays?",
    opinions=(
        GivenOpinion(id="o1", member="Ada", text="Close the street."),
        GivenOpinion(id="o2", member="Bruno", text="Leave it open."),
        GivenOpinion(id="o3", member="Chen", text="Try it in summer."),
    ),
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    record_round(tmp_path, JOB, drafted(JOB), "nash")
    return tmp_path / "log.jsonl"


def said(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return " ".join((captured.out + captured.err).split())


def test_a_whole_log_verifies_and_names_its_head(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = json.loads(log.read_text().splitlines()[0])["head"]
    assert run(["verify", str(log)]) == 0
    assert head in said(capsys)


def test_a_log_rewritten_as_a_whole_is_told_by_the_head_that_was_posted(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    posted = json.loads(log.read_text().splitlines()[0])["head"]
    assert run(["verify", str(log)]) == 0
    assert "Compare this head with the one posted in the thread" in said(capsys)
    assert run(["verify", str(log), "--head", f" {posted.upper()} "]) == 0
    assert "Its head is the one that you named" in said(capsys)
    record_round(tmp_path / "rewritten", JOB.model_copy(update={"question": "Other?"}), drafted(JOB), "nash")
    assert run(["verify", str(tmp_path / "rewritten" / "log.jsonl"), "--head", posted]) == 1
    assert "rewritten as a whole" in said(capsys)


def test_replay_tells_where_a_deliberation_stands(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replay", str(log)]) == 0
    assert "7 events. Phase: collecting opinions. Outcome: none yet." in said(capsys)


def test_a_changed_letter_is_found_and_its_line_named(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_text(log.read_text().replace("Leave it open.", "Leave it shut."))
    assert run(["verify", str(log)]) == 1
    assert "Line 4: a personal value does not fit its commitment" in said(capsys)


def test_a_log_that_was_cut_is_found(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_text("\n".join(log.read_text().splitlines()[:-1]) + "\n")
    assert run(["verify", str(log)]) == 1
    assert "the log ends too early" in said(capsys)


@pytest.mark.parametrize("command", ["verify", "replay"])
def test_neither_command_takes_a_log_that_was_cut_changed_or_is_nested_beyond_reading(
    command: str, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = log.read_text()
    lines = whole.splitlines(keepends=True)
    deep = "[" * 200_000
    for broken, told in (
        ("".join(lines[:-1]), "Line 8: the log ends too early"),
        (whole.replace("Leave it open.", "Leave it shut."), "Line 4: a personal value"),
        ("".join([*lines[:3], deep + "\n", *lines[4:]]), "Line 4: this is not a record that accord wrote"),
        ("".join([*lines[:3], "\n", *lines[3:]]), "Line 4: this is not a record that accord wrote"),
    ):
        log.write_text(broken)
        assert run([command, str(log)]) == 1
        assert told in said(capsys)
    log.write_text(deep)
    assert run([command, str(log)]) == 2
    log.write_text(whole + "\n \n")
    assert run([command, str(log)]) == 0


def test_a_rule_other_than_the_one_that_was_set_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record_round(tmp_path, JOB, drafted(JOB), "maximin")
    events = read_events(tmp_path / "log.jsonl")
    forged = [
        event.model_copy(update={"rule": "nash"}) if isinstance(event, StatementSelected) else event for event in events
    ]
    (line,) = selection_lines(forged)
    assert "the settings ask for maximin, this was chosen by nash" in line
    assert "chooses the same statement again" in selection_lines(events)[0]


def test_another_winner_than_the_rule_chooses_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def cheat(*arguments: Any) -> Selected:
        honest = select(*arguments)
        last = honest.ranking[-1][0]
        return Selected(honest.welfare, ((last,), *honest.ranking[:-1]), (last,), None)

    monkeypatch.setattr(results, "select", cheat)
    record_round(tmp_path, JOB, drafted(JOB), "nash")
    for command in ("replay", "verify"):
        assert run([command, str(tmp_path / "log.jsonl")]) == 1
        assert "but the log says" in said(capsys)


def test_a_log_that_someone_was_erased_from_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def forgotten() -> None:
        store = await SqliteEventLog.open(tmp_path / "log.sqlite")
        session = Session(store, "street", lambda: 1_800_000_000_000)
        await session.do(c.Open, question=JOB.question, moderator="mo")
        for opinion in JOB.opinions:
            await session.do(c.GiveOpinion, member=opinion.member, text=opinion.text)
        await session.do(c.StartDraft, seed=1)
        await session.do(c.RecordDraft, result=drafted(draft_job(session.state)))
        await session.do(c.ForgetMember, member="Bruno", voter="v-Bruno")
        await store.erase("street", ("Bruno", "v-Bruno"))
        await export(store, "street", tmp_path / "log.jsonl")
        await store.close()

    asyncio.run(forgotten())
    for command in ("replay", "verify"):
        assert run([command, str(tmp_path / "log.jsonl")]) == 0
        assert "not re-runnable, one member was erased since. That is no failure." in said(capsys)


@pytest.mark.parametrize("receipt", ["", "x", "x:", ":aa", "tag:nothex", "a:b:c"])
def test_a_receipt_of_another_form_is_bad_input(receipt: str, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(log), "--receipt", receipt]) == 2
    assert "A receipt has the form TAG:SALT" in said(capsys)


def test_a_receipt_may_be_pasted_with_what_stood_around_it(
    log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def looked_up(_log: Path, tag: str, salt: str) -> ReceiptCheck:
        asked.append((tag, salt))
        return ReceiptCheck(status="counted")

    monkeypatch.setattr(log_commands, "check_receipt", looked_up)
    assert run(["verify", str(log), "--receipt", "  0A1f :\n 9A44\t"]) == 0
    assert asked == [("0a1f", "9a44")]
    assert "in the count" in said(capsys)


def test_a_receipt_of_no_ballot_in_the_count_is_a_failure(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(log), "--receipt", f"{'a' * 32}:{'b' * 32}"]) == 1
    assert "not in the count" in said(capsys)


@pytest.mark.parametrize("command", ["verify", "replay"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"{}\n", b"[1]\n", b"member,opinion\n", None])
def test_what_is_no_log_is_bad_input(
    command: str, content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "log.jsonl"
    if content is not None:
        path.write_bytes(content)
    assert run([command, str(path)]) == 2
    assert str(path) in said(capsys).replace(" ", "")
    assert run([command, str(tmp_path)]) == 2
