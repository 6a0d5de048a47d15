"""A deliberation from its opening to its result, in Discord."""

from __future__ import annotations

from pathlib import Path

from tests.bot.discord.house import ScriptedDrafter, Street, bot_on, card, only_state
from tests.discord_server.server import LoopbackDiscord


async def test_neighbours_speak_see_a_draft_say_what_is_missing_vote_and_read_the_result(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    drafter = ScriptedDrafter()
    async with bot_on(server, tmp_path, drafter=drafter) as bot:
        thread = await street.opens()
        assert "No draft yet" in card(thread).text
        for member, words in zip(street.members, ("Close it.", "Leave it open.", "Try it in summer."), strict=False):
            taken = await street.says(member, thread, words)
            assert taken.ephemeral
            assert "Taken:" in taken.text
        shown = await server.until(lambda: card(thread).text if "Machine draft" in card(thread).text else "")
        assert "nobody has agreed yet" in shown
        assert "3 have spoken" in shown

        server.clock.advance(hours=24)
        await server.until(lambda: "Is your point in it?" in card(thread).text)
        ada = street.members[0]
        form = await ada.clicks(card(thread), "Is your point in it?")
        await ada.submits(form.modal, {"text": "Say that it is for one summer only."})
        await server.until(lambda: len(drafter.jobs) >= 2 and drafter.jobs[-1].critiques)

        server.clock.advance(hours=12)
        await server.until(lambda: only_state(bot).stage == "polling")
        await server.until(lambda: "[Vote]" in card(thread).text)
        for member, step in zip(street.members, ("7", "6", "3"), strict=False):
            ballot = await member.clicks(card(thread), "Vote")
            cast = await member.selects(ballot.message, "", step)
            assert cast.updated
            assert "Receipt" in cast.text
        assert "3 have voted" in await server.until(
            lambda: card(thread).text if "3 have voted" in card(thread).text else ""
        )
        await server.settled()
        assert not any("of 3 agree" in message.text for message in thread.said())

        server.clock.advance(hours=12)
        result = await server.until(
            lambda: next((message for message in thread.said() if "## Adopted" in message.text), None)
        )
        assert "2 of 3 agree" in result.text
        assert "One ballot is against" in result.text
        assert "Head of the log" in result.text
        await server.until(lambda: "has ended" in card(thread).text)
    assert server.refusals == []
