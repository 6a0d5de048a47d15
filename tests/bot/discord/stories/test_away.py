"""What happened while the bot, its connection or Discord was away is made good, once and in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.discord.stories.scene import SAID, Scene, card, opinions, scene_on, stage
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Channel


async def several_spoke(scene: Scene, thread: Channel, *names: str) -> None:
    """They agree to the notice and say it in the box."""
    for name in names:
        opened = await scene.agrees_to_the_notice(scene[name], thread)
        await scene[name].submits(opened.modal, {"text": SAID[name]})


def late_posts(scene: Scene, thread: Channel) -> list[str]:
    return [post for post in scene.posts(thread) if "comes late" in post]


async def test_what_was_said_while_the_bot_was_stopped_is_read_again(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens(capture=True)
        await several_spoke(scene, thread, "Ada", "Bruno")
        await scene.stops()
        await scene["Ada"].says(thread, f"{server.bot.mention} And benches.")
        await scene["Bruno"].says(thread, "And plants.")
        await scene["Chen"].says(thread, "I never agreed to the notice.")
        await scene.starts()
        await server.until(lambda: len(opinions(scene)) == 4)
        assert opinions(scene)[2:] == ["And benches.", "And plants."]
    assert server.refusals == []


@pytest.mark.parametrize("how", ["invalid session", "outage"])
async def test_what_was_said_while_the_session_was_lost_is_read_again(
    server: LoopbackDiscord, tmp_path: Path, how: str
):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens(capture=True)
        await several_spoke(scene, thread, "Ada")
        if how == "outage":
            server.gateway.forget_sessions()
            await server.down()
            await scene["Ada"].says(thread, "Said in the dark.")
            await server.up()
        else:
            server.gateway.invalidate()
            await scene["Ada"].says(thread, "Said in the dark.")
        await server.ready()
        await server.until(lambda: "Said in the dark." in opinions(scene), what="the message")


async def test_edits_and_deletions_while_the_bot_was_stopped_follow_through(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens(capture=True)
        await scene.agrees_to_the_notice(scene["Ada"], thread)
        kept, gone = [await scene["Ada"].says(thread, text) for text in ("Close it.", "I hate cars.")]
        await server.until(lambda: len(opinions(scene)) == 2)
        await scene.stops()
        await scene["Ada"].edits(kept, "Close it in summer.")
        await scene["Ada"].deletes(gone)
        await scene.starts()
        await server.until(lambda: opinions(scene) == ["Close it in summer."], what="the edit and the deletion")


@pytest.mark.parametrize("away", [{"hours": 1}, {"days": 7}])
async def test_an_outage_over_the_deadlines_is_made_good_in_order(
    server: LoopbackDiscord, tmp_path: Path, away: dict[str, float]
):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens(duration="48h")
        await several_spoke(scene, thread, "Ada", "Bruno", "Chen")
        await scene.shows(thread, "agreed yet")
        server.clock.advance(hours=23, minutes=30)
        await scene.stops()
        server.clock.advance(**away)
        await scene.starts()
        # Speaking is over; members still get the whole time for what comes next.
        await server.until(lambda: stage(scene) == "critique", what="the critique")
        await scene.shows(thread, "[Is your point in it?]")
        await server.until(lambda: len(late_posts(scene, thread)) == 1, what="the word that it comes late")
        await scene.restarts()
        await server.settled()
        assert len(late_posts(scene, thread)) == 1
        assert sum("is your point in the draft" in post for post in scene.posts(thread)) == 1
        assert card(thread).text.count("**Next:**") == 1
    assert server.refusals == []


async def test_a_poll_that_ended_in_an_outage_is_counted_once(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens(preset="quick")
        await several_spoke(scene, thread, "Ada", "Bruno", "Chen")
        await scene.shows(thread, "agreed yet")
        await scene.moderator.slash(thread, "deliberation poll")
        await scene.shows(thread, "[Vote]")
        for name in ("Ada", "Bruno", "Chen"):
            await scene.votes(scene[name], thread, "6")
        await scene.stops()
        server.clock.advance(days=7)
        await scene.starts()
        # The downtime in the last quarter is given back: six hours of poll, of which one and a half were lost.
        await server.settled()
        assert stage(scene) == "polling"
        await scene.votes(scene["Chen"], thread, "7")
        server.clock.advance(hours=1, minutes=31)
        await server.until(lambda: stage(scene) == "closed", what="the count")
        await server.until(lambda: any("## Adopted" in post for post in scene.posts(thread)), what="the result")
        await scene.restarts()
        await server.settled()
        assert sum("## Adopted" in post for post in scene.posts(thread)) == 1


@pytest.mark.parametrize("status", [500, 403])
async def test_a_post_that_discord_refused_once_comes_all_the_same(
    server: LoopbackDiscord, tmp_path: Path, status: int
):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens()
        await several_spoke(scene, thread, "Ada", "Bruno")
        await scene.shows(thread, "agreed yet")
        server.fails("POST", rf"/channels/{thread.id}/messages", status=status, code=50013)
        await scene.moderator.slash(thread, "deliberation poll")
        await server.until(
            lambda: any("The vote is open" in post for post in scene.posts(thread)), what="the post", patience=20
        )
        assert sum("The vote is open" in post for post in scene.posts(thread)) == 1


async def test_a_post_whose_answer_was_lost_is_there_once(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens()
        await several_spoke(scene, thread, "Ada", "Bruno")
        await scene.shows(thread, "agreed yet")
        server.loses_answer("POST", rf"/channels/{thread.id}/messages")
        await scene.moderator.slash(thread, "deliberation poll")
        await server.until(lambda: any("The vote is open" in post for post in scene.posts(thread)))
        await scene.restarts()
        server.clock.advance(minutes=10)
        await scene.restarts()
        await scene.shows(thread, "[Vote]")
        await server.settled()
        assert sum("The vote is open" in post for post in scene.posts(thread)) == 1


async def test_rate_limits_delay_and_lose_nothing(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens()
        server.limits("PATCH", r"/channels/\d+/messages/\d+", times=3, retry_after=0.1)
        server.limits("POST", r"/channels/\d+/messages", times=2, retry_after=0.1)
        await several_spoke(scene, thread, "Ada", "Bruno")
        await scene.shows(thread, "2 have spoken")
        await scene.shows(thread, "agreed yet")
        await scene.moderator.slash(thread, "deliberation poll")
        await scene.shows(thread, "[Vote]")
        await server.until(lambda: any("The vote is open" in post for post in scene.posts(thread)))
    assert server.refusals == []


async def test_malformed_events_cost_themselves_only(server: LoopbackDiscord, tmp_path: Path):
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens(capture=True)
        await scene.agrees_to_the_notice(scene["Ada"], thread)
        sessions = list(server.gateway.sessions)
        for event in (
            "MESSAGE_CREATE",
            "MESSAGE_UPDATE",
            "MESSAGE_DELETE",
            "INTERACTION_CREATE",
            "GUILD_MEMBER_UPDATE",
        ):
            for data in ({}, {"id": "x"}, {"channel_id": str(thread.id)}, {"guild_id": "?", "data": None}):
                server.gateway.raw(event, data)
        server.gateway.raw("AN_EVENT_OF_TOMORROW", {"x": 1})
        await scene["Ada"].says(thread, "Still there?")
        await server.until(lambda: opinions(scene) == ["Still there?"])
        assert server.gateway.connected == sessions


async def test_unknown_fields_and_missing_optional_ones_do_not_matter(server: LoopbackDiscord, tmp_path: Path):
    server.adds_unknown_fields()
    async with scene_on(server, tmp_path) as scene:
        thread = await scene.opens(capture=True)
        await several_spoke(scene, thread, "Ada", "Bruno")
        server.leaves_out("edited_timestamp", "mention_roles", "tts", "nick", "premium_since", "locale", "guild_locale")
        await scene["Ada"].says(thread, "And benches.")
        await server.until(lambda: len(opinions(scene)) == 3)
        await scene.shows(thread, "agreed yet")
    assert server.refusals == []
