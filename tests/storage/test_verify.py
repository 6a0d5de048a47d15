from __future__ import annotations

import asyncio
import json
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.deliberation import commands as c
from engine.deliberation.decide import decide
from engine.deliberation.drafts import DraftedCandidate, DraftResult
from engine.deliberation.events import BallotCast
from engine.deliberation.evolve import fold
from engine.deliberation.receipts import Receipt, receipt
from engine.deliberation.rounds import draft_job
from storage.errors import LogFileError, LogTooNewError, StorageError
from storage.export import export, read_events
from storage.sqlite import SqliteEventLog
from storage.verify import check_receipt, verify
from tests.storage.logged import Scripted, spoken


async def exported(script: Scripted, folder: Path, *, erase: tuple[str, ...] = ()) -> Path:
    log = await SqliteEventLog.open(folder / f"{script.name}.sqlite")
    await log.append(script.name, 0, script.events)
    if erase:
        await log.erase(script.name, erase)
    path = folder / f"{script.name}.jsonl"
    await export(log, script.name, path)
    await log.close()
    return path


@cache
def example(name: str = "d") -> str:
    with tempfile.TemporaryDirectory() as folder:
        texts = ["At the library.", "At home, 5 pm.", "‮Not here‬", "Anywhere <b>but</b> here."]
        return asyncio.run(exported(spoken(texts, name), Path(folder))).read_text()


def fault_of(path: Path) -> tuple[int, str]:
    with pytest.raises(LogFileError) as broken:
        verify(path)
    assert broken.value.code == "log_broken"
    return broken.value.parameters["line"], broken.value.parameters["fault"]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_text(text)
    return path


def test_an_exported_log_verifies_and_folds_to_the_same_state(tmp_path: Path) -> None:
    path = written(tmp_path, example())
    found = verify(path)
    assert (found.deliberation, found.records, found.absent) == ("d", 5, 0)
    assert fold(read_events(path)).live_opinions[0].text.value == "At the library."


async def test_a_log_with_an_erased_member_verifies_and_says_so(tmp_path: Path) -> None:
    path = await exported(spoken(["one", "two"]), tmp_path, erase=("m1",))
    assert verify(path).absent == 1
    assert "two" not in path.read_text()


@given(st.data())
def test_any_changed_character_is_found(data: st.DataObject) -> None:
    text = example()
    start = text.index("\n") + 1
    position = data.draw(st.integers(start, len(text) - 2).filter(lambda at: text[at] != "\n"))
    other = data.draw(st.sampled_from('0a}"Z').filter(lambda char: char != text[position]))
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), text[:position] + other + text[position + 1 :])
        with pytest.raises(StorageError):
            verify(path)


@pytest.mark.parametrize("line", [2, 3, 5])
def test_changed_words_are_found_where_they_stand(tmp_path: Path, line: int) -> None:
    lines = example().splitlines()
    entry = json.loads(lines[line - 1])
    entry["record"]["at"] += 1
    lines[line - 1] = json.dumps(entry)
    assert fault_of(written(tmp_path, "\n".join(lines) + "\n")) == (line, "hash")


def test_other_words_under_the_same_commitment_are_found(tmp_path: Path) -> None:
    assert fault_of(written(tmp_path, example().replace("At the library.", "At the town hall"))) == (3, "side_value")


def test_a_name_that_stands_twice_is_found_though_every_hash_fits(tmp_path: Path) -> None:
    lines = example().splitlines(keepends=True)
    twice = lines[2].replace('"record":{', '"record":{"at":1,', 1)
    assert fault_of(written(tmp_path, "".join([*lines[:2], twice, *lines[3:]]))) == (3, "named_twice")
    header = lines[0].replace("{", '{"records":4,', 1)
    assert fault_of(written(tmp_path, "".join([header, *lines[1:]]))) == (1, "named_twice")


def test_swapped_removed_and_missing_last_records_are_found(tmp_path: Path) -> None:
    lines = example().splitlines(keepends=True)
    swapped = [*lines[:2], lines[3], lines[2], *lines[4:]]
    assert fault_of(written(tmp_path, "".join(swapped))) == (3, "order")
    assert fault_of(written(tmp_path, "".join([*lines[:3], *lines[4:]]))) == (4, "order")
    assert fault_of(written(tmp_path, "".join(lines[:-1]))) == (6, "truncated")
    assert fault_of(written(tmp_path, example()[:-40])) == (6, "truncated")


