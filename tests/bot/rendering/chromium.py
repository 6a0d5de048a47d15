"""A page in headless Chromium, asked over its DevTools protocol; whoever has no Chromium skips what needs it."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

PROGRAM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-port=0",
)


class Tab:
    """One page. `seen` are the protocol's events: requests, log entries, security violations."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.seen: list[dict[str, Any]] = []

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            answer = await self._socket.receive_json(timeout=60)
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]
            self.seen.append(answer)

    async def value(self, expression: str) -> Any:
        found = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return found["result"].get("value")

    async def open(self, path: Path, *, width: int, dark: bool = False) -> None:
        await self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", features=[scheme])
        self.seen.clear()
        await self.ask("Page.navigate", url=path.as_uri())
        while await self.value("document.readyState") != "complete":  # noqa: ASYNC110 - another program
            await asyncio.sleep(0.05)


@asynccontextmanager
async def tab(folder: Path) -> AsyncGenerator[Tab]:
    assert PROGRAM is not None
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        *QUIET,
        f"--user-data-dir={folder}",
        "about:blank",
        stderr=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        port = await _port(folder)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as listed:
                pages = json.loads(await listed.text())
            address = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as socket:
                made = Tab(socket)
                for domain in ("Page", "Network", "Log", "Runtime"):
                    await made.ask(f"{domain}.enable")
                yield made
    finally:
        process.terminate()
        await process.wait()


async def _port(folder: Path) -> int:
    """Chromium writes the port that it chose into its folder."""
    for _ in range(600):
        try:
            return int((folder / "DevToolsActivePort").read_text().split()[0])
        except (OSError, IndexError):
            await asyncio.sleep(0.05)
    raise TimeoutError("Chromium did not start")
