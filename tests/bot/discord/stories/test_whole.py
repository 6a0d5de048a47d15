"""Open, eight members speak in all five ways, poll, dissent, critique, second round, adopted, export.

Told once as it goes, and again with something happening between any two steps: what is in the thread and in the log at
the end must be the same.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from engine.deliberation.state import State
from engine.worker.client import ModelWorker
from storage.verify import check_receipt, verify
from tests.bot.discord.house import PATIENT
from tests.bot.discord.stories.scene import SAID, Scene, card, disturbances, scene_on
from tests.bot.scripted_models import RUNNER
from tests.discord_server.client import pointed_at
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Channel


def state_of(scene: Scene) -> State:
    (state,) = scene.bot.office.deliberations.all.values()
    return state


def words_of(scene: Scene) -> list[str]:
    return sorted(opinion.text.value or "" for opinion in state_of(scene).live_opinions)


async def they_speak(scene: Scene, thread: Channel) -> None:
    """Eight neighbours in the five ways; one edits, one deletes and says it otherwise."""
    server = scene.server
    # By the button, the notice first. The form stays open over what happens between.
    for name in ("Ada", "Femi", "Grete"):
        opened = await scene.agrees_to_the_notice(scene[name], thread)
        await scene.between()
        taken = await scene[name].submits(opened.modal, {"text": SAID[name]})
        assert "Taken" in taken.text
        await scene.between()
    # By the command: the notice comes before anything is taken.
    for name in ("Bruno", "Hal"):
        notice = await scene[name].slash(thread, "opinion", text=SAID[name])
        await scene.between()
        await scene[name].clicks(notice.message, "Take part")
        await scene.between()
        taken = await scene[name].slash(thread, "opinion", text=SAID[name])
        assert "Taken" in taken.text
        await scene.between()
    # By the context menu: what was said before agreeing to the notice was not taken.
    chens = await scene["Chen"].says(thread, SAID["Chen"])
    await scene.between()
    await scene.agrees_to_the_notice(scene["Chen"], thread)
    await scene.between()
    taken = await scene["Chen"].uses_menu(chens, "Add as my opinion")
    assert "Taken" in taken.text
    await scene.between()
    # By mention; edited afterwards.
    await scene.agrees_to_the_notice(scene["Dana"], thread)
    await scene.between()
    mention = await scene["Dana"].says(thread, f"{server.bot.mention} The buses!")
    await server.until(lambda: mention.reactions, what="the sign that it was taken")
    await scene.between()
    await scene["Dana"].edits(mention, f"{server.bot.mention} {SAID['Dana']}")
    await server.until(lambda: SAID["Dana"] in words_of(scene), what="the edit")
    await scene.between()
    # As plain messages, which count here; one is deleted and said again.
    await scene.agrees_to_the_notice(scene["Emre"], thread)
    await scene.between()
    slip = await scene["Emre"].says(thread, "I hate markets.")
    await server.until(lambda: slip.reactions, what="the sign that it was taken")
    await scene.between()
    await scene["Emre"].deletes(slip)
    await server.until(lambda: "I hate markets." not in words_of(scene), what="the deletion")
    await scene.between()
    plain = await scene["Emre"].says(thread, SAID["Emre"])
    await server.until(lambda: plain.reactions, what="the sign that it was taken")
    await scene.between()
    assert words_of(scene) == sorted(SAID.values())


async def tell(scene: Scene, tmp_path: Path) -> None:
    server, clock = scene.server, scene.server.clock
    thread = await scene.opens(capture=True, rounds=2, quorum=5)
    await they_speak(scene, thread)
    await scene.shows(thread, "8 have spoken")
    await scene.shows(thread, "agreed yet")
    await server.until(lambda: not state_of(scene).not_yet_held and state_of(scene).pending is None)
    await scene.between()

    # The first poll: a majority keeps things as they are, three say why, two of them in public.
    await scene.moderator.slash(thread, "deliberation poll")
    await scene.shows(thread, "[Vote]")
    await scene.between()
    for name, step in zip(SAID, ("keep", "keep", "2", "3", "2", "6", "keep", "5"), strict=True):
        cast = await scene.votes(scene[name], thread, step)
        assert "Receipt" in cast.text
        await scene.between()
        if step in ("2", "3"):
            form = (await scene[name].clicks(cast.message, "Say why")).modal
            await scene.between()
            reason = {"Your reason": f"Because {name} thinks so.", "May be published": name != "Emre"}
            await scene[name].submits(form, reason)
            await scene.between()
    await scene.shows(thread, "8 have voted")
    for message in thread.said():
        assert "agree (" not in message.text, "no count before the close"
    clock.advance(hours=12, minutes=1)
    await server.until(lambda: state_of(scene).stage == "critique", what="the next round")
    await scene.shows(thread, "[Is your point in it?]")
    await scene.between()

    # The second round: what is missing, and a new draft from it.
    for name in ("Grete", "Bruno"):
        form = (await scene[name].clicks(card(thread), "Is your point in it?")).modal
        await scene.between()
        await scene[name].submits(form, {"answer": "partly", "text": f"It leaves out what {name} needs."})
        await scene.between()
    await server.until(lambda: not state_of(scene).critiques_not_yet_held and state_of(scene).pending is None)
    clock.advance(hours=12, minutes=1)
    await server.until(lambda: state_of(scene).stage == "polling", what="the second poll")
    await scene.shows(thread, "[Vote]")
    await scene.between()
    receipts: list[str] = []
    for name, step in zip(SAID, ("7", "6", "7", "6", "5", "7", "2", "6"), strict=True):
        cast = await scene.votes(scene[name], thread, step)
        receipts.append(cast.text.partition("||")[2].partition("||")[0])
        await scene.between()
    clock.advance(hours=12, minutes=1)
    await server.until(lambda: any("## Adopted" in message.text for message in thread.said()), what="the result")
    await scene.shows(thread, "has ended")
    await scene.between()

    (result,) = [message for message in thread.said() if "## Adopted" in message.text]
    assert "7 of 8 agree" in result.text
    assert "One ballot is against" in result.text
    assert not any(name in result.text for name in SAID), "never how they voted, never who"
    assert len(thread.pins) == 1
    exported = await scene.moderator.slash(thread, "deliberation export")
    log = next(file for file in exported.message.attachments if file.filename == "log.jsonl")
    path = tmp_path / "exported.jsonl"
    path.write_bytes(log.data)
    assert [poll.differences for poll in verify(path).polls] == [(), ()]
    assert [check_receipt(path, *receipt.split(":")).status for receipt in receipts] == ["counted"] * 8
    assert "Because Emre thinks so." not in log.data.decode()
    assert "Because Chen thinks so." in log.data.decode()


POSTS = [
    "**The vote is open**",
    "**Round 2: is your point in the draft?**",
    "**The vote is open**",
    "## Adopted",
    "[picture: How 8 ballots grade the statement.",
]


@pytest.mark.parametrize("between", ["nothing", "restart", "cut", "reconnect", "new session"])
async def test_the_whole_story(server: LoopbackDiscord, tmp_path: Path, between: str):
    async with scene_on(server, tmp_path / "data") as scene:
        scene.between = disturbances(scene)[between]
        await tell(scene, tmp_path)
        (thread,) = scene.guild.threads()
        posts = scene.posts(thread)
        assert [post[: len(expected)] for post, expected in zip(posts, POSTS, strict=True)] == POSTS
    assert server.refusals == []


async def test_the_whole_story_with_every_event_twice(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path / "data") as scene:
        server.gateway.duplicating = True
        await tell(scene, tmp_path)
        (thread,) = scene.guild.threads()
        assert [post[: len(expected)] for post, expected in zip(scene.posts(thread), POSTS, strict=True)] == POSTS
    # Each interaction was answered once; the second attempt is what Discord refuses, and nothing else was.
    assert {request.code for request in server.refusals} <= {40060}


async def test_the_whole_story_with_events_out_of_order(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path / "data") as scene:
        server.gateway.reordering = random.Random(1)
        await tell(scene, tmp_path)
        (thread,) = scene.guild.threads()
        assert [post[: len(expected)] for post, expected in zip(scene.posts(thread), POSTS, strict=True)] == POSTS
    assert server.refusals == []


async def test_the_whole_story_with_every_event_twice_and_out_of_order(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path / "data") as scene:
        server.gateway.duplicating = True
        server.gateway.reordering = random.Random(2)
        await tell(scene, tmp_path)
        (thread,) = scene.guild.threads()
        assert [post[: len(expected)] for post, expected in zip(scene.posts(thread), POSTS, strict=True)] == POSTS
    assert {request.code for request in server.refusals} <= {40060}


async def test_the_whole_story_with_two_bots_on_one_token(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path / "data") as scene, scene_on(server, tmp_path / "data") as other:
        # The second scene brings a street of its own; only its bot matters here.
        assert other.bot is not scene.bot

        async def both_know() -> None:
            """Each reads what the other wrote at its next tick; until then it may answer from what it knows."""
            first, second = (one.bot.office.deliberations for one in (scene, other))
            await server.until(lambda: first.all == second.all, what="both bots to know the same")

        scene.between = both_know
        await tell(scene, tmp_path)
        thread = scene.guild.threads()[0]
        # The one that does not answer posts what is still due at a tick of its own.
        await server.until(lambda: len(scene.posts(thread)) >= len(POSTS), what="all posts")
        await server.settled()
        assert [post[: len(expected)] for post, expected in zip(scene.posts(thread), POSTS, strict=True)] == POSTS
    assert {request.code for request in server.refusals} <= {40060}


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_whole_story_on_a_bad_day(server: LoopbackDiscord, tmp_path: Path, seed: int):
    """One request in ten is limited, and the connection breaks every few hundred milliseconds."""
    chance = random.Random(seed)

    async def breaks() -> None:
        while True:
            await asyncio.sleep(chance.uniform(0.05, 0.6))
            chance.choice((server.gateway.cut, server.gateway.reconnect, server.gateway.close))()

    async with scene_on(server, tmp_path / "data") as scene:
        server.has_a_bad_day(seed)
        breaking = asyncio.create_task(breaks())
        await tell(scene, tmp_path)
        breaking.cancel()
        (thread,) = scene.guild.threads()
        assert [post[: len(expected)] for post, expected in zip(scene.posts(thread), POSTS, strict=True)] == POSTS
    assert server.refusals == []


async def test_two_shards_hold_their_own_deliberations(tmp_path: Path):
    async with LoopbackDiscord(shards=2, seconds_to_answer=PATIENT) as server, ModelWorker(runner=RUNNER) as worker:
        with pointed_at(server):
            first = Scene(server, tmp_path, worker)
            others: list[Scene] = []
            while not others or (others[-1].guild.id >> 22) % 2 == (first.guild.id >> 22) % 2:
                await asyncio.sleep(0.001)
                others.append(Scene(server, tmp_path, worker))
            await first.starts()
            assert len(server.gateway.connected) == 2
            for scene in (first, others[-1]):
                thread = await scene.opens(capture=True)
                opened = await scene.agrees_to_the_notice(scene["Ada"], thread)
                await scene["Ada"].submits(opened.modal, {"text": SAID["Ada"]})
                said = await scene["Ada"].says(thread, "And benches.")
                await server.until(lambda said=said: said.reactions)
                await scene.shows(thread, "1 has spoken")
            assert len(first.bot.office.deliberations.all) == 2
            await first.stops()
        assert server.refusals == []
