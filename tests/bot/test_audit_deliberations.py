"""`accord audit deliberations` as people type it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import run
from bot.commands import audit_deliberations as command
from engine.audit import deliberations as audited
from engine.deliberation.commands import Withdraw
from engine.reward.interface import RewardModel
from engine.reward.voting_model import VotingModel
from storage.sqlite import SqliteEventLog
from tests.bot.scripted_models import use_scripted_models
from tests.engine.audit.test_deliberations import poll, reacted
from tests.engine.deliberation.world import World
from tests.engine.models.loaded import BagOfWords
from tests.engine.reward.test_voting_model import WEIGHTS


class Embedder(BagOfWords):
    def __init__(self, *arguments: object, **options: object) -> None: ...

    def close(self) -> None: ...


@pytest.fixture(autouse=True)
def without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """No model files are read; votes are predicted by weights that fit the stand-in's vectors."""

    def model(embedder: Any) -> RewardModel:
        return VotingModel(embedder, WEIGHTS)

    monkeypatch.setattr(command, "Embedder", Embedder)
    monkeypatch.setattr(command, "bundled_embedder", Path)
    monkeypatch.setattr(audited, "VotingModel", model)


def read(out: Path) -> dict[str, Any]:
    found = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    return {audit["name"]: audit for audit in found["audits"]}


def test_exported_logs_are_audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_scripted_models(monkeypatch)
    opinions = tmp_path / "opinions.csv"
    opinions.write_text("member,opinion\nAda,Close the street.\nBruno,Leave it open.\nChen,Try it in summer.\n")
    assert run(["draft", str(opinions), "--question", "Should it be closed?", "--out", str(tmp_path / "one")]) == 0
    out = tmp_path / "audit"
    assert run(["audit", "deliberations", str(tmp_path / "one" / "log.jsonl"), "--out", str(out)]) == 0
    audits = read(out)
    assert [audits[name]["verdict"] for name in ("A2", "A4", "A5", "A6")] == [
        "needs_model",
        "too_few",
        "too_few",
        "too_few",
    ]
    page = (out / "audit.html").read_text(encoding="utf-8")
    assert "Name one with --model" in page


async def kept(folder: Path, worlds: dict[str, World]) -> None:
    log = await SqliteEventLog.open(folder / "accord.sqlite")
    for name, world in worlds.items():
        await log.append(name, 0, world.events)
    await log.close()


def test_a_store_is_audited_with_its_reactions_once_deliberations_have_ended(tmp_path: Path) -> None:
    worlds = {
        "ended": World(ballots_shown_from=3),
        "running": World(ballots_shown_from=3),
        "polled": poll(voters=8, grade=7),
    }
    for name in ("ended", "running"):
        reacted(worlds[name], 14, 22)
    worlds["ended"].do(Withdraw, reason="It is decided.", moderator="mod")
    asyncio.run(kept(tmp_path, worlds))
    out = tmp_path / "audit"
    assert run(["audit", "deliberations", "--data", str(tmp_path), "--out", str(out), "--language", "ja"]) == 0
    votes = read(out)["A6"]
    by_name = {figure["name"]: figure for figure in votes["figures"]}
    assert (by_name["structure"]["members"], by_name["structure"]["statements"]) == (14, 22)
    assert by_name["ballots_apart"]["statements"] >= 1
    assert "メンバー" in (out / "audit.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name exported logs"),
        (["nowhere.jsonl"], "nowhere.jsonl"),
        (["--data", "."], "no Accord database"),
        (["x", "--model", "http://server#m"], "GGUF"),
    ],
)
def test_what_cannot_be_audited_is_said(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["audit", "deliberations", *arguments]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out").exists()


def test_a_deliberation_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(kept(tmp_path, {"one": poll(voters=8, grade=7)}))
    assert run(["audit", "deliberations", "two", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "no deliberation two" in " ".join(capsys.readouterr().err.split())