def test_records_of_another_deliberation_are_found(tmp_path: Path) -> None:
    lines, foreign = example().splitlines(keepends=True), example("other").splitlines(keepends=True)
    assert fault_of(written(tmp_path, "".join([*lines[:4], *foreign[4:]]))) == (5, "other_deliberation")


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\x00\xff\x00", b'{"format":"something else"}\n', b"[1]\n"])
def test_a_file_that_is_no_log_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(LogFileError) as refused:
        verify(path)
    assert refused.value.code == "log_foreign"


def test_a_log_of_a_newer_accord_is_refused_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, example().replace('"format_version":1', '"format_version":2'))
    with pytest.raises(LogFileError) as refused:
        verify(path)
    assert refused.value.code == "log_too_new"
    newer = written(tmp_path, example().replace('"schema_version":1', '"schema_version":9'))
    with pytest.raises(LogTooNewError):
        read_events(newer)


async def test_an_export_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    log = await SqliteEventLog.open(tmp_path / "log.sqlite")
    await log.append("d", 0, spoken(["one"]).events)
    (tmp_path / "file").touch()
    with pytest.raises(StorageError) as refused:
        await export(log, "d", tmp_path / "file" / "log.jsonl")
    assert refused.value.code == "export_not_writable"
    with pytest.raises(StorageError):
        await export(log, "unknown", tmp_path / "log.jsonl")
    assert not (tmp_path / "log.jsonl").exists()
    await log.close()


async def test_ballots_stay_behind_until_the_close_and_a_receipt_then_finds_its_own(tmp_path: Path) -> None:
    script = spoken(["At the library.", "At the library, at five."])
    script.do(c.StartDraft, seed=1)
    job = draft_job(fold(script.events))
    script.do(
        c.RecordDraft,
        result=DraftResult(
            draft=job.draft,
            inputs_digest=job.inputs_digest,
            candidates=(DraftedCandidate(id="d1", origin="drafted", text="We agree to meet at the library."),),
            members=tuple(opinion.member for opinion in job.opinions),
            mean=((0.8,), (0.7,)),
            spread=((0.4,), (0.4,)),
            in_prompt=tuple(opinion.member for opinion in job.opinions),
            models=(),
            seed=1,
        ),
    )
    script.do(c.OpenPoll)
    state = fold(script.events)
    assert state.poll is not None
    receipts: list[Receipt] = []
    for number in range(6):
        (cast,) = script.do(
            c.CastBallot,
            poll=state.poll.id,
            voter=f"v{number}",
            grades={state.poll.options[0]: 3 + number % 5},
            reason="unpublished reason",
        )
        assert isinstance(cast, BallotCast)
        receipts.append(receipt(cast))
    before = await exported(script, tmp_path)
    assert "grades" not in before.read_text()
    assert "unpublished reason" not in before.read_text()
    assert check_receipt(before, receipts[0].tag, receipts[0].salt).status == "not_listed"
    before.unlink()
    (tmp_path / "d.sqlite").unlink()
    entropy = "00" * 32
    closing = c.ClosePoll(at=state.until + 10_000_000, request="close", entropy=entropy, poll=state.poll.id)
    script.events += decide(fold(script.events), closing)
    after = await exported(script, tmp_path)
    assert all(check_receipt(after, held.tag, held.salt).status == "counted" for held in receipts)
    assert check_receipt(after, receipts[0].tag, receipts[1].salt).status == "never_cast"
    assert check_receipt(after, "00" * 16, receipts[0].salt).status == "not_listed"
    assert [poll.differences for poll in verify(after).polls] == [()]
    assert "unpublished reason" not in after.read_text()


async def test_words_that_are_shown_no_more_do_not_leave_and_the_chain_still_verifies(tmp_path: Path) -> None:
    script = spoken(["an insult", "a proposal"])
    insult = next(iter(fold(script.events).live_opinions)).id
    script.do(c.Hide, text=insult, moderator="mod")
    path = await exported(script, tmp_path)
    assert "an insult" not in path.read_text()
    assert "a proposal" in path.read_text()
    assert verify(path).absent == 1
    script.do(c.Restore, text=insult, moderator="mod")
    assert "an insult" in (await exported(script, tmp_path / "again")).read_text()
