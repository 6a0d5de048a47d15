"""The bot leaves drafting to `accord worker`, in processes of their own that can be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.bot.discord.house import Street, bot_on, card, card_says
from tests.bot.scripted_models import UNHURRIED
from tests.discord_server.server import LoopbackDiscord
from tests.redis_server import RedisServer


class WorkerProcess:
    """`accord worker` with scripted models."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._said = folder / "worker.log"
        self._process: asyncio.subprocess.Process | None = None

    async def starts(self) -> None:
        environment = {"REDIS_URL": self._url, "ACCORD_RUNNER": UNHURRIED, "ACCORD_WORKER_SILENT_SECONDS": "1"}
        with self._said.open("ab") as said:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "worker", env=os.environ | environment, stdout=said, stderr=said
            )

    async def says(self, words: str) -> None:
        for _ in range(400):
            if words in self._said.read_text():
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"no {words!r} in\n{self._said.read_text()[-2000:]}")

    async def ends(self, sign: int) -> int:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(sign)
        return await asyncio.wait_for(self._process.wait(), 20)


@pytest.fixture
async def workers(redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[list[WorkerProcess]]:
    url = redis_server.emptied()
    both: list[WorkerProcess] = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        both.append(WorkerProcess(url, tmp_path / name))
    yield both
    for worker in both:
        if worker._process is not None:  # pyright: ignore[reportPrivateUsage]
            await worker.ends(signal.SIGKILL)


def settings(redis_server: RedisServer) -> dict[str, Any]:
    return {"redis_url": SecretStr(redis_server.url), "drafting": "workers", "worker_silent_seconds": 1}


class NoModels:
    """What the bot drafts with where workers do: nothing."""

    async def draft(self, job: Any) -> Any:
        raise AssertionError("the bot drafted itself")


async def test_a_draft_made_elsewhere_is_on_the_card(
    server: LoopbackDiscord, redis_server: RedisServer, workers: list[WorkerProcess], tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path, drafter=NoModels(), **settings(redis_server)):
        thread = await street.opens()
        await street.speak(thread)
        await card_says(server, thread, "a draft is being made")
        await workers[0].starts()
        await server.until(lambda: "agreed yet" in card(thread).text, patience=30, what="the worker's draft")
        assert await workers[0].ends(signal.SIGTERM) == 0
    assert server.refusals == []


async def test_a_killed_workers_draft_is_made_by_another(
    server: LoopbackDiscord, redis_server: RedisServer, workers: list[WorkerProcess], tmp_path: Path
) -> None:
    street = Street(server)
    first, second = workers
    async with bot_on(server, tmp_path, drafter=NoModels(), **settings(redis_server)):
        await first.starts()
        thread = await street.opens()
        await street.speak(thread)
        await first.says("drafting d")
        await first.ends(signal.SIGKILL)
        await second.starts()
        await second.says("drafting d")
        # It stops at once when it is told to, and gives the job back: nothing is lost, nothing is held up.
        assert await second.ends(signal.SIGTERM) == 0
        await second.starts()
        await server.until(lambda: "agreed yet" in card(thread).text, patience=60, what="the second worker's draft")
    assert server.refusals == []
