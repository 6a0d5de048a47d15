"""`accord influence` as people type it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.__main__ import run
from bot.commands import influence as command
from engine.models.likelihood import LeftOut, Parted
from engine.models.resolve import Weights
from tests.bot.rendering.test_report import Page
from tests.bot.scripted_models import use_scripted_models
from tests.engine.deliberation.world import World
from tests.engine.models.loaded import BagOfWords
from tests.engine.test_influence import Words
from tests.storage.logged import Scripted
from tests.storage.polled import Polled


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
def log(tmp_path: Path, listening: None, capsys: pytest.CaptureFixture[str]) -> Path:
    """The log of one scripted round."""
    opinions = tmp_path / "opinions.csv"
    opinions.write_text("member,opinion\nAda,Close the street.\nBruno,Leave it open.\nChen,Try it in summer.\n")
    assert run(["draft", str(opinions), "--question", "Should it be closed?", "--out", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    return tmp_path / "out" / "log.jsonl"


@pytest.fixture
async def polled_log(tmp_path: Path, listening: None) -> Path:
    """Seven members of one mind, five each with another, and a poll whose ballots choose what was shown second."""
    world = World(shortlist=2, rounds=1)
    for number in range(7):
        world.say(f"m{number}", "Close the street to cars.")
    for number, words in enumerate(("Soup is good", "Dogs bark", "Trams run late", "Buy more books", "Rain again")):
        world.say(f"m{7 + number}", words)
    world.say("m11", "Draft several letters quickly please everybody")
    world.draft()
    world.open_poll()
    for number in range(8):
        world.vote(f"v{number}", 3, 7)
    world.close_poll()
    script = Scripted()
    script.events = tuple(world.events)
    return await Polled(script).exported(tmp_path)


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that likes the words it has seen."""
    use_scripted_models(monkeypatch)

    def scored(model: Drafter, parted: Parted, order: list[int]) -> LeftOut:
        return model.score(parted, order)

    for name, stand_in in (("Embedder", Embedder), ("LanguageModel", Drafter), ("leave_one_out", scored)):
        monkeypatch.setattr(command, name, stand_in)
    monkeypatch.setattr(command, "bundled_embedder", Path)
    monkeypatch.setattr(command, "resolve", resolved)


def measured(log: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """What `accord influence --json` prints, in a file."""
    capsys.readouterr()
    assert run(["influence", str(log), "--json"]) == 0
    path = folder / "measured.json"
    path.write_text(capsys.readouterr().out)
    return path


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


def test_what_the_ballots_chose_is_measured_and_compared_with_them(
    polled_log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["influence", str(polled_log)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "The statement: Draft 1" in told
    assert "5 of 12 members are not reflected in the draft" in told
    assert "No candidate holds the view of: m10, m11, m7, m8, m9." in told
    assert "Predicted agreement with it is 60% on average; of the ballots, 100% agree" in told


def test_a_measurement_goes_into_the_report_and_the_zip_without_a_model(
    polled_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = measured(polled_log, tmp_path, capsys), tmp_path / "out"
    monkeypatch.delattr(command, "LanguageModel")
    export = ["export", str(polled_log), "--format", "html", "--format", "zip", "--out", str(out)]
    assert run([*export, "--influence", str(path)]) == 0
    page = Page((out / "report.html").read_text(encoding="utf-8"))
    assert "Whose words moved the statement" in page.text
    assert "5 of 12 members are not reflected in the draft" in page.text
    assert "Predicted agreement of the 7 members whose view is in a candidate: 60%." in page.text
    assert "Predicted agreement of the 5 members whose view is in none: 60%." in page.text
    assert "Of the ballots, 100% agree." in page.text
    assert "The language model scripted" in page.text
    assert "m11" in page.text
    with zipfile.ZipFile(out / "d.zip") as archive:
        assert json.loads(archive.read("influence.json"))["members"][0]["member"] == "m0"
        assert "influence.json" in json.loads(archive.read("manifest.json"))["files"]
    assert run([*export]) == 0
    assert "Whose words moved" not in (out / "report.html").read_text(encoding="utf-8")


def test_of_who_gave_several_opinions_each_is_told(
    polled_log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["influence", str(polled_log)]) == 0
    told = capsys.readouterr().out
    assert "“Draft" in told
    assert "“Dogs bark”" not in told, "a single opinion moved it as far as its member"
    path, out = measured(polled_log, tmp_path, capsys), tmp_path / "out"
    parts = {one["member"]: one["opinions"] for one in json.loads(path.read_text())["members"]}
    assert [part["influence"] > 0 for part in parts["m11"]] == [False, True]
    assert [len(part) for part in parts.values()].count(1) == 11
    assert run(["export", str(polled_log), "--format", "html", "--influence", str(path), "--out", str(out)]) == 0
    page = Page((out / "report.html").read_text(encoding="utf-8"))
    assert "Each opinion of those who gave several" in page.text
    rows = page.text.partition("Each opinion of those")[2].partition("Each was left out alone")[0]
    assert rows.index("Draft several letters quickly please everybody") < rows.index("Rain again")
    assert "Dogs bark" not in rows


def test_below_the_threshold_a_measurement_is_not_told(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = measured(log, tmp_path, capsys), tmp_path / "told"
    export = ["export", str(log), "--format", "html", "--format", "zip", "--out", str(out)]
    assert run([*export, "--influence", str(path)]) == 0
    page = Page((out / "report.html").read_text(encoding="utf-8"))
    assert "Whose words moved the statement is told from 5 members on" in page.text
    assert "moved it by" not in page.text
    with zipfile.ZipFile(next(out.glob("*.zip"))) as archive:
        assert "influence.json" not in archive.namelist()


def test_a_measurement_of_another_log_is_refused_and_so_is_what_is_none(
    log: Path, polled_log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = measured(log, tmp_path, capsys)
    export = ["export", str(polled_log), "--format", "html", "--out", str(tmp_path / "told")]
    assert run([*export, "--influence", str(path)]) == 2
    assert "was measured on another log" in " ".join(capsys.readouterr().err.split())
    path.write_text("{}")
    assert run([*export, "--influence", str(path)]) == 2
    assert "is not what" in " ".join(capsys.readouterr().err.split())
    assert list((tmp_path / "told").iterdir()) == []
