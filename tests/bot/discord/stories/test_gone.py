"""Archived, locked and deleted threads, missing permissions, a kicked bot, members who leave: all are met."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.bot.discord.stories.scene import Scene, card, opinions, scene_on, stage
from tests.bot.discord.stories.test_away import several_spoke
from tests.discord_server.permissions import BOT
from tests.discord_server.server import LoopbackDiscord, grants
from tests.discord_server.things import Channel


def incidents(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What ended up in the operator's log as unforeseen."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


async def three_spoke(scene: Scene) -> Channel:
    thread = await scene.opens()
    await several_spoke(scene, thread, "Ada", "Bruno", "Chen")
    await scene.shows(thread, "agreed yet")
    return thread


async def test_a_deleted_card_comes_back_pinned(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await three_spoke(scene)
        for _ in range(2):
            old = card(thread)
            scene.guild.deletes(old)
            await server.until(lambda: bool(thread.pins), what="a new card")
            assert card(thread) is not old
            assert "3 have spoken" in card(thread).text
            assert (await scene["Ada"].clicks(card(thread), "Share my view")).opened_modal


async def test_a_card_that_was_deleted_while_the_bot_was_stopped_comes_back(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await three_spoke(scene)
        await scene.stops()
        scene.guild.deletes(card(thread))
        await scene.starts()
        await scene.shows(thread, "3 have spoken")


async def test_an_archived_thread_wakes_up_for_what_is_due(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await three_spoke(scene)
        scene.guild.archives(thread)
        server.clock.advance(hours=24, minutes=1)
        await server.until(lambda: stage(scene) == "critique")
        await scene.shows(thread, "[Is your point in it?]")
        assert not thread.archived
    assert server.refusals == []


async def test_in_a_locked_thread_the_button_still_works_and_nothing_breaks(
    server: LoopbackDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with scene_on(server, tmp_path) as scene:
        thread = await three_spoke(scene)
        scene.guild.grants_bot(BOT & ~grants("manage_threads"))
        scene.guild.archives(thread, locked=True)
        answer = await scene["Dana"].clicks(card(thread), "Share my view")
        assert "Before you take part" in answer.text
        server.clock.advance(hours=24, minutes=1)
        await server.until(lambda: stage(scene) == "critique", what="the log goes on whatever the thread does")
        await server.settled()
        scene.guild.reopens(thread)
        await scene["Dana"].clicks(answer.message, "Take part")
        await scene.restarts()
        await scene.shows(thread, "[Is your point in it?]")
    assert incidents(caplog) == []


async def test_a_thread_that_is_reopened_shows_what_happened_without_a_restart(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await three_spoke(scene)
        scene.guild.grants_bot(BOT & ~grants("manage_threads"))
        scene.guild.archives(thread, locked=True)
        server.clock.advance(hours=24, minutes=1)
        await server.until(lambda: stage(scene) == "critique")
        await server.settled()
        scene.guild.reopens(thread)
        await scene.shows(thread, "[Is your point in it?]")


@pytest.mark.parametrize("what", ["thread", "channel"])
async def test_a_deleted_thread_ends_its_deliberation_with_that_reason(
    server: LoopbackDiscord, tmp_path: Path, what: str, caplog: pytest.LogCaptureFixture
):
    async with scene_on(server, tmp_path) as scene:
        other = scene.guild.text_channel("office")
        thread = await three_spoke(scene)
        scene.guild.deletes(thread if what == "thread" else scene.channel)
        await server.until(lambda: stage(scene) == "closed", what="the end")
        listed = await scene.moderator.slash(other, "deliberation list")
        assert "Should our street" in listed.text
        assert f"<#{thread.id}>" not in listed.text
        await scene.restarts()
        await server.settled()
    assert incidents(caplog) == []


async def test_a_thread_that_was_deleted_while_the_bot_was_stopped_ends_its_deliberation(
    server: LoopbackDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with scene_on(server, tmp_path) as scene:
        thread = await three_spoke(scene)
        await scene.stops()
        scene.guild.deletes(thread)
        await scene.starts()
        await server.until(lambda: stage(scene) == "closed", what="the end")
    assert incidents(caplog) == []


@pytest.mark.parametrize("taken", ["send_messages_in_threads", "view_channel", "pin_messages"])
async def test_a_permission_that_is_taken_away_costs_only_what_needs_it(
    server: LoopbackDiscord, tmp_path: Path, taken: str, caplog: pytest.LogCaptureFixture
):
    async with scene_on(server, tmp_path) as scene:
        thread = await three_spoke(scene)
        everyone = scene.guild.everyone
        before = everyone.permissions
        everyone.permissions &= ~grants(taken)
        scene.guild.grants_bot(BOT & ~grants(taken))
        server.clock.advance(hours=24, minutes=1)
        await server.until(lambda: stage(scene) == "critique")
        await server.settled()
        everyone.permissions = before
        scene.guild.grants_bot(BOT)
        await scene.restarts()
        await scene.shows(thread, "[Is your point in it?]")
        posts = [post for post in scene.posts(thread) if "is your point in the draft" in post]
        await server.until(lambda: bool(posts) or scene.posts(thread))
        assert len([post for post in scene.posts(thread) if "is your point in the draft" in post]) == 1
    assert incidents(caplog) == []


async def test_without_the_permission_to_pin_the_card_stands_unpinned(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        scene.guild.grants_bot(BOT & ~grants("pin_messages"))
        form = (await scene.moderator.slash(scene.channel, "deliberation open")).modal
        preview = await scene.moderator.submits(form, {"question": "A boat?"})
        await scene.moderator.clicks(preview.message, "Start")
        await server.until(lambda: scene.guild.threads() and scene.guild.threads()[0].said(), what="the card")
        await server.settled()
        (thread,) = scene.guild.threads()
        (shown,) = [message for message in thread.said() if "A boat?" in message.text]
        assert (await scene["Ada"].clicks(shown, "Share my view")).ephemeral


@pytest.mark.parametrize("lacking", ["create_public_threads", "send_messages_in_threads"])
async def test_where_the_bot_cannot_open_a_thread_the_moderator_is_told_why(
    server: LoopbackDiscord, tmp_path: Path, lacking: str
):
    async with scene_on(server, tmp_path) as scene:
        scene.guild.everyone.permissions &= ~grants(lacking)
        scene.guild.grants_bot(BOT & ~grants(lacking))
        form = (await scene.moderator.slash(scene.channel, "deliberation open")).modal
        preview = await scene.moderator.submits(form, {"question": "A boat?"})
        answer = await scene.moderator.clicks(preview.message, "Start")
        assert lacking.replace("_", " ") in answer.text.lower()
        assert scene.bot.office.deliberations.all == {}
        assert [thread.name for thread in scene.guild.threads()] == []


async def test_a_kicked_bot_keeps_quiet_and_comes_back(
    server: LoopbackDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with scene_on(server, tmp_path) as scene:
        thread = await three_spoke(scene)
        scene.guild.kicks_bot()
        asked = len(server.requests)
        server.clock.advance(hours=24, minutes=1)
        await server.settled(0.5)
        tries = [request for request in server.requests[asked:] if request.method != "GET"]
        assert len(tries) <= 1, "10,000 refused requests in ten minutes are a ban"
        server.invite(scene.guild, BOT)
        await server.settled()
        await scene.restarts()
        assert (await scene["Ada"].slash(thread, "mypart")).text
    assert incidents(caplog) == []


async def test_a_member_who_left_keeps_their_ballot_and_gets_no_reminder(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await three_spoke(scene)
        await scene.moderator.slash(thread, "deliberation poll")
        await scene.shows(thread, "[Vote]")
        more = await scene["Bruno"].clicks(card(thread), "More")
        await scene["Bruno"].clicks(more.message, "Remind me (on/off)")
        for name in ("Ada", "Chen"):
            await scene.votes(scene[name], thread, "6")
        scene["Ada"].leaves()
        scene["Bruno"].leaves()
        server.clock.advance(hours=11)
        await server.settled()
        server.clock.advance(hours=2)
        await server.until(lambda: stage(scene) == "closed")
        await server.until(lambda: any("2 of 2 agree" in message.text for message in thread.said()), what="the result")


async def test_a_role_that_changes_in_the_poll_changes_nobodys_vote(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        tenants = scene.guild.role("Tenants")
        for name in ("Ada", "Bruno", "Chen"):
            scene[name].gains(tenants)
        thread = await scene.opens(who=tenants)
        await several_spoke(scene, thread, "Ada", "Bruno")
        await scene.agrees_to_the_notice(scene["Dana"], thread)
        await scene.shows(thread, "agreed yet")
        await scene.moderator.slash(thread, "deliberation poll")
        await scene.shows(thread, "[Vote]")
        assert "Receipt" in (await scene.votes(scene["Ada"], thread, "6")).text
        scene["Ada"].loses(tenants)
        scene["Dana"].gains(tenants)
        changed = await scene["Ada"].clicks(card(thread), "Vote")
        assert "Your vote so far: 6" in changed.text
        refused = await scene["Dana"].clicks(card(thread), "Vote")
        assert "[select" not in refused.text


async def test_closed_dms_are_no_trouble(server: LoopbackDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    async with scene_on(server, tmp_path) as scene:
        thread = await three_spoke(scene)
        await scene.moderator.slash(thread, "deliberation poll")
        await scene.shows(thread, "[Vote]")
        more = await scene["Bruno"].clicks(card(thread), "More")
        await scene["Bruno"].clicks(more.message, "Remind me (on/off)")
        scene["Bruno"].user.takes_dms = False
        server.clock.advance(hours=9.5)
        await server.until(lambda: any("Closing soon" in post for post in scene.posts(thread)))
        await server.settled()
    assert incidents(caplog) == []
    assert len(server.refusals) <= 1


async def test_what_is_no_opinion_is_not_taken_for_one(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens(capture=True)
        await scene.agrees_to_the_notice(scene["Ada"], thread)
        await scene["Ada"].renames(thread, "A better name")
        sticker = await scene["Ada"].says(thread, "")
        assert sticker
        await scene["Ada"].says(thread, "This counts.")
        await server.until(lambda: "This counts." in opinions(scene))
        assert opinions(scene) == ["This counts."]
