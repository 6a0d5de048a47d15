"""`accord run` as operators meet it: what is wrong is said in a sentence, with an exit code and without a traceback."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from tests.bot.discord.house import PATIENT
from tests.bot.scripted_models import RUNNER
from tests.discord_server.server import LoopbackDiscord

PATIENCE = 30.0


async def run(folder: Path, settings: dict[str, str] | None = None) -> tuple[int, str]:
    """Run the program to its end: exit code, and all that it says."""
    fields = {"ACCORD_DATA": str(folder / "data"), "ACCORD_RUNNER": RUNNER, "NO_COLOR": "1", "COLUMNS": "500"}
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ACCORD_", "DISCORD_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        env=clean | fields | (settings or {}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        process.kill()
        said, _ = await process.communicate()
        raise AssertionError(f"it did not end within {PATIENCE} s, but said: {said.decode()[-1500:]}") from None
    assert process.returncode is not None
    return process.returncode, said.decode()


def addresses(server: LoopbackDiscord, **more: str) -> dict[str, str]:
    return {
        "DISCORD_TOKEN": server.token,
        "ACCORD_API_URL": server.api_url,
        "ACCORD_GATEWAY_URL": server.gateway_url,
    } | more


async def test_without_a_token_it_says_how_to_make_a_bot(tmp_path: Path):
    code, said = await run(tmp_path)
    assert code == 2
    for words in ("DISCORD_TOKEN", "https://discord.com/developers/applications", "permissions="):
        assert words in said


async def test_a_wrong_token_is_explained(server: LoopbackDiscord, tmp_path: Path):
    code, said = await run(tmp_path, addresses(server, DISCORD_TOKEN="wrong"))
    assert code == 2
    assert "token" in said.lower()
    assert "Traceback" not in said


@pytest.mark.parametrize("intent", ["ACCORD_MESSAGE_CONTENT", "ACCORD_MEMBERS_INTENT"])
async def test_an_intent_that_is_not_switched_on_is_explained(tmp_path: Path, intent: str):
    async with LoopbackDiscord(message_content=False, members=False, seconds_to_answer=PATIENT) as server:
        code, said = await run(tmp_path, addresses(server, **{intent: "true"}))
    assert code == 2
    assert "intent" in said.lower()
    assert "Traceback" not in said


async def test_without_a_network_it_says_so(server: LoopbackDiscord, tmp_path: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code, said = await run(tmp_path, addresses(server, ACCORD_API_URL=f"http://127.0.0.1:{port}/api/v10"))
    assert code == 1
    assert str(port) in said
    assert "Traceback" not in said


async def test_a_token_that_is_withdrawn_while_it_runs_ends_it_with_a_sentence(server: LoopbackDiscord, tmp_path: Path):
    server.guild()
    running = asyncio.create_task(run(tmp_path, addresses(server)))
    await server.until(lambda: server.gateway.connected, patience=30)
    await asyncio.sleep(0.5)
    server.gateway.close(4004)
    code, said = await running
    assert code in (1, 2)
    assert "token" in said.lower()
    assert "Traceback" not in said


async def test_commands_that_discord_does_not_take_are_no_reason_to_stay_away(server: LoopbackDiscord, tmp_path: Path):
    """Registering can fail (403 without the commands scope, 429 of a day): deliberations under way go on."""
    server.guild()
    server.fails("PUT", r"/applications/\d+/commands", status=403, code=50001)
    running = asyncio.create_task(run(tmp_path, addresses(server)))
    await server.until(lambda: server.gateway.connected or running.done(), patience=30)
    connected = bool(server.gateway.connected)
    if connected:
        await asyncio.sleep(0.5)
        server.gateway.close(4004)
    _, said = await running
    assert "Traceback" not in said
    assert connected, said[-1500:]
