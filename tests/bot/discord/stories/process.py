"""`accord run` as a process of its own, which can be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.bot.scripted_models import RUNNER
from tests.discord_server.server import LoopbackDiscord

PATIENCE = 30.0
"""Seconds for a start or an end."""


class BotProcess:
    """The real program, told by its settings to use the loopback Discord."""

    def __init__(self, server: LoopbackDiscord, folder: Path, **settings: Any) -> None:
        self._server, self._folder = server, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._clock = folder / "clock"
        self._clock.write_text("0")
        self._ahead = 0.0
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None
        self.said = folder / "stderr.log"

    async def starts(self) -> None:
        """Start it and wait for its login."""
        fields = {
            "api_url": self._server.api_url,
            "gateway_url": self._server.gateway_url,
            "data": self._folder / "data",
            "runner": RUNNER,
            "import_before_start": "tests.bot.discord.stories.later_clock",
            "message_content": True,
            "draft_quiet_seconds": 0.05,
            "card_quiet_seconds": 0.02,
            "tick_seconds": 0.1,
            "acts_per_minute": 1000,
        } | self._settings
        environment = {f"ACCORD_{name.upper()}": str(value) for name, value in fields.items()}
        before = len(self._server.gateway.sessions)
        with self.said.open("ab") as said:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                env=os.environ
                | environment
                | {"DISCORD_TOKEN": self._server.token, "ACCORD_TEST_CLOCK": str(self._clock)},
                stdout=said,
                stderr=said,
            )
        try:
            await self._server.until(
                lambda: len(self._server.gateway.sessions) > before and self._server.gateway.connected,
                patience=PATIENCE,
                what="the process's login",
            )
        except AssertionError as problem:
            raise AssertionError(f"{problem}\n{self.said.read_text()[-2000:]}") from None
        # Ready comes two seconds after the last server was told: discord.py waits for more.
        await asyncio.sleep(2.2)

    def killed(self) -> None:
        """SIGKILL, at once."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)

    async def is_gone(self) -> int:
        """Wait for its end; the exit code."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), PATIENCE)

    async def stops(self) -> int:
        """SIGTERM; the exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
        return await self.is_gone()

    async def comes_back(self) -> None:
        """After a kill: wait for the end and start again."""
        await self.is_gone()
        await self.starts()

    def advance(self, **duration: float) -> None:
        """Let time pass, for Discord and for the process."""
        before = self._server.clock.seconds()
        self._server.clock.advance(**duration)
        self._ahead += round(self._server.clock.seconds() - before)
        self._clock.write_text(str(self._ahead))
