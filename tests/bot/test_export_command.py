"""`accord export` and `accord verify` as people type them."""

from __future__ import annotations

import asyncio
import json
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.__main__ import run
from storage.signing import fingerprint, signing_key
from storage.sqlite import SqliteEventLog
from tests.storage.logged import opened, spoken
from tests.storage.polled import Polled, polled


@pytest.fixture
async def log(tmp_path: Path) -> Path:
    return await polled().exported(tmp_path)


async def deployment(folder: Path, made: Polled) -> Path:
    store = await SqliteEventLog.open(folder / "accord.sqlite")
    await store.append("d", 0, made.script.events)
    await store.close()
    return folder


def said(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return " ".join((captured.out + captured.err).split())


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("jsonl", {"log.jsonl"}),
        ("md", {"summary.md"}),
        ("html", {"report.html"}),
        ("zip", {"d.zip"}),
    ],
)
def test_a_log_is_exported_in_each_format(
    log: Path, tmp_path: Path, name: str, files: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(["export", str(log), "--format", name, "--out", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == files
    assert "Wrote" in said(capsys)


def test_several_formats_are_written_at_once(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(["export", str(log), "--format", "csv", "--format", "jsonl", "--out", str(out)]) == 0
    assert (out / "log.jsonl").read_bytes() == log.read_bytes()
    assert (out / "ballots.csv").read_text().startswith("poll,ballot,option,grade,place")


async def test_a_store_signs_its_zip_which_says_what_it_left_out(tmp_path: Path) -> None:
    data, out = await deployment(tmp_path, polled()), tmp_path / "out"
    assert await in_thread(["export", "d", "--data", str(data), "--out", str(out)]) == 0
    with zipfile.ZipFile(out / "d.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    left_out = {"polis": "too_few_consented", "trl": "too_few_consented"}
    assert manifest["left_out"] == (left_out if find_spec("pyarrow") else {"parquet": "parquet_missing", **left_out})
    assert {"log.jsonl", "report.html", "summary.md", "csv/opinions.csv", "verify.py"} <= set(manifest["files"])


async def test_verify_names_who_signed_and_fails_for_another_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = await deployment(tmp_path, polled()), tmp_path / "out"
    assert await in_thread(["export", "d", "--data", str(data), "--out", str(out)]) == 0
    key = fingerprint(signing_key(data).public)
    assert run(["verify", str(out / "d.zip"), "--key", key]) == 0
    assert f"Signed by the key {key}" in said(capsys)
    assert run(["verify", str(out / "d.zip"), "--key", "0" * 32]) == 1
    assert "not signed by the key" in said(capsys)


async def test_polis_and_training_rows_leave_a_store_with_consent(tmp_path: Path) -> None:
    data, out = await deployment(tmp_path, polled(24, uses=("votes", "training"))), tmp_path / "out"
    formats = ["--format", "polis", "--format", "trl"]
    assert await in_thread(["export", "d", "--data", str(data), "--out", str(out), *formats]) == 0
    assert {path.name for path in out.iterdir()} == {
        "comments.csv",
        "participants-votes.csv",
        "preferences.jsonl",
        "sft.jsonl",
    }


async def test_without_consent_they_are_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = await deployment(tmp_path, polled())
    assert await in_thread(["export", "d", "--data", str(data), "--out", str(tmp_path), "--format", "polis"]) == 1
    assert "Only 0 members allowed this use" in said(capsys)


def test_what_cannot_be_exported_is_a_sentence(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, code, sentence in (
        ([str(log), "--format", "polis"], 2, "Export from the store"),
        (["d", "--data", str(tmp_path / "nowhere")], 2, "no Accord database"),
        ([str(tmp_path / "nothing.jsonl")], 2, "no such file"),
    ):
        assert run(["export", *arguments, "--out", str(tmp_path / "out")]) == code
        assert sentence in said(capsys)
    log.write_text(log.read_text()[:-30])
    assert run(["export", str(log), "--out", str(tmp_path / "out")]) == 2
    assert "is not whole" in said(capsys)


def test_a_log_of_nobody_of_one_and_of_a_forgotten_member_can_be_exported(tmp_path: Path) -> None:

    for number, script in enumerate((opened(), spoken(["Alone."]), spoken(["<b>", "=1+1", "🚲" * 4000]))):
        folder = tmp_path / str(number)
        folder.mkdir()

        path = asyncio.run(Polled(script).exported(folder))
        assert run(["export", str(path), "--out", str(folder)]) == 0
        assert run(["verify", str(folder / "d.zip")]) == 0


async def in_thread(arguments: list[str]) -> int:
    """The command begins an event loop of its own."""
    return await asyncio.to_thread(run, arguments)


async def test_a_log_alone_carries_its_signature_beside_it(tmp_path: Path) -> None:
    data, out = await deployment(tmp_path, polled(6)), tmp_path / "out"
    assert await in_thread(["export", "d", "--data", str(data), "--out", str(out), "--format", "jsonl"]) == 0
    assert {path.name for path in out.iterdir()} == {"log.jsonl", "signature.json"}
    key = fingerprint(signing_key(data).public)
    assert run(["verify", str(out / "log.jsonl"), "--key", key]) == 0
    (out / "signature.json").write_text((out / "signature.json").read_text().replace('"head":"', '"head":"00'))
    assert run(["verify", str(out / "log.jsonl")]) == 1
