"""A moderator asks for the audit: before the poll, during it, and after the close."""

from __future__ import annotations

from pathlib import Path

from tests.bot.discord.stories.scene import SAID, scene_on, stage
from tests.bot.discord.stories.test_away import several_spoke
from tests.discord_server.server import LoopbackDiscord

VOTERS = ("Ada", "Bruno", "Chen", "Dana", "Emre", "Femi")


async def test_a_moderator_reads_the_audit_of_a_group(server: LoopbackDiscord, tmp_path: Path) -> None:
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens()
        early = await scene.moderator.slash(thread, "deliberation audit")
        assert "too few to tell yet, or no draft" in early.text
        assert early.text.count("told after the close") == 2
        assert not early.message.attachments, "there is nothing to draw yet"
        await several_spoke(scene, thread, *VOTERS)
        await scene.shows(thread, "agreed yet")
        await server.settled()
        await scene.moderator.slash(thread, "deliberation poll")
        await scene.shows(thread, "[Vote]")
        for name in VOTERS:
            await scene.votes(scene[name], thread, "7")
        during = await scene.moderator.slash(thread, "deliberation audit")
        assert "of the 6 members who spoke" in during.text
        assert during.text.count("told after the close") == 2, "no tally by another name"
        server.clock.advance(days=2)
        await server.until(lambda: stage(scene) == "closed", what="the close")
        told = await scene.moderator.slash(thread, "deliberation audit")
        assert "told after the close" not in told.text
        assert "- Predictions promised too little" in told.text, "everybody was predicted a half, and all agreed"
        (picture,) = told.message.attachments
        assert picture.data.startswith(b"\x89PNG")
        assert "Predictions promised too little" in (picture.description or "")
        assert told.ephemeral
        for name in SAID:
            assert name not in told.text
    assert server.refusals == []
