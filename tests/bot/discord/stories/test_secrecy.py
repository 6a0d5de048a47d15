"""What others can see before the close does not depend on how anybody votes: the same story told twice, votes apart."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.bot.discord.house import PATIENT
from tests.bot.discord.stories.scene import SAID, card, contents, scene_on
from tests.bot.discord.stories.test_away import several_spoke
from tests.discord_server.client import pointed_at
from tests.discord_server.server import LoopbackDiscord

CHANGING = re.compile(r"\b[0-9a-f]{24,}\b|\d{9,}")
"""Ids, times and hashes, which differ from one telling to the next."""
VOTERS = ("Ada", "Bruno", "Chen")
ON_REQUEST: dict[str, Any] = {"draft_quiet_seconds": 3600, "draft_ceiling_seconds": 3600}
"""Drafts come when they are asked for: how many a live draft takes depends on how fast people are heard."""
WORDS = ("status", "settings", "list", "export", "audit")


def anonymous(text: str) -> str:
    return CHANGING.sub("…", text)


async def all_that_others_see(folder: Path, step: str, reason: str) -> list[str]:
    """Thread, card with its earlier states, what a moderator and a member without a vote get told, and all DMs."""
    async with LoopbackDiscord(seconds_to_answer=PATIENT) as server:
        with pointed_at(server):
            async with scene_on(server, folder, **ON_REQUEST) as scene:
                thread = await scene.opens()
                await several_spoke(scene, thread, *VOTERS)
                await scene.agrees_to_the_notice(scene["Hal"], thread)
                await scene.moderator.slash(thread, "deliberation draft")
                await scene.shows(thread, "agreed yet")
                await server.settled()
                await scene.moderator.slash(thread, "deliberation poll")
                await scene.shows(thread, "[Vote]")
                for name in VOTERS:
                    cast = await scene.votes(scene[name], thread, step)
                    form = (await scene[name].clicks(cast.message, "Say why")).modal
                    await scene[name].submits(form, {"Your reason": reason, "May be published": True})
                    await scene.shows(thread, "voted")
                await scene.shows(thread, "3 have voted")
                server.clock.advance(hours=9.5)
                await server.until(lambda: any("Closing soon" in post for post in scene.posts(thread)))
                await server.settled()
                seen = [message.text for message in thread.said()]
                asked = [
                    *[await scene.moderator.slash(thread, f"deliberation {word}") for word in WORDS],
                    await scene["Hal"].slash(thread, "mypart"),
                    *[await scene["Hal"].clicks(card(thread), button) for button in ("More", "Vote")],
                ]
                seen += [answer.text for answer in asked]
                for member in (*scene.neighbours.values(), scene.moderator):
                    seen += [message.text for message in member.dms]
                return [anonymous(text) for text in seen]


async def test_before_the_close_nobody_sees_how_others_vote(tmp_path: Path):
    agreeing = await all_that_others_see(tmp_path / "one", "7", "A splendid idea.")
    against = await all_that_others_see(tmp_path / "two", "1", "An awful idea.")
    assert len(agreeing) > 8
    assert agreeing == against


async def test_in_a_nameless_deliberation_nothing_leads_to_who_said_it(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens(nameless=True)
        await several_spoke(scene, thread, "Ada", "Bruno", "Chen")
        waiting = await scene.moderator.slash(thread, "deliberation review")
        for _ in range(3):
            assert not any(name in waiting.text for name in SAID), "the moderator judges words, not people"
            waiting = await scene.moderator.clicks(waiting.message, "Show it")
        await scene.shows(thread, "agreed yet")
        await scene.moderator.slash(thread, "deliberation poll")
        await scene.shows(thread, "[Vote]")
        for name in ("Ada", "Bruno", "Chen"):
            await scene.votes(scene[name], thread, "6")
        server.clock.advance(days=2)
        await server.until(lambda: any("## Adopted" in message.text for message in thread.said()))
        files = (await scene.moderator.slash(thread, "deliberation export")).message.attachments
        public = "\n".join(message.text for message in thread.said())
        exported = b"\n".join(contents(files).values()).decode(errors="replace")
        for name in SAID:
            for trace in (name, str(scene[name].id)):
                assert not re.search(rf"\b{trace}\b", public), trace
                assert not re.search(rf"\b{trace}\b", exported), trace
        assert str(scene.moderator.id) not in exported
    assert server.refusals == []
