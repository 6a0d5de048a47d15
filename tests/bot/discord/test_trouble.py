"""What can go wrong around the bot, and what it does about it (docs/discord.md has a line for each)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.discord.house import PATIENT, QUESTION, Street, bot_on, card, card_says, only_state, posted
from tests.discord_server.server import LoopbackDiscord


async def test_a_button_that_nobody_knows_gets_a_sentence(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        shown = card(thread)
        for part in ("accord:sing:-", "somebody:else", "accord:share:d404"):
            server.world.edit(
                shown,
                components=[{"type": 1, "components": [{"type": 2, "style": 1, "label": "Old", "custom_id": part}]}],
            )
            answer = await street.members[0].clicks(shown, "Old")
            assert "too old" in answer.text
        assert only_state(bot).stage == "collecting"


async def test_what_nobody_foresaw_ends_in_a_sentence_and_a_log_line_with_the_same_id(
    server: LoopbackDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()

        def broken(*_: object) -> None:
            raise ValueError("unforeseen")

        monkeypatch.setattr(bot.office.limit, "spend", broken)
        answers = [
            await street.says(street.members[0], thread, "by the form"),
            await street.members[0].slash(thread, "opinion", text="by the command"),
        ]
        for answer in answers:
            assert answer.ephemeral
            incident = answer.text.partition("incident ")[2][:8]
            assert f"incident {incident}" in caplog.text


async def test_a_card_that_was_deleted_comes_back(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        street.guild.deletes(card(thread))
        await server.until(lambda: thread.pins, what="another card")
        assert "No draft yet" in card(thread).text


async def test_an_archived_thread_is_opened_for_what_is_due(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        street.guild.archives(thread)
        server.clock.advance(hours=24)
        await card_says(server, thread, "[Is your point in it?]")
        assert not thread.archived


async def test_a_deleted_thread_ends_its_deliberation(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        street.guild.deletes(thread)
        await server.until(lambda: only_state(bot).stage == "closed")
        outcome = only_state(bot).outcome
        assert outcome is not None
        assert outcome.reason == "The thread was deleted."
        listed = await street.moderator.slash(street.channel, "deliberation list")
        assert QUESTION in listed.text


async def test_where_the_bot_may_not_write_the_moderator_is_told_what_is_missing(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    quiet = street.guild.text_channel("quiet", denies=("send_messages",))
    async with bot_on(server, tmp_path) as bot:
        form = (await street.moderator.slash(quiet, "deliberation open")).modal
        preview = await street.moderator.submits(form, {"question": QUESTION})
        answer = await street.moderator.clicks(preview.message, "Start")
        assert "it lacks" in answer.text
        assert "Send Messages" in answer.text
        assert bot.office.deliberations.all == {}


async def test_permissions_that_are_taken_away_cost_the_card_and_not_the_deliberation(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.takes_part(street.members[0], thread)
        server.fails("PATCH", r"/channels/\d+/messages/\d+", status=403, code=50013, times=1000)
        taken = await street.members[0].slash(thread, "opinion", text="Close it.")
        assert "Taken" in taken.text
        assert len(only_state(bot).opinions) == 1


async def test_a_kicked_bot_goes_on_with_its_log_and_with_its_cards_when_it_is_back(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        street.guild.kicks_bot()
        server.clock.advance(hours=24)
        await server.until(lambda: only_state(bot).stage == "critique")
        server.invite(street.guild)
        await card_says(server, thread, "[Is your point in it?]")


async def test_a_malformed_event_costs_that_event(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        for name in ("MESSAGE_CREATE", "INTERACTION_CREATE", "THREAD_UPDATE", "GUILD_MEMBER_UPDATE"):
            server.gateway.raw(name, {"broken": 1})
        taken = await street.says(street.members[0], thread, "Close it.")
        assert "Taken" in taken.text
        assert bot.is_ready()


async def test_unknown_and_missing_fields_do_not_matter(server: LoopbackDiscord, tmp_path: Path) -> None:
    server.adds_unknown_fields()
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")


async def test_when_discord_limits_or_fails_the_card_is_drawn_later(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        server.limits("PATCH", r"/channels/\d+/messages/\d+", times=2)
        server.fails("PATCH", r"/channels/\d+/messages/\d+", status=500, times=1)
        await street.speak(thread)
        await card_says(server, thread, "3 have spoken")


async def test_a_message_that_was_sent_and_whose_answer_was_lost_is_not_sent_twice(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        server.loses_answer("POST", rf"/channels/{thread.id}/messages")
        await street.moderator.slash(thread, "deliberation poll")
        await posted(server, thread, "The vote is open")
        await card_says(server, thread, "[Vote]")
        await server.settled(0.5)
        assert len([message for message in thread.said() if "The vote is open" in message.text]) == 1


async def test_a_member_who_left_leaves_what_they_said(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.speak(thread)
        street.members[0].leaves()
        await server.settled()
        assert len(only_state(bot).opinions) == 3


async def test_two_shards(tmp_path: Path) -> None:
    from tests.discord_server.client import pointed_at

    async with LoopbackDiscord(shards=2, seconds_to_answer=PATIENT) as server:
        streets = [Street(server), Street(server)]
        with pointed_at(server):
            async with bot_on(server, tmp_path):
                for street in streets:
                    thread = await street.opens()
                    await street.says(street.members[0], thread, "Close it.")
        assert server.crashes == []


async def test_commands_that_discord_does_not_take_hold_up_nothing_else(
    server: LoopbackDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
    server.fails("PUT", r"/applications/\d+/guilds/\d+/commands", status=403, code=50001, times=9)
    async with bot_on(server, tmp_path, guild=street.guild.id):
        taken = await street.says(street.members[0], thread, "Close it.")
        assert "Taken" in taken.text
    assert "did not take the commands" in caplog.text
