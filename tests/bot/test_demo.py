"""The demonstration: a whole deliberation on the screen, through the real log, with scripted models."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.__main__ import run
from bot.demo import play
from bot.demo.thread import ScriptedMember, Thread, written_thread
from bot.rendering.escaping import plain
from engine.deliberation.events import Opened, PollOpened
from storage.export import read_events
from tests.bot.scripted_models import use_scripted_models

HOSTILE = "[/] [bold]x[/bold] \x1b[2J \u202edrow <script> | # `y` ![z](http://z)"


@pytest.fixture(autouse=True)
def _scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    use_scripted_models(monkeypatch)


def test_a_whole_deliberation_is_played_logged_and_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["demo", "--fast", "--out", str(tmp_path)]) == 0
    screen = capsys.readouterr().out
    panels, commands = screen.split("Check it yourself")
    assert "Written" in commands
    assert [line for line in panels.splitlines() if len(line) > 80] == []
    order = [
        "Members say what they think",
        "nobody has agreed yet",
        "Not yet in the draft: Dana.",
        "Members do not see this before the poll closes",
        "Members say what is missing",
        "None of these: keep things as they are",
        "simulated ballots",
        "8 of 8 have voted",
        "8 could take part, 8 spoke, 8 voted",
        "The log is whole",
        "kept a receipt",
        "ballot is in the count, as it was cast.",
    ]
    assert [screen.find(words) for words in order] == sorted(screen.find(words) for words in order)
    assert all(words in screen for words in order)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.jsonl", "summary.md"]

    log = str(tmp_path / "log.jsonl")
    receipt = re.search(r"--receipt (\w+:\w+)", screen)
    assert receipt is not None
    assert run(["verify", log, "--receipt", receipt[1]]) == 0
    assert run(["replay", log]) == 0
    assert capsys.readouterr().out.count("chooses the same statement again") == 8


def test_members_screens_show_no_prediction_before_the_poll_closes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["demo", "--fast", "--out", str(tmp_path)]) == 0
    screen = capsys.readouterr().out
    backstage = screen[screen.index("behind the scenes") : screen.index("Members say what is missing")]
    before_the_end = screen[: screen.index("have voted")].replace(backstage, "")
    percentages = re.findall(r"\d+%", before_the_end)
    assert percentages == ["60%", "20%"], "only the adoption rule's own figures"


def test_the_summary_tells_the_same_to_people_without_tools(tmp_path: Path) -> None:
    assert run(["demo", "--fast", "--out", str(tmp_path)]) == 0
    page = (tmp_path / "summary.md").read_text()
    for person in written_thread().member:
        assert f"**{person.name}**: {person.opinion}" in page
    for words in ("## How the wording came about", "nobody had agreed yet", "| 7 strongly agree |", "## Figures"):
        assert words in page


def test_the_log_of_the_demonstration_is_a_deliberation_as_any_other(tmp_path: Path) -> None:
    assert run(["demo", "--fast", "--out", str(tmp_path)]) == 0
    events = read_events(tmp_path / "log.jsonl")
    opened = [event for event in events if isinstance(event, Opened)]
    polls = [event for event in events if isinstance(event, PollOpened)]
    assert opened[0].settings.quorum.ballots == 3
    assert polls[0].options[-1] == "none"
    log = (tmp_path / "log.jsonl").read_text()
    assert not any(re.search(rf"\b{person.name}\b", log) for person in written_thread().member)


def test_pictures_are_of_each_act_and_ask_nothing_of_the_web(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    assert run(["demo", "--fast", "--out", str(tmp_path / "out"), "--pictures", str(pictures)]) == 0
    assert sorted(path.stem for path in pictures.iterdir()) == ["candidates", "critique", "result", "thread"]
    for path in pictures.iterdir():
        assert not re.search(r"url\(['\"]?http|@font-face|href", path.read_text())


def test_hostile_words_stay_words_on_every_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = HOSTILE.replace("\x1b", "")  # which the deliberation itself refuses in an opinion
    people = tuple(
        ScriptedMember(name=f"[/]{number}", opinion=f"{number} {words}", critique=words, reason=words, publish=True)
        for number in range(8)
    )
    thread = Thread(question=f"Why? {words}", background=words, member=people)
    monkeypatch.setattr(play, "written_thread", lambda: thread)
    assert run(["demo", "--fast", "--out", str(tmp_path)]) == 0
    screen = capsys.readouterr().out
    assert "[bold]x[/bold]" in screen
    assert "\x1b" not in screen + (tmp_path / "summary.md").read_text()
    assert "\u202e" not in screen + (tmp_path / "summary.md").read_text()
    assert "<script>" not in (tmp_path / "summary.md").read_text().replace(r"\<script\>", "")


def test_a_demonstration_replaces_an_earlier_one(tmp_path: Path) -> None:
    for _ in range(2):
        assert run(["demo", "--fast", "--out", str(tmp_path)]) == 0


def test_a_folder_that_cannot_be_written_is_said_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert run(["demo", "--fast", "--out", str(tmp_path / "file")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Cannot write" in plain(said.err)
