"""`accord status`, /metrics and /healthz."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from bot.__main__ import run
from bot.live.draft_queue import DraftQueue
from bot.live.figures import Figures
from bot.live.monitor import Monitor
from bot.live.stores import open_stores
from bot.settings import read_settings
from storage.errors import StorageError
from storage.redis_connection import RedisConnection
from tests.bot.discord.house import PATIENT, Street, bot_on
from tests.discord_server.client import pointed_at
from tests.discord_server.server import LoopbackDiscord
from tests.engine.reward.test_deployment import voted
from tests.redis_server import RedisServer
from tests.storage.logged import opened


async def fetch(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, await answer.text()


def samples(text: str) -> dict[tuple[str, str], float]:
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_running_bot_tells_how_it_stands_and_nothing_listens_unless_asked(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    async with LoopbackDiscord(seconds_to_answer=PATIENT) as server:
        with pointed_at(server):
            street = Street(server)
            where = {"redis_url": SecretStr(redis_server.emptied()), "drafting": "workers"}
            async with bot_on(server, tmp_path, metrics_port=0, **where) as bot:
                assert bot.settings.metrics_host == "127.0.0.1"
                thread = await street.opens()
                await street.speak(thread)
                await server.until(lambda: "a draft is being made" in thread.pins[0].text, what="the job")
                assert await fetch(bot.monitor.port, "/healthz") == (200, "ok\n")
                status, text = await fetch(bot.monitor.port, "/metrics")
                found = samples(text)
                assert status == 200
                assert found["accord_deliberations", "collecting"] == 1
                assert found["accord_deliberations_drafting", ""] == 1
                assert found["accord_queue_jobs", "waiting"] == 1
                assert found["accord_store_up", ""] == 1
                assert found["process_resident_memory_bytes", ""] > 0
                assert "Ada" not in text
                assert "Close it" not in text
            async with bot_on(server, tmp_path / "quiet") as bot:
                assert bot.monitor.port == 0


async def test_a_store_that_does_not_answer_is_said_and_not_well() -> None:
    async def fails() -> Any:
        raise StorageError("redis_unreachable", place="x", reason="y")

    monitor = Monitor(fails, fails)
    await monitor.start("127.0.0.1", 0)
    assert (await fetch(monitor.port, "/healthz"))[0] == 503
    assert samples((await fetch(monitor.port, "/metrics"))[1])["accord_store_up", ""] == 0
    await monitor.close()


async def test_a_process_that_is_not_ready_is_not_well() -> None:
    async def figures() -> Figures:
        return Figures({}, 0, 0, {}, None)

    async def not_yet() -> bool:
        return False

    monitor = Monitor(figures, not_yet)
    await monitor.start("127.0.0.1", 0)
    assert await fetch(monitor.port, "/healthz") == (503, "not well\n")
    await monitor.close()


async def deploy(url: str) -> None:
    stores = await open_stores(read_settings())
    await stores.log.append("d1", 0, opened("d1").events)
    await stores.notebook.put("alive", round(time.time() * 1000) - 5000)
    await stores.close()
    connection = await RedisConnection.open(url)
    queue = DraftQueue(connection)
    await queue.put("d1", "r1")
    await connection.close()


def test_status_says_what_an_operator_should_look_at(
    redis_server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_URL", url := redis_server.emptied())
    asyncio.run(deploy(url))
    assert run(["status"]) == 1
    said = capsys.readouterr().out
    for words in ("1 deliberation\n", "queue: 1 waiting, 0 being drafted", "no worker is heard", "past its deadline"):
        assert words in said
    assert run(["status", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["troubles"] == ["overdue", "no_workers"]
    assert 4 < found["ran"]["bot"] < 60


def test_where_the_deployment_learns_status_says_from_how_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def keep(name: str, voters: int) -> None:
        stores = await open_stores(read_settings())
        # Four who allow it are too few to hide among: what they voted is not counted.
        await stores.log.append(name, 0, voted(voters, 5).events)
        await stores.close()

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("ACCORD_DATA", str(tmp_path))
    for name, voters in (("few", 4), ("some", 12)):
        asyncio.run(keep(name, voters))
    assert run(["status"]) == 0
    assert "learn" not in capsys.readouterr().out
    monkeypatch.setenv("ACCORD_LEARNING", "1")
    assert run(["status"]) == 0
    said = capsys.readouterr().out
    assert "learns from members who allow it: 12 ballots of 1 deliberation that is over" in said
    assert "until there are 20 ballots" in said
    asyncio.run(keep("more", 9))
    assert run(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["learning"] == {"ballots": 21, "deliberations": 2, "learnt": True}


def test_where_nothing_is_stored_status_says_so_and_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("ACCORD_DATA", str(tmp_path / "nowhere"))
    assert run(["status"]) == 2
    assert "nowhere" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()
