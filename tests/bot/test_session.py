from __future__ import annotations

import asyncio
from pathlib import Path

from bot.session import Session
from engine.deliberation import commands as c
from storage.sqlite import SqliteEventLog


async def test_a_forgotten_members_words_leave_the_state_and_the_disk(tmp_path: Path) -> None:
    log = await SqliteEventLog.open(tmp_path / "log.sqlite")
    session = Session(log, "d", lambda: 1)
    await session.do(c.Open, question="Where?", moderator="mod")
    await session.do(c.GiveOpinion, member="m1", text="unmistakable aardvark")
    await session.do(c.GiveOpinion, member="m2", text="somewhere else")
    await session.do(c.ForgetMember, member="m1", voter="v1")
    assert [opinion.text.value for opinion in session.state.live_opinions] == ["somewhere else"]
    on_disk = await asyncio.to_thread(lambda: b"".join(file.read_bytes() for file in tmp_path.iterdir()))
    assert b"aardvark" not in on_disk
    assert b"somewhere else" in on_disk
    await log.close()
