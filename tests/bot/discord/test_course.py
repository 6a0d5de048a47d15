"""A deliberation from its opening to its result, in Discord."""

from __future__ import annotations

from pathlib import Path

from tests.bot.discord.house import ScriptedDrafter, Street, bot_on, card, card_says, only_state, posted
from tests.discord_server.server import LoopbackDiscord


async def test_neighbours_speak_see_a_draft_say_what_is_missing_vote_and_read_the_result(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    drafter = ScriptedDrafter()
    async with bot_on(server, tmp_path, drafter=drafter) as bot:
        thread = await street.opens()
        assert "No draft yet" in card(thread).text
        await street.speak(thread)
        await card_says(server, thread, "3 have spoken")
        assert "nobody has agreed yet" in await card_says(server, thread, "Machine draft")

        server.clock.advance(hours=24)
        await card_says(server, thread, "[Is your point in it?]")
        form = await street.members[0].clicks(card(thread), "Is your point in it?")
        await street.members[0].submits(form.modal, {"answer": "no", "text": "Say that it is for one summer only."})
        await server.until(lambda: len(drafter.jobs) >= 2 and drafter.jobs[-1].critiques)

        server.clock.advance(hours=12)
        await server.until(lambda: only_state(bot).stage == "polling")
        await card_says(server, thread, "[Vote]")
        for member, step in zip(street.members, ("7", "6", "3"), strict=False):
            cast = await street.votes(member, thread, step)
            assert cast.updated
            assert "Receipt" in cast.text
        await card_says(server, thread, "3 have voted")
        await server.settled()
        assert not any("of 3 agree" in message.text for message in thread.said())

        server.clock.advance(hours=12)
        result = await posted(server, thread, "## Adopted")
        assert "2 of 3 agree" in result.text
        assert "One ballot is against" in result.text
        assert "Head of the log" in result.text
        await card_says(server, thread, "has ended")
    assert server.refusals == []
