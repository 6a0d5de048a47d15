"""Those against who said why in public read what is made of it before anybody else, and decide whether it is shown."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.deliberation.drafts import DraftJob, DraftResult
from tests.bot.discord.house import ScriptedDrafter
from tests.bot.discord.stories.scene import SAID, Scene, card, contents, disturbances, scene_on
from tests.bot.discord.stories.test_away import several_spoke
from tests.bot.discord.stories.test_whole import state_of
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Channel, Message

REASONS = {
    "Dana": "Nobody asked the bus drivers.",
    "Emre": "The market would be forgotten.",
    "Femi": "It is too short.",
}
PUBLIC = ("Dana", "Emre")


class MinorityDrafter(ScriptedDrafter):
    """Sums reasons against up; `fails` if nothing shall pass the guards."""

    def __init__(self, *, fails: bool = False) -> None:
        super().__init__()
        self._fails = fails
        self.answers = True

    async def draft(self, job: DraftJob) -> DraftResult:
        result = await super().draft(job)
        if job.against is None:
            return result
        if not self.answers:
            await asyncio.Event().wait()
        kept = [
            one.model_copy(update={"text": f"We are against it: {' '.join(said.text for said in job.opinions)}"})
            if one.id == "d1"
            else one
            for one in result.candidates
            if not (self._fails and one.id == "d1")
        ]
        running = sum(one.rejected is None for one in kept)
        rows = tuple((0.5,) * running for _ in result.members)
        return result.model_copy(update={"candidates": tuple(kept), "mean": rows, "spread": rows})


async def votes_with_reasons(scene: Scene, *reminded: str) -> Channel:
    """Three are for it, three against and say why, two of them in public; the poll is over."""
    thread = await scene.opens(quorum=3, rounds=1)
    await several_spoke(scene, thread, *list(SAID)[:6])
    await scene.shows(thread, "agreed yet")
    for name in reminded:
        more = await scene[name].clicks(card(thread), "More")
        await scene[name].clicks(more.message, "Remind me (on/off)")
    await scene.moderator.slash(thread, "deliberation poll")
    await scene.shows(thread, "[Vote]")
    for name in ("Ada", "Bruno", "Chen"):
        await scene.votes(scene[name], thread, "7")
    for name, reason in REASONS.items():
        cast = await scene.votes(scene[name], thread, "3")
        form = (await scene[name].clicks(cast.message, "Say why")).modal
        await scene[name].submits(form, {"Your reason": reason, "May be published": name in PUBLIC})
    scene.server.clock.advance(hours=24, minutes=1)
    await scene.shows(thread, "has ended")
    return thread


async def the_post(scene: Scene, thread: Channel) -> Message:
    words = "To those who voted against"
    await scene.server.until(lambda: any(words in message.text for message in thread.said()), what="the post")
    return next(message for message in thread.said() if words in message.text)


def told_in_public(thread: Channel) -> str:
    return "\n".join(message.text for message in thread.said())


async def test_they_read_it_first_and_then_it_stands_with_the_result(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path / "data", drafter=MinorityDrafter()) as scene:
        thread = await votes_with_reasons(scene)
        post = await the_post(scene, thread)
        assert "We are against it" not in told_in_public(thread), "they see it first"
        assert all(REASONS[name] in told_in_public(thread) for name in PUBLIC), "the reasons are quoted meanwhile"
        for outsider in ("Ada", "Femi", "Hal"):
            refused = await scene[outsider].clicks(post, "Read it first")
            assert "Only those" in refused.text
        first = await scene["Dana"].clicks(post, "Read it first")
        assert "We are against it" in first.text
        assert "0 of 2" in first.text
        agreed = await scene["Dana"].clicks(first.message, "It may be shown")
        assert "others are asked" in agreed.text
        second = await scene["Emre"].clicks((await scene["Emre"].slash(thread, "mypart")).message, "Read it first")
        await scene["Emre"].clicks(second.message, "It may be shown")
        await server.until(lambda: "We are against it" in told_in_public(thread), what="the minority view")
        shown = next(message.text for message in thread.said() if "What those against say together" in message.text)
        assert "2 of those who gave them approved" in shown
        assert all(REASONS[name] in shown for name in PUBLIC)
        files = contents((await scene.moderator.slash(thread, "deliberation export")).message.attachments)
        assert {"log.jsonl", "report.html"} <= {
            name.rpartition("/")[2] for name, data in files.items() if b"We are against it" in data
        }
        # It can be taken back: whoever is forgotten takes it along, here and in what is handed out.
        mine = await scene["Dana"].slash(thread, "mypart")
        sure = await scene["Dana"].clicks(mine.message, "Forget me")
        await scene["Dana"].clicks(sure.message, "Yes, forget me here")
        await server.until(lambda: "We are against it" not in told_in_public(thread), what="that it is gone")
        files = contents((await scene.moderator.slash(thread, "deliberation export")).message.attachments)
        assert [name for name, data in files.items() if b"We are against it" in data] == []
    assert server.refusals == []


@pytest.mark.parametrize("between", ["restart", "new session"])
async def test_reworded_and_approved_with_something_in_between(server: LoopbackDiscord, tmp_path: Path, between: str):
    async with scene_on(server, tmp_path / "data", drafter=MinorityDrafter()) as scene:
        thread = await votes_with_reasons(scene)
        disturb = disturbances(scene)[between]
        post = await the_post(scene, thread)
        await disturb()
        first = await scene["Dana"].clicks(post, "Read it first")
        form = (await scene["Dana"].clicks(first.message, "Word it anew")).modal
        await disturb()
        reworded = await scene["Dana"].submits(form, {"text": "Ask the drivers and the market first."})
        assert "Ask the drivers" in reworded.text
        await disturb()
        other = await scene["Emre"].clicks(post, "Read it first")
        assert "1 of 2" in other.text
        await disturb()
        await scene["Emre"].clicks(other.message, "It may be shown")
        await server.until(lambda: "Ask the drivers" in told_in_public(thread), what="the minority view")
        assert "in their own wording" in told_in_public(thread)
        assert "We are against it" not in told_in_public(thread)
        assert sum("To those who voted against" in message.text for message in thread.said()) == 1
    assert server.refusals == []


async def test_one_objects_and_the_reasons_are_quoted_alone(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path / "data", drafter=MinorityDrafter()) as scene:
        thread = await votes_with_reasons(scene)
        first = await scene["Dana"].clicks(await the_post(scene, thread), "Read it first")
        told = await scene["Dana"].clicks(first.message, "It may not be shown")
        assert "quoted alone" in told.text
        late = await scene["Emre"].clicks(await the_post(scene, thread), "Read it first")
        assert "no minority view" in late.text
        await server.settled(0.3)
        assert "We are against it" not in told_in_public(thread)
        assert all(REASONS[name] in told_in_public(thread) for name in PUBLIC)


async def test_nobody_answers_and_a_day_later_the_reasons_are_quoted_alone(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path / "data", drafter=MinorityDrafter()) as scene:
        thread = await votes_with_reasons(scene)
        await the_post(scene, thread)
        await server.until(lambda: "is shown here if they agree" in told_in_public(thread), what="that they are asked")
        server.clock.advance(hours=25)
        await server.until(lambda: "is shown here if they agree" not in told_in_public(thread), what="the deadline")
        assert "We are against it" not in told_in_public(thread)


async def test_a_draft_that_the_guards_refuse_is_not_asked_about(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path / "data", drafter=MinorityDrafter(fails=True)) as scene:
        thread = await votes_with_reasons(scene)
        await server.until(lambda: (view := state_of(scene).minority) is not None and view.failed)
        await server.settled(0.3)
        assert "To those who voted against" not in told_in_public(thread)
        assert all(REASONS[name] in told_in_public(thread) for name in PUBLIC)


async def test_a_job_that_was_out_when_the_bot_stopped_is_done_again(server: LoopbackDiscord, tmp_path: Path):
    drafter = MinorityDrafter()
    drafter.answers = False
    async with scene_on(server, tmp_path / "data", drafter=drafter) as scene:
        thread = await votes_with_reasons(scene)
        await server.until(lambda: any(job.against is not None for job in drafter.jobs), what="the job")
        await scene.stops()
        drafter.answers = True
        await scene.starts()
        await the_post(scene, thread)


async def test_who_asked_for_messages_is_written_to_once(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path / "data", drafter=MinorityDrafter()) as scene:
        thread = await votes_with_reasons(scene, "Ada", "Dana")
        await the_post(scene, thread)
        if not 7 <= server.clock.now().hour < 22:
            await server.settled(0.3)
            assert scene["Dana"].dms == [], "nobody is written to at night"
            server.clock.advance(hours=10)
        await server.until(lambda: scene["Dana"].dms, what="the message")
        await scene.restarts()
        await server.settled(0.3)
        (message,) = scene["Dana"].dms
        assert "reasons against" in message.text
        assert (scene["Ada"].dms, scene["Emre"].dms) == ([], []), "one is for it, the other did not ask"
