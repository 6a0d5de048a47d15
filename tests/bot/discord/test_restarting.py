"""Stopping at any moment and starting again: cards, buttons, forms, polls and deadlines go on."""

from __future__ import annotations

from pathlib import Path

from tests.bot.discord.house import Street, bot_on, card, card_says, only_state, posted
from tests.discord_server.server import LoopbackDiscord


async def test_a_card_a_form_and_a_ballot_outlive_a_restart(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        opened = await street.takes_part(ada, thread)
    async with bot_on(server, tmp_path) as bot:
        taken = await ada.submits(opened.modal, {"text": "Close it."})
        assert "Taken" in taken.text
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        await street.moderator.slash(thread, "deliberation poll")
        await card_says(server, thread, "[Vote]")
        ballot = await ada.clicks(card(thread), "Vote")
    async with bot_on(server, tmp_path) as bot:
        cast = await ada.selects(ballot.message, "", "6")
        assert "Receipt" in cast.text
        assert only_state(bot).turnout == 1
        assert len(thread.pins) == 1
    assert server.refusals == []


async def test_two_people_may_have_the_same_form_open(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada, bruno = street.members[:2]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        first, second = await street.takes_part(ada, thread), await street.takes_part(bruno, thread)
        await ada.submits(first.modal, {"text": "one"})
        await bruno.submits(second.modal, {"text": "two"})
        assert len(only_state(bot).opinions) == 2


async def test_commands_are_registered_once_and_again_only_when_they_change(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    for _ in range(2):
        async with bot_on(server, tmp_path):
            pass
    assert len(server.asked("PUT", r"/applications/\d+/commands")) == 1
    names = {command["name"] for command in server.commands()}
    assert {"deliberation", "opinion", "mypart", "Add as my opinion"} <= names


async def test_after_a_week_away_everything_due_happens_once_in_order_and_says_that_it_is_late(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
    server.clock.advance(days=7)
    async with bot_on(server, tmp_path) as bot:
        await card_says(server, thread, "[Is your point in it?]")
        await server.settled()
        late = [message for message in thread.said() if "comes late" in message.text]
        assert len(late) == 1
        assert only_state(bot).stage == "critique"
    async with bot_on(server, tmp_path):
        await server.settled()
        assert len([message for message in thread.said() if "comes late" in message.text]) == 1
        assert not any("Closing soon:** opinions" in message.text for message in thread.said())


async def test_a_poll_gets_back_the_time_that_the_bot_was_away_in_its_last_quarter(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.reaches_the_poll(thread)
        await street.votes(street.members[0], thread, "6")
        server.clock.advance(hours=10)
        await server.settled(0.5)
    before = server.clock.milliseconds()
    server.clock.advance(hours=6)
    async with bot_on(server, tmp_path) as bot:
        await server.settled()
        state = only_state(bot)
        assert state.stage == "polling"
        given_back = state.until - before
        assert 7.9 * 3_600_000 < given_back < 8.1 * 3_600_000  # six hours away, two of them in the poll's own time
        assert state.acts.extensions == 0
        server.clock.advance(hours=2, minutes=5)
        await posted(server, thread, "No decision")


async def test_a_draft_that_was_being_made_is_made_after_the_restart(server: LoopbackDiscord, tmp_path: Path) -> None:

    street = Street(server)
    async with bot_on(server, tmp_path, draft_quiet_seconds=60, draft_ceiling_seconds=60):
        thread = await street.opens()
        await street.speak(thread)
    async with bot_on(server, tmp_path):
        await card_says(server, thread, "Machine draft")


async def test_messages_said_while_the_bot_was_away_are_taken(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.takes_part(ada, thread)
    message = await ada.says(thread, f"{server.bot.mention} Close it.")
    async with bot_on(server, tmp_path) as bot:
        await server.until(lambda: message.reactions)
        assert [opinion.text.value for opinion in only_state(bot).live_opinions] == ["Close it."]


async def test_two_bots_on_one_token_do_everything_once(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as first, bot_on(server, tmp_path) as second:
        thread = await street.opens()
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        server.clock.advance(hours=24)
        await card_says(server, thread, "[Is your point in it?]")
        await server.settled(0.5)
        assert len(thread.pins) == 1
        assert len([message for message in thread.said() if "is your point in the draft" in message.text]) == 1
        assert len(only_state(first).opinions) == 3
        await server.until(lambda: only_state(second).version == only_state(first).version)
