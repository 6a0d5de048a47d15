"""Several writers of one deliberation, and a program that dies at the wrong moment."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import weakref
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.deliberation import commands as c
from engine.deliberation.errors import DeliberationError
from engine.deliberation.events import AnyEvent, OpinionGiven
from engine.deliberation.evolve import fold
from storage.errors import StorageError
from storage.sessions import Session, Sessions
from storage.settling import erase_what_is_due
from storage.sqlite import SqliteEventLog


def command(kind: type[Any], request: str, **fields: Any) -> Any:
    return kind(at=1, request=request, entropy=hashlib.sha256(request.encode()).hexdigest(), **fields)


OPEN = command(c.Open, "open", question="Where do we meet?", moderator="mod")


def opinion(number: int) -> Any:
    return command(c.GiveOpinion, f"say-{number}", member=f"m{number}", text=f"opinion {number}")


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteEventLog]:
    store = await SqliteEventLog.open(tmp_path / "log.sqlite")
    yield store
    await store.close()


async def test_writers_in_two_programs_lose_and_double_nothing(log: SqliteEventLog, tmp_path: Path) -> None:
    other = await SqliteEventLog.open(tmp_path / "log.sqlite")
    here, there = Session(log, "d"), Session(other, "d")
    await here.do(OPEN)
    await asyncio.gather(*((here if number % 2 else there).do(opinion(number)) for number in range(20)))
    said = [event.member for event in await log.read("d") if isinstance(event, OpinionGiven)]
    assert sorted(said) == sorted(f"m{number}" for number in range(20))
    assert await here.catch_up() == await there.catch_up() == fold(await log.read("d"))
    await other.close()


async def test_a_request_that_arrives_at_two_programs_happens_once(log: SqliteEventLog) -> None:
    here, there = Session(log, "d"), Session(log, "d")
    await here.do(OPEN)
    again = opinion(1).model_copy(update={"entropy": "0" * 64})
    made = await asyncio.gather(here.do(opinion(1)), there.do(again), here.do(opinion(1)))
    assert sorted(len(events) for events in made) == [0, 0, 1]
    assert len(await log.read("d")) == 2
    assert [event.request for event in await there.made_by("say-1")] == ["say-1"]


async def test_what_another_program_wrote_is_known_before_anything_is_refused(log: SqliteEventLog) -> None:
    here, there = Session(log, "d"), Session(log, "d")
    await here.do(OPEN)
    await there.do(opinion(1))
    given = await here.do(opinion(2))
    assert isinstance(given[0], OpinionGiven)
    await there.do(command(c.WithdrawOpinion, "w", member="m2", opinion=given[0].opinion))
    with pytest.raises(DeliberationError) as caught:
        await here.do(command(c.WithdrawOpinion, "w2", member="m2", opinion=given[0].opinion))
    assert caught.value.code == "opinion_gone"
    with pytest.raises(DeliberationError, match="already_opened"):
        await Session(log, "d").do(command(c.Open, "again", question="Again?", moderator="mod"))


async def test_a_deliberation_that_was_never_opened_has_no_state(log: SqliteEventLog) -> None:
    session = await Sessions(log).get("d")
    with pytest.raises(StorageError, match="no_such_deliberation"):
        _ = session.state
    with pytest.raises(DeliberationError, match="not_opened"):
        await session.do(opinion(1))
    await session.do(OPEN)
    assert session.state.question == "Where do we meet?"


class Dies(SqliteEventLog):
    """A store whose program dies between saying that a member is erased and erasing."""

    async def erase(self, deliberation: str, owners: Sequence[str]) -> int:
        raise ConnectionAbortedError


async def test_an_erasure_that_a_crash_cut_short_is_done_at_the_next_start(tmp_path: Path) -> None:
    dying = await Dies.open(tmp_path / "log.sqlite")
    session = Session(dying, "d")
    await session.do(OPEN)
    for number in (1, 2):
        await session.do(opinion(number))
    with pytest.raises(ConnectionAbortedError):
        await session.do(command(c.ForgetMember, "forget", member="m1", voter="v1"))
    await dying.close()

    log = await SqliteEventLog.open(tmp_path / "log.sqlite")
    assert words(await log.read("d")) == ["opinion 1", "opinion 2"]
    restarted = await Sessions(log).get("d")
    assert words(await log.read("d")) == [None, "opinion 2"]
    assert restarted.state == fold(await log.read("d"))
    assert await erase_what_is_due(log, "d") == 0
    await log.close()


def words(events: Sequence[AnyEvent]) -> list[str | None]:
    return [event.text.value for event in events if isinstance(event, OpinionGiven)]


async def test_only_so_many_stay_in_memory_and_one_that_is_held_stays_the_same(log: SqliteEventLog) -> None:
    sessions = Sessions(log, keep=2)
    held = await sessions.get("d0")
    await held.do(OPEN)
    for number in range(1, 4):
        await sessions.get(f"d{number}")
    assert await sessions.get("d0") is held
    before = weakref.ref(held)
    del held
    for number in range(1, 4):
        await sessions.get(f"d{number}")
    gc.collect()
    assert before() is None
    assert (await sessions.get("d0")).state.question == "Where do we meet?", "read from the log again"


async def test_who_stops_waiting_loses_nothing_and_doubles_nothing(log: SqliteEventLog) -> None:
    session = Session(log, "d")
    await session.do(OPEN)
    for number in range(10):
        waiting = asyncio.create_task(session.do(opinion(number)))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await session.do(opinion(number))
    assert words(await log.read("d")) == [f"opinion {number}" for number in range(10)]
    assert session.state == fold(await log.read("d"))


async def test_an_expired_deliberation_keeps_no_words_and_no_key(log: SqliteEventLog) -> None:
    session = Session(log, "d")
    await session.do(OPEN)
    key = await log.secret_key("d")
    for number in (1, 2):
        await session.do(opinion(number))
    await session.do(command(c.Withdraw, "w", reason="over", moderator="mod"))
    await session.do(command(c.Expire, "x", because="deployment_left"))
    assert words(await log.read("d")) == [None, None]
    assert session.state == fold(await log.read("d"))
    assert await log.secret_key("d") != key
