"""`accord migrate`: everything that a deployment keeps, from files into Redis and back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.__main__ import run
from bot.live.stores import open_stores
from bot.settings import read_settings
from storage.export import export
from tests.redis_server import RedisServer
from tests.storage.logged import spoken


async def fill() -> None:
    stores = await open_stores(read_settings())
    await stores.log.append("d1", 0, spoken(["At the library."], "d1").events)
    await stores.log.append("d2", 0, spoken(["In the park.", "No."], "d2").events)
    await stores.notebook.put("place/d1", {"guild": 1, "channel": 2})
    assert await stores.notebook.claim("joined/1", 0, 10**12)
    await stores.close()


async def kept(folder: Path) -> tuple[bytes, dict[str, object]]:
    stores = await open_stores(read_settings())
    for name in await stores.log.list():
        await export(stores.log, name, folder / name)
    notes = await stores.notebook.all("")
    assert not await stores.notebook.claim("joined/1", 1, 10**12)
    await stores.close()
    return b"".join((folder / name).read_bytes() for name in ("d1", "d2")), notes


def test_a_deployment_moves_into_redis_and_back(
    redis_server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ACCORD_DATA", str(tmp_path / "first"))
    asyncio.run(fill())
    before = asyncio.run(kept(tmp_path / "before"))
    monkeypatch.setenv("REDIS_URL", redis_server.emptied())
    assert run(["migrate", "redis"]) == 0
    assert "2 deliberations, 2 notes" in capsys.readouterr().out
    assert asyncio.run(kept(tmp_path / "redis")) == before
    monkeypatch.setenv("ACCORD_DATA", str(tmp_path / "second"))
    assert run(["migrate", "sqlite"]) == 0
    monkeypatch.delenv("REDIS_URL")
    assert asyncio.run(kept(tmp_path / "back")) == before


def test_without_redis_there_is_nowhere_to_move(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert run(["migrate", "redis"]) == 2
    assert "REDIS_URL" in capsys.readouterr().err
