"""The longest of everything, in the characters that grow when they are escaped: Discord refuses nothing."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.bot.discord.stories.scene import SAID, card, scene_on
from tests.discord_server.server import LoopbackDiscord

GROWING = "*_~`|>#-[]()@everyone <@1> https://x.example "
"""Each sign of these is escaped where it is shown."""


def long(length: int) -> str:
    return (GROWING * (length // len(GROWING) + 1))[:length].rstrip() + "."


async def test_the_longest_words_fit_everywhere(
    server: LoopbackDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with scene_on(server, tmp_path) as scene:
        form = (await scene.moderator.slash(scene.channel, "deliberation open", rounds=2, adopt_at=1)).modal
        fields = {part["custom_id"]: part for part in form.fields.values()}
        texts = {name: part for name, part in fields.items() if part["type"] == 4}
        values = {name: long(part.get("max_length", 4000) - 1) for name, part in texts.items()}
        preview = await scene.moderator.submits(form, values)
        await scene.moderator.clicks(preview.message, "Start")
        await server.until(lambda: scene.guild.threads() and scene.guild.threads()[0].pins, what="the card")
        (thread,) = scene.guild.threads()
        for number, name in enumerate(SAID):
            opened = await scene.agrees_to_the_notice(scene[name], thread)
            taken = await scene[name].submits(opened.modal, {"text": f"{number} {long(3990)}"})
            assert "Taken" in taken.text
        await scene.shows(thread, "8 have spoken")
        await scene.shows(thread, "agreed yet")
        for name in SAID:
            assert (await scene[name].slash(thread, "mypart")).text
        offered = await scene.moderator.autocompletes(thread, "deliberation remove-opinion", "opinion", "", reason="x")
        assert len(offered) == 8
        removed = await scene.moderator.slash(
            thread, "deliberation remove-opinion", opinion=offered[0][1], reason=long(500)
        )
        assert "removed" in removed.text
        await server.settled()
        await scene.moderator.slash(thread, "deliberation poll")
        await scene.shows(thread, "[Vote]")
        for name in SAID:
            cast = await scene.votes(scene[name], thread, "2")
            form = (await scene[name].clicks(cast.message, "Say why")).modal
            longest = next(part for part in form.fields.values() if part["type"] == 4).get("max_length", 4000)
            told = await scene[name].submits(form, {"Your reason": long(longest - 1), "May be published": True})
            assert "Receipt" in told.text
        server.clock.advance(days=3)
        await server.until(lambda: "[Is your point in it?]" in card(thread).text or "ended" in card(thread).text)
        for words in ("status", "settings", "list"):
            assert (await scene.moderator.slash(thread, f"deliberation {words}")).text
        await scene.moderator.slash(thread, "deliberation close", reason=long(500))
        await scene.shows(thread, "has ended")
        await scene.moderator.slash(thread, "deliberation export")
        await server.settled()
    assert server.refusals == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_thirty_deliberations_in_one_server(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        for number in range(30):
            await scene.opens(f"{number}: {long(280)}")
        listed = await scene.moderator.slash(scene.channel, "deliberation list")
        assert "29: " in listed.text
        offered = await scene.moderator.autocompletes(scene.channel, "deliberation status", "which", "")
        assert len(offered) == 25
        found = await scene.moderator.autocompletes(scene.channel, "deliberation status", "which", "17:")
        assert len(found) == 1
        assert "17: " in (await scene.moderator.slash(scene.channel, "deliberation status", which=found[0][1])).text
    assert server.refusals == []
