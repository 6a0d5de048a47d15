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


def test_moved_again_whoever_was_forgotten_meanwhile_is_forgotten_there_too(
    redis_server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ACCORD_DATA", str(tmp_path / "data"))

    async def notes(person: str, *, forget: bool) -> dict[str, object]:
        stores = await open_stores(read_settings())
        if forget:
            await stores.log.erase("d2", ["m0"])
            await stores.notebook.drop(f"person/d2/{person}")
        elif not await stores.log.list():
            await stores.log.append("d2", 0, spoken(["In the park.", "No."], "d2").events)
            for one in ("7", "8"):
                await stores.notebook.put(f"person/d2/{one}", 1)
        found = await stores.notebook.all("person/d2/")
        await stores.close()
        return found

    asyncio.run(notes("7", forget=False))
    url = redis_server.emptied()
    monkeypatch.setenv("REDIS_URL", url)
    assert run(["migrate", "redis"]) == 0
    monkeypatch.delenv("REDIS_URL")
    asyncio.run(notes("7", forget=True))
    monkeypatch.setenv("REDIS_URL", url)
    capsys.readouterr()
    assert run(["migrate", "redis"]) == 0
    assert (
        "Forgotten since the last copy, and so deleted in the new place as well: 1 values." in capsys.readouterr().out
    )
    assert asyncio.run(notes("7", forget=False)) == {"8": 1}


def test_without_redis_there_is_nowhere_to_move(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert run(["migrate", "redis"]) == 2
    assert "REDIS_URL" in capsys.readouterr().err
