"""What every notebook must do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.live.notebook import Notebook
from bot.live.redis_notebook import RedisNotebook
from bot.live.sqlite_notebook import SqliteNotebook
from storage.redis_connection import RedisConnection
from tests.redis_server import RedisServer


@pytest.fixture(params=["sqlite", "redis"])
async def notebook(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Notebook]:
    if request.param == "sqlite":
        notes = await SqliteNotebook.open(tmp_path / "notes.sqlite")
        yield notes
        await notes.close()
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    connection = await RedisConnection.open(server.emptied())
    yield RedisNotebook(connection)
    await connection.close()


async def test_a_note_is_read_back_changed_and_dropped(notebook: Notebook) -> None:
    assert await notebook.get("place/a") is None
    await notebook.put("place/a", {"guild": 1, "名": ["x", None]})
    assert await notebook.get("place/a") == {"guild": 1, "名": ["x", None]}
    await notebook.put("place/a", 2)
    assert await notebook.get("place/a") == 2
    await notebook.drop("place/a")
    await notebook.drop("place/a")
    assert await notebook.get("place/a") is None


async def test_notes_are_found_and_dropped_by_how_their_key_begins(notebook: Notebook) -> None:
    for key in ("person/d*/1", "person/d*/2", "person/dx/1", "person/[d]\\/1", "place/d*"):
        await notebook.put(key, key)
    assert await notebook.all("person/d*/") == {"1": "person/d*/1", "2": "person/d*/2"}
    assert await notebook.all("person/[d]\\/") == {"1": "person/[d]\\/1"}
    await notebook.drop_all("person/d*/")
    assert sorted(await notebook.all("")) == ["person/[d]\\/1", "person/dx/1", "place/d*"]


async def test_a_note_about_somebody_who_is_forgotten_is_in_no_file_any_more(
    request: pytest.FixtureRequest, notebook: Notebook, tmp_path: Path
) -> None:
    def on_disk() -> bytes:
        if isinstance(notebook, SqliteNotebook):
            return b"".join(path.read_bytes() for path in tmp_path.iterdir())
        return request.getfixturevalue("redis_server").files()

    await notebook.put("person/d/470011", 1)
    await notebook.put("person/d/470022", 1)
    assert b"470011" in on_disk()
    await notebook.forget("person/d/470011", "remind/d/470011")
    assert b"470011" not in on_disk()
    assert b"470022" in on_disk()
    assert await notebook.all("person/d/") == {"470022": 1}


async def test_of_many_who_claim_at_once_one_may_and_another_only_when_the_lease_is_over(notebook: Notebook) -> None:
    claims = await asyncio.gather(*(notebook.claim("reminder", 1_000, 500) for _ in range(20)))
    assert sum(claims) == 1
    assert not await notebook.claim("reminder", 1_499, 500)
    assert await notebook.claim("reminder", 1_500, 500)
    assert await notebook.claim("other", 1_000, 500)


async def test_a_lease_that_is_given_back_can_be_taken_at_once(notebook: Notebook) -> None:
    assert await notebook.claim("post/d/card", 1_000, 30_000)
    assert not await notebook.claim("post/d/card", 2_000, 30_000)
    await notebook.drop("claim/post/d/card")
    assert await notebook.claim("post/d/card", 3_000, 30_000)
    assert await notebook.all("claim/") == {"post/d/card": 33_000}
