"""Words that were hidden after reports are nowhere: thread, result, ballots, moderators' lists, files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.discord.house import ScriptedDrafter
from tests.bot.discord.stories.scene import SAID, Scene, card, contents, scene_on
from tests.bot.discord.stories.test_away import several_spoke
from tests.discord_server.people import Member
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Channel

WORD = "aardvark"


async def tells_with_a_word(scene: Scene, thread: Channel) -> None:
    """Ada's words are in every draft, since the drafter begins with the first to speak."""
    opened = await scene.agrees_to_the_notice(scene["Ada"], thread)
    await scene["Ada"].submits(opened.modal, {"text": f"An {WORD} lives at number seven."})
    await several_spoke(scene, thread, "Bruno", "Chen", "Dana", "Emre", "Femi")
    await scene.shows(thread, WORD)


async def reports(member: Member, thread: Channel) -> None:
    """Report everything on the list that has the word in it."""
    shown = card(thread)
    if "Report" not in shown.buttons:
        shown = (await member.clicks(shown, "More")).message
    form = (await member.clicks(shown, "Report")).modal
    (texts, _) = form.fields
    for text in [option["value"] for option in form.fields[texts]["options"] if WORD in option["label"]]:
        form = (await member.clicks(shown, "Report")).modal
        if text in [option["value"] for option in form.fields[texts]["options"]]:
            told = await member.submits(form, {texts: text, "category": "Insults or hate"})
            assert "hidden" in told.text or "report" in told.text.lower()


async def everything_shown(scene: Scene, thread: Channel) -> list[str]:
    """The thread, and what others and moderators get to see when they ask."""
    shown = [message.text for message in thread.said() if message.author is scene.server.bot]
    for name in ("Bruno", "Hal"):
        asked = [await scene[name].slash(thread, "mypart")]
        if "[Vote]" in card(thread).text:
            asked.append(await scene[name].clicks(card(thread), "Vote"))
        shown += [answer.text for answer in asked]
    shown += [(await scene.moderator.slash(thread, f"deliberation {word}")).text for word in ("status", "list")]
    offered = await scene.moderator.autocompletes(thread, "deliberation remove-opinion", "opinion", "", reason="x")
    return shown + [name for name, _ in offered]


@pytest.mark.parametrize("when", ["collecting", "polling", "closed"])
async def test_hidden_words_are_nowhere(server: LoopbackDiscord, tmp_path: Path, when: str):
    async with scene_on(server, tmp_path / "data", drafter=ScriptedDrafter()) as scene:
        thread = await scene.opens(quorum=3)
        await tells_with_a_word(scene, thread)
        await scene.agrees_to_the_notice(scene["Hal"], thread)
        if when != "collecting":
            await scene.moderator.slash(thread, "deliberation poll")
            await scene.shows(thread, "[Vote]")
            for name in list(SAID)[:6]:
                await scene.votes(scene[name], thread, "6")
        if when == "closed":
            server.clock.advance(days=1)
            await scene.shows(thread, "has ended")
            await server.until(lambda: any("## Adopted" in message.text for message in thread.said()))
            assert any(WORD in message.text for message in thread.said())
        # Three members can hide what is being collected; what is voted on, or adopted, only a moderator.
        for person in (
            [scene[name] for name in ("Bruno", "Chen", "Dana")] if when == "collecting" else [scene.moderator]
        ):
            await reports(person, thread)
        await server.settled(0.5)
        seen = await everything_shown(scene, thread)
        assert [text for text in seen if WORD in text] == []
        if when == "closed":
            files = (await scene.moderator.slash(thread, "deliberation export")).message.attachments
            assert [name for name, data in contents(files).items() if WORD.encode() in data] == []
    assert server.refusals == []
