"""The settings: documented each, read from the environment and `.env`, and refused with a sentence."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord.http import Route

from bot.__main__ import run
from bot.commands import run as run_command
from bot.errors import InputError
from bot.settings import BotSettings, read_settings
from tests.bot.discord.house import PATIENT
from tests.discord_server.server import LoopbackDiscord

DOCS = Path(__file__).parents[3] / "docs" / "settings.md"
OTHER_NAMES = {"token": "DISCORD_TOKEN", "redis_url": "REDIS_URL"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("ACCORD_") or name in ("DISCORD_TOKEN", "REDIS_URL"):
            monkeypatch.delenv(name)


def test_every_setting_is_documented_and_nothing_else() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(documented) == sorted(
        OTHER_NAMES.get(name, f"ACCORD_{name.upper()}") for name in BotSettings.model_fields
    )


def test_documented_defaults_are_the_real_ones() -> None:
    rows = dict(re.findall(r"^\| `ACCORD_([A-Z_]+)` \| `([^`]+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(rows) > 12
    for name, shown in rows.items():
        default = BotSettings.model_fields[name.lower()].default
        assert shown == (str(default).lower() if isinstance(default, bool) else str(default))


def test_settings_come_from_the_environment_and_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN=from-the-file\nACCORD_MODEL=small.gguf\n# a remark\n")
    monkeypatch.setenv("ACCORD_MODEL", "large.gguf")
    found = read_settings()
    assert found.token is not None
    assert found.token.get_secret_value() == "from-the-file"
    assert found.model == "large.gguf"
    assert "from-the-file" not in repr(found)


def test_the_file_with_the_token_stays_out_of_version_control() -> None:
    assert ".env" in (DOCS.parents[1] / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ACCORD_TICK_SECONDS", "often")
    with pytest.raises(InputError, match="setting_wrong"):
        read_settings()
    assert run(["run"]) == 2
    assert "tick_seconds cannot be used" in capsys.readouterr().err


def test_without_a_token_it_says_how_to_make_a_bot(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["run"]) == 2
    told = capsys.readouterr().out
    assert "https://discord.com/oauth2/authorize?client_id=YOUR-APPLICATION-ID" in told
    for words in ("Send Messages in Threads", "Manage Threads", "none is needed", "DISCORD_TOKEN=your-token"):
        assert words in told
    monkeypatch.setenv("ACCORD_APPLICATION_ID", "4711")
    monkeypatch.setenv("ACCORD_MESSAGE_CONTENT", "true")
    assert run(["run"]) == 2
    told = capsys.readouterr().out
    assert "client_id=4711" in told
    assert "Message Content Intent" in told


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ACCORD_MODERATOR_PERMISSION", "rule_the_world", "no permission called rule_the_world"),
        (
            "ACCORD_API_URL",
            "nonsense",
            "The setting api_url cannot be used: Value error, an address begins with http://",
        ),
        ("ACCORD_GATEWAY_URL", "http://127.0.0.1", "The setting gateway_url cannot be used"),
        ("ACCORD_IMPORT_BEFORE_START", "no_such_module_anywhere", "no_such_module_anywhere"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_started(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, words: str
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "token")
    monkeypatch.setenv(name, value)
    assert run(["run"]) == 2
    assert words in capsys.readouterr().err


def test_an_outage_of_discord_is_no_mistake_of_accord(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def outage(*_: object) -> None:
        answer = SimpleNamespace(status=500, reason="Internal Server Error")
        raise discord.DiscordServerError(cast("Any", answer), "no")

    monkeypatch.setattr(Route, "BASE", Route.BASE)
    for name, value in (("DISCORD_TOKEN", "token"), ("ACCORD_DATA", str(tmp_path)), ("ACCORD_RUNNER", "none:none")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ACCORD_API_URL", "http://127.0.0.1:1")
    assert run(["run"]) == 1
    assert "Discord cannot be reached (Cannot connect to host 127.0.0.1:1" in capsys.readouterr().err
    assert "voice" not in caplog.text
    monkeypatch.setattr(run_command, "run_bot", outage)
    assert run(["run"]) == 1
    assert "Discord cannot be reached (500 Internal Server Error" in capsys.readouterr().err


async def test_a_wrong_token_is_refused_with_a_sentence_and_sigterm_ends_with_0(tmp_path: Path) -> None:
    """As people start it: a process of its own, pointed at another server by its settings."""
    async with LoopbackDiscord(seconds_to_answer=PATIENT) as server:
        server.guild()
        environment = os.environ | {
            "DISCORD_TOKEN": "nobody's",
            "ACCORD_API_URL": server.api_url,
            "ACCORD_GATEWAY_URL": server.gateway_url,
            "ACCORD_DATA": str(tmp_path / "data"),
            "ACCORD_RUNNER": "tests.bot.scripted_models:models",
            "PYTHONPATH": str(DOCS.parents[1]),
        }
        command = [sys.executable, "-m", "bot", "run"]

        async def started() -> asyncio.subprocess.Process:
            return await asyncio.create_subprocess_exec(
                *command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE
            )

        refused = await started()
        _, said = await asyncio.wait_for(refused.communicate(), 60)
        assert refused.returncode == 2
        assert b"does not accept the token" in said

        environment["DISCORD_TOKEN"] = server.token
        running = await started()
        await server.until(lambda: server.asked("PUT", r"/applications/\d+/commands"), patience=60)
        await server.ready()
        running.send_signal(signal.SIGTERM)
        _, said = await asyncio.wait_for(running.communicate(), 60)
        assert running.returncode == 0, said
        assert b"Traceback" not in said
