"""Draws the pictures of docs/discord.md: `python -m tests.bot.discord.pictures FOLDER`. Needs Chromium.

The written neighbours of `accord demo` speak and react in the loopback Discord, the bundled models draft, and what they
see is drawn: the card while it is live, a ballot, and the result. The ballots are scripted.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from bot.demo.thread import ScriptedMember, Thread, written_thread
from engine.worker.client import ModelWorker
from tests.bot.discord.house import Street, bot_on, card, card_says, only_state, posted
from tests.discord_server.client import pointed_at
from tests.discord_server.page import page
from tests.discord_server.people import Member
from tests.discord_server.picture import draw
from tests.discord_server.server import LoopbackDiscord
from tests.discord_server.things import Channel

STEPS = ("7", "3", "6", "6", "5", "6", "7", "2")
LONG = 180.0


async def play(folder: Path) -> None:
    """Open, speak, draft, vote; three pictures."""
    written = written_thread()
    with tempfile.TemporaryDirectory() as data:
        async with LoopbackDiscord() as server, ModelWorker() as worker:
            with pointed_at(server):
                street = Street(server)
                people = [street.guild.member(member.name) for member in written.member]
                server.clock.advance(minutes=1)
                calm = {"draft_quiet_seconds": 3600, "draft_ceiling_seconds": 3600}
                async with bot_on(server, Path(data), drafter=worker, **calm) as bot:
                    thread = await street.opens(written.question)
                    for person, member in zip(people[:6], written.member, strict=False):
                        await street.says(person, thread, member.opinion)
                    await street.moderator.slash(thread, "deliberation draft")
                    await server.until(lambda: only_state(bot).draft is not None, patience=LONG)
                    for person, member in list(zip(people, written.member, strict=True))[6:]:
                        await street.says(person, thread, member.opinion)
                    await card_says(server, thread, "8 have spoken")
                    for person, member in zip(people, written.member, strict=True):
                        await _reacts(person, thread, member, written)
                    await street.moderator.slash(thread, "deliberation draft")
                    await server.until(lambda: len(only_state(bot).drafts) == 2, patience=LONG)
                    await card_says(server, thread, "Others say")
                    await draw(page([card(thread)], server.clock.now()), folder / "discord-card.png")

                    await street.moderator.slash(thread, "deliberation poll")
                    await card_says(server, thread, "[Vote]")
                    ballot = await people[0].clicks(card(thread), "Vote")
                    assert ballot.message is not None
                    await draw(
                        page([ballot.message], server.clock.now(), open_selects=True), folder / "discord-ballot.png"
                    )
                    for person, step, member in zip(people, STEPS, written.member, strict=True):
                        cast = await street.votes(person, thread, step)
                        if member.reason is not None:
                            form = await person.clicks(cast.message, "Say why")
                            values = {"Your reason": member.reason, "May be published": member.publish}
                            await person.submits(form.modal, values)
                    server.clock.advance(hours=25)
                    result = await posted(server, thread, "Head of the log")
                    await draw(page([result], server.clock.now()), folder / "discord-result.png")


async def _reacts(person: Member, thread: Channel, member: ScriptedMember, written: Thread) -> None:
    """Answer what others say, one tap after the other, as it is written."""
    more = await person.clicks(card(thread), "More")
    shown = await person.clicks(more.message, "What others say")
    votes = dict(member.reactions)
    taps = {1: "Agree", 0: "Pass", -1: "Disagree"}
    while "[Agree]" in shown.text:
        author = next((one.name for one in written.member if one.opinion in shown.text), "")
        shown = await person.clicks(shown.message, taps[votes.get(author, 0)])


if __name__ == "__main__":
    wanted = Path(sys.argv[1])
    wanted.mkdir(parents=True, exist_ok=True)
    asyncio.run(play(wanted))
