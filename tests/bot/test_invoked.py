"""A command that people are told to run works when it is pasted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.__main__ import run
from bot.invoked import invoked


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "my project" / ".venv" / "bin" / "accord"
    path.parent.mkdir(parents=True)
    path.touch(mode=0o755)
    monkeypatch.chdir(tmp_path / "my project")
    monkeypatch.setattr(sys, "argv", [str(path)])
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return path


def test_a_program_beside_the_path_is_named_by_its_path(
    program: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert invoked() == ".venv/bin/accord"
    monkeypatch.chdir(tmp_path.parent)
    monkeypatch.setattr(sys, "argv", [str(Path("/opt/my things/accord"))])
    assert invoked() == "'/opt/my things/accord'"
    assert program.is_file()


def test_a_program_on_the_path_is_named_by_its_name(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(program.parent))
    assert invoked() == "accord"


def test_a_module_is_named_with_its_python(monkeypatch: pytest.MonkeyPatch, program: Path) -> None:
    monkeypatch.setattr(sys, "argv", [str(program.parent / "bot" / "__main__.py")])
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))
    assert invoked() == ".venv/bin/python -m bot"


@pytest.mark.usefixtures("program")
def test_without_a_token_the_command_to_start_is_the_one_that_works(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISCORD_TOKEN", "ACCORD_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert run(["run"]) == 2
    assert "DISCORD_TOKEN=your-token .venv/bin/accord run" in capsys.readouterr().out
