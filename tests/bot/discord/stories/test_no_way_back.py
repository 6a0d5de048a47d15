"""Who was forgotten or removed: no form that was still open, no old message and no restart brings their words back."""

from __future__ import annotations

from pathlib import Path

from tests.bot.discord.stories.scene import SAID, Scene, card, opinions, scene_on
from tests.bot.discord.stories.test_at_once import written
from tests.bot.discord.stories.test_away import several_spoke
from tests.discord_server.people import Member
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Channel


async def is_forgotten(scene: Scene, member: Member, thread: Channel) -> None:
    mine = await member.slash(thread, "mypart")
    sure = await member.clicks(mine.message, "Forget me")
    done = await member.clicks(sure.message, "Yes, forget me here")
    assert "forgotten" in done.text


async def test_words_of_a_forgotten_member_do_not_come_back(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        bruno = scene["Bruno"]
        thread = await scene.opens(capture=True)
        await several_spoke(scene, thread, "Ada", "Chen")
        form = (await scene.agrees_to_the_notice(bruno, thread)).modal
        said = await bruno.says(thread, "An unmistakable aardvark.")
        await server.until(lambda: said.reactions)
        await scene.shows(thread, "3 have spoken")
        await is_forgotten(scene, bruno, thread)
        await server.until(lambda: len(opinions(scene)) == 2)
        # The form that was open, an edit of the message, a plain message, a restart that reads the thread again.
        late = await bruno.submits(form, {"text": "A second aardvark."})
        assert "Before you take part" in late.text
        await bruno.edits(said, "A third aardvark.")
        await bruno.says(thread, "A fourth aardvark.")
        await server.settled()
        await scene.restarts()
        await server.settled()
        assert not any("aardvark" in opinion for opinion in opinions(scene))
        for message in thread.said():
            assert message.author is not server.bot or "aardvark" not in message.text
        # Coming back as somebody new does not bring the old words along.
        opened = await scene.agrees_to_the_notice(bruno, thread)
        await bruno.submits(opened.modal, {"text": SAID["Bruno"]})
        assert sorted(opinions(scene)) == sorted((SAID["Ada"], SAID["Chen"], SAID["Bruno"]))
        await scene.restarts()
        await server.settled()
        assert len(opinions(scene)) == 3
    assert b"aardvark" not in written(tmp_path)


async def test_a_removed_member_speaks_in_no_way_and_votes_in_none(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        bruno = scene["Bruno"]
        thread = await scene.opens(capture=True)
        await several_spoke(scene, thread, "Ada", "Chen", "Bruno")
        form = (await bruno.clicks(card(thread), "Share my view")).modal
        before = await bruno.says(thread, "In between.")
        await server.until(lambda: before.reactions)
        await scene.shows(thread, "agreed yet")
        await scene.moderator.slash(thread, "deliberation remove-member", member=bruno, reason="Insults.")
        assert len(opinions(scene)) == 2
        answers = [
            await bruno.submits(form, {"text": "By the form."}),
            await bruno.slash(thread, "opinion", text="By the command."),
            await bruno.uses_menu(await bruno.says(thread, "By the menu."), "Add as my opinion"),
        ]
        assert ["removed" in answer.text.lower() for answer in answers] == [True] * 3
        await bruno.says(thread, f"{server.bot.mention} By mention.")
        await bruno.edits(before, "By an edit.")
        await server.settled()
        await scene.restarts()
        await server.settled()
        assert len(opinions(scene)) == 2
        await scene.moderator.slash(thread, "deliberation poll")
        await scene.shows(thread, "[Vote]")
        ballot = await bruno.clicks(card(thread), "Vote")
        assert "[select" not in ballot.text
        assert "removed" in ballot.text.lower()
    assert server.refusals == []


async def test_what_was_taken_back_stays_back_over_a_restart(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        chen = scene["Chen"]
        thread = await scene.opens(capture=True)
        early = await chen.says(thread, "Said before the notice.")
        await scene.agrees_to_the_notice(chen, thread)
        await chen.uses_menu(early, "Add as my opinion")
        plain = await chen.says(thread, "Said plainly.")
        await server.until(lambda: len(opinions(scene)) == 2)
        for _ in range(2):
            mine = await chen.slash(thread, "mypart")
            await chen.selects(mine.message, "Take an opinion back", opinions(scene)[0])
        assert opinions(scene) == []
        await scene.restarts()
        server.gateway.invalidate()
        await server.ready()
        await chen.edits(plain, "Said otherwise.")
        await server.settled(0.5)
        assert opinions(scene) == []
