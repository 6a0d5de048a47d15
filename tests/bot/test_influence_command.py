"""`accord influence` as people type it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.__main__ import run
from bot.commands import influence as command
from engine.models.likelihood import LeftOut, Parted
from engine.models.resolve import Weights
from tests.bot.scripted_models import use_scripted_models
from tests.engine.models.loaded import BagOfWords
from tests.engine.test_influence import Words


class Embedder(BagOfWords):
    def __init__(self, *arguments: object, **options: object) -> None: ...

    def close(self) -> None: ...


def resolved(_name: str) -> Weights:
    return Weights(name="scripted", path=Path(), sha256="0" * 64, encoding="none")


class Drafter(Words):
    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__()

    def close(self) -> None: ...


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """The log of one scripted round, and a model that likes the words it has seen."""
    use_scripted_models(monkeypatch)

    def scored(model: Drafter, parted: Parted, order: list[int]) -> LeftOut:
        return model.score(parted, order)

    for name, stand_in in (("Embedder", Embedder), ("LanguageModel", Drafter), ("leave_one_out", scored)):
        monkeypatch.setattr(command, name, stand_in)
    monkeypatch.setattr(command, "bundled_embedder", Path)
    monkeypatch.setattr(command, "resolve", resolved)
    opinions = tmp_path / "opinions.csv"
    opinions.write_text("member,opinion\nAda,Close the street.\nBruno,Leave it open.\nChen,Try it in summer.\n")
    assert run(["draft", str(opinions), "--question", "Should it be closed?", "--out", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    return tmp_path / "out" / "log.jsonl"


def test_each_members_part_is_told(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["influence", str(log), "--json"]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert len(report["members"]) == 3
    assert all(np.isfinite(member["influence"]) and 0 <= member["agreement"] <= 1 for member in report["members"])
    assert run(["influence", str(log)]) == 0
    told = capsys.readouterr().out
    assert report["members"][0]["member"] in told
    assert "nats" in told


def test_a_redraft_without_a_member_is_shown(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["influence", str(log), "--json"]) == 0
    member = json.loads(capsys.readouterr().out)["members"][0]["member"]
    assert run(["influence", str(log), "--json", "--without", member]) == 0
    assert json.loads(capsys.readouterr().out)["without"]["member"] == member
    assert run(["influence", str(log), "--without", "nobody"]) == 2
    assert member in "".join(capsys.readouterr().err.split())


def test_a_log_without_a_selection_is_refused(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = log.read_text().splitlines()
    log.write_text("".join(line + "\n" for line in lines[:3]))
    assert run(["influence", str(log)]) == 2
    assert "no round" in " ".join(capsys.readouterr().err.split())
