"""Things that happen at the same moment: double clicks, quick second thoughts, everybody together."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.deliberation.state import State
from tests.bot.discord.stories.scene import SAID, Scene, opinions, scene_on, stage
from tests.bot.discord.stories.test_away import several_spoke
from tests.discord_server.server import LoopbackDiscord


def state_of(scene: Scene) -> State:
    (state,) = scene.bot.office.deliberations.all.values()
    return state


def written(folder: Path) -> bytes:
    """All that is on the disk."""
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def test_start_pressed_twice_at_once_opens_one_deliberation(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        form = (await scene.moderator.slash(scene.channel, "deliberation open")).modal
        preview = await scene.moderator.submits(form, {"question": "A boat?"})
        await asyncio.gather(*(scene.moderator.clicks(preview.message, "Start") for _ in range(2)))
        await server.until(lambda: scene.guild.threads() and scene.guild.threads()[0].pins)
        await server.settled()
        assert len(scene.guild.threads()) == 1
        assert len(scene.bot.office.deliberations.all) == 1
    assert server.refusals == []


async def test_start_heard_by_two_bots_is_answered_by_the_one_that_does_it(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path / "data") as scene, scene_on(server, tmp_path / "data"):
        form = (await scene.moderator.slash(scene.channel, "deliberation open")).modal
        preview = await scene.moderator.submits(form, {"question": "A boat?"})
        server.slows("POST", r"/interactions/.*/callback", 0.5, times=1)
        await scene.moderator.clicks(preview.message, "Start")
        await server.until(lambda: scene.guild.threads() and scene.guild.threads()[0].pins, what="the card")
        assert len(scene.guild.threads()) == 1
        await server.until(lambda: "Started" in preview.message.text)


async def test_two_forms_sent_at_once_are_both_taken(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens()
        names = ("Ada", "Bruno")
        forms = {name: (await scene.agrees_to_the_notice(scene[name], thread)).modal for name in names}
        answers = await asyncio.gather(*(scene[name].submits(forms[name], {"text": SAID[name]}) for name in names))
        assert all("Taken" in answer.text for answer in answers)
        assert sorted(opinions(scene)) == sorted(SAID[name] for name in names)


async def test_everybody_votes_at_once_and_again(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens()
        await several_spoke(scene, thread, *SAID)
        await scene.shows(thread, "agreed yet")
        await scene.moderator.slash(thread, "deliberation poll")
        await scene.shows(thread, "[Vote]")
        for step in ("2", "7"):
            casts = await asyncio.gather(*(scene.votes(scene[name], thread, step) for name in SAID))
            assert all("Receipt" in cast.text for cast in casts)
        await scene.shows(thread, "8 have voted")
        server.clock.advance(days=1)
        await server.until(lambda: stage(scene) == "closed")
        await server.until(lambda: any("8 of 8 agree" in message.text for message in thread.said()))
    assert server.refusals == []


async def test_two_moderators_open_the_poll_at_once(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        other = scene.guild.member("Ria", roles=list(scene.moderator.roles))
        thread = await scene.opens()
        await several_spoke(scene, thread, "Ada", "Bruno")
        await scene.shows(thread, "agreed yet")
        await server.until(lambda: not state_of(scene).not_yet_held and state_of(scene).pending is None)
        answers = await asyncio.gather(
            *(person.slash(thread, "deliberation poll") for person in (scene.moderator, other))
        )
        assert len({answer.text for answer in answers}) == 2, "one did it, the other reads why it cannot be done"
        await scene.shows(thread, "[Vote]")
        await server.settled()
        assert sum("The vote is open" in post for post in scene.posts(thread)) == 1
    assert server.refusals == []


@pytest.mark.parametrize("way", ["mention", "plain"])
async def test_a_message_that_is_edited_at_once_counts_as_edited(server: LoopbackDiscord, tmp_path: Path, way: str):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens(capture=True)
        await scene.agrees_to_the_notice(scene["Ada"], thread)
        call = f"{server.bot.mention} " if way == "mention" else ""
        for number in range(10):
            message = await scene["Ada"].says(thread, f"{call}Clsoe it {number}")
            await asyncio.sleep(number / 1000)
            await scene["Ada"].edits(message, f"{call}Close it {number}")
        await server.until(lambda: opinions(scene) == [f"Close it {number}" for number in range(10)])


@pytest.mark.parametrize("way", ["mention", "plain"])
async def test_a_message_that_is_deleted_at_once_does_not_count(server: LoopbackDiscord, tmp_path: Path, way: str):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens(capture=True)
        await scene.agrees_to_the_notice(scene["Ada"], thread)
        call = f"{server.bot.mention} " if way == "mention" else ""
        for number in range(10):
            message = await scene["Ada"].says(thread, f"{call}I hate it {number}")
            await asyncio.sleep(number / 1000)
            await scene["Ada"].deletes(message)
        await scene["Ada"].says(thread, f"{call}This counts.")
        await server.until(lambda: "This counts." in opinions(scene))
        await server.settled()
        assert opinions(scene) == ["This counts."]


async def test_who_is_forgotten_while_a_draft_is_made_is_in_no_draft(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens("Should we close it slowly?")
        await several_spoke(scene, thread, "Ada", "Bruno")
        await scene.shows(thread, "a draft is being made")
        mine = await scene["Bruno"].slash(thread, "mypart")
        sure = await scene["Bruno"].clicks(mine.message, "Forget me")
        await scene["Bruno"].clicks(sure.message, "Yes, forget me here")
        await server.until(lambda: opinions(scene) == [SAID["Ada"]])
        await scene.restarts()
        await server.settled()
        for message in thread.said():
            assert SAID["Bruno"] not in message.text
    assert SAID["Bruno"].encode() not in written(tmp_path)
