"""What Discord has no room for can be read whole, by whoever may read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.whole import pieces
from tests.bot.discord.house import QUESTION, Street, bot_on, card, card_says, posted
from tests.discord_server.people import Member
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Channel, Message

LONG = "The street is long. " * 120 + "The end of it is green."


@given(st.text(alphabet="ab \n", max_size=400), st.integers(5, 50))
def test_pieces_hold_every_word_and_keep_to_the_limit(text: str, limit: int) -> None:
    made = list(pieces(text, limit))
    assert all(0 < len(piece) <= limit for piece in made)
    assert "".join("".join(made).split()) == "".join(text.split())


async def reads(server: LoopbackDiscord, member: Member, message: Message, *words: str) -> str:
    """Press the button; all that comes, once it holds these words."""
    read = await member.clicks(message, "Read it whole")
    assert read.ephemeral
    await server.until(lambda: all(word in read.text for word in words), what=f"{words} in {read.text}")
    return read.text


async def opens_with(street: Street, background: str) -> Channel:
    form = (await street.moderator.slash(street.channel, "deliberation open")).modal
    preview = await street.moderator.submits(form, {"question": QUESTION, "background": background})
    await street.moderator.clicks(preview.message, "Start")
    await street.server.until(lambda: any(thread.pins for thread in street.guild.threads()), what="the card")
    (thread,) = street.guild.threads()
    return thread


async def others(member: Member, thread: Channel) -> Message:
    more = await member.clicks(card(thread), "More")
    return (await member.clicks(more.message, "What others say")).message


async def test_a_long_background_ends_with_dots_and_a_button(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await opens_with(street, LONG[-1900:])
        shown = await card_says(server, thread, "…")
        assert "green" not in shown
        await reads(server, street.members[0], card(thread), "The end of it is green")


async def test_what_fits_has_no_such_button(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        assert "Read it whole" not in card(thread).text
        mine = await street.members[0].slash(thread, "mypart")
        assert "Read it whole" not in mine.text


async def test_a_long_opinion_is_read_whole_by_others_until_it_is_hidden(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    ada, bruno = street.members[:2]
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.says(ada, thread, LONG)
        await reads(server, ada, (await ada.slash(thread, "mypart")).message, "The end of it is green")
        await street.agrees(bruno, thread=thread)
        shown = await others(bruno, thread)
        assert "green" not in shown.text
        await reads(server, bruno, shown, "The end of it is green")
        options = await street.moderator.autocompletes(thread, "deliberation remove-opinion", "opinion", "", reason="x")
        await street.moderator.slash(thread, "deliberation remove-opinion", opinion=options[0][1], reason="Too long.")
        gone = await bruno.clicks(shown, "Read it whole")
        assert "too old" in gone.text


@pytest.mark.parametrize("who", ["moderator", "member"])
async def test_a_moderator_reads_what_is_reported_whole(server: LoopbackDiscord, tmp_path: Path, who: str) -> None:
    street = Street(server)
    ada, bruno = street.members[:2]
    alerts = street.guild.text_channel("moderators")
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.moderator.slash(thread, "deliberation settings", alerts=alerts)
        await street.says(ada, thread, LONG)
        await street.agrees(bruno, thread=thread)
        form = (await bruno.clicks(await others(bruno, thread), "Report")).modal
        await bruno.submits(form, {"category": "Somebody may harm themselves"})
        alert = await posted(server, alerts, "Report (")
        reader = street.moderator if who == "moderator" else bruno
        whole = await reads(server, reader, alert, "The end of it" if who == "moderator" else "too old")
        assert ("green" in whole) is (who == "moderator"), "it is hidden from others"


async def test_long_reasons_are_whole_behind_the_result(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens(quorum=1, rounds=1)
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        await street.moderator.slash(thread, "deliberation poll")
        await card_says(server, thread, "[Vote]")
        for number, member in enumerate(street.members):
            cast = await street.votes(member, thread, "2")
            form = (await member.clicks(cast.message, "Say why")).modal
            reason = f"{LONG[:600]} That is number {number}."
            await member.submits(form, {"Your reason": reason, "May be published": True})
        server.clock.advance(hours=24)
        result = await posted(server, thread, "[Read it whole]")
        assert "That is number" not in result.text
        await reads(server, street.members[0], result, *(f"That is number {number}" for number in range(7)))
    assert server.refusals == []
