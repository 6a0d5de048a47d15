"""What keeps a deliberation fair: review, pauses, who may vote, the questions afterwards, and that words expire."""

from __future__ import annotations

import asyncio
from pathlib import Path

from engine.deliberation.afterwards import fairness_counts
from engine.deliberation.points import point_counts
from storage.signing import fingerprint
from storage.verify import verify
from tests.bot.discord.house import Street, bot_on, card, card_says, only_state, posted
from tests.discord_server.permissions import BOT, Permissions
from tests.discord_server.server import LoopbackDiscord


async def test_in_a_heated_topic_a_moderator_sees_each_opinion_first(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada, bruno = street.members[:2]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens(preset="heated")
        taken = await street.says(ada, thread, "Close it.")
        assert "A moderator looks at it" in taken.text
        await street.says(bruno, thread, "You are all fools.")
        await card_says(server, thread, "2 wait for a moderator")
        assert not only_state(bot).opinions
        first = await street.moderator.slash(thread, "deliberation review")
        assert "Close it." in first.text
        second = await street.moderator.clicks(first.message, "Show it")
        assert "You are all fools" in second.text
        form = await street.moderator.clicks(second.message, "Do not show it")
        done = await street.moderator.submits(form.modal, {"Why? Its author can read this.": "No insults, please."})
        assert "No opinion waits" in done.text
        assert [opinion.text.value for opinion in only_state(bot).live_opinions] == ["Close it."]
        mine = await bruno.slash(thread, "mypart")
        assert "No insults, please" in mine.text


async def test_a_pause_takes_nothing_and_moves_the_deadline(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.takes_part(street.members[0], thread)
        until = only_state(bot).until
        await street.moderator.slash(thread, "deliberation pause", reason="Let us sleep over it.")
        assert "Nothing is taken meanwhile" in await card_says(server, thread, "Paused")
        refused = await street.says(street.members[0], thread, "Close it.")
        assert "paused" in refused.text.lower()
        server.clock.advance(hours=48)
        await server.settled()
        assert only_state(bot).stage == "collecting"
        await street.moderator.slash(thread, "deliberation resume")
        assert only_state(bot).until >= until + 48 * 3_600_000
        await card_says(server, thread, "Collecting opinions")


async def test_whether_points_are_in_the_draft_is_told_in_numbers_from_five_on(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        await server.until(lambda: only_state(bot).pending is None and not only_state(bot).not_yet_held)
        for number, member in enumerate(street.members[:5]):
            await street.agrees(member, thread=thread)
            more = await member.clicks(card(thread), "More")
            form = await member.clicks(more.message, "Is your point in it?")
            await member.submits(
                form.modal, {"answer": "yes" if number else "no", "text": "" if number else "One summer."}
            )
            draft = only_state(bot).draft
            assert draft is not None
            counts = point_counts(only_state(bot), draft.id)
            assert counts == (None if number < 4 else {"yes": 4, "partly": 0, "no": 1})
        assert "Yes 4 · partly 0 · no 1" in await card_says(server, thread, "Yes 4")


async def test_fairness_and_what_became_of_it(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.reaches_the_poll(thread)
        for member in street.members[:5]:
            await street.votes(member, thread, "7")
        server.clock.advance(hours=12)
        result = await posted(server, thread, "## Adopted")
        for member, answer in zip(street.members, ("Yes", "Yes", "Partly", "Yes", "No"), strict=False):
            asked = await member.clicks(result, "Was your view treated fairly?")
            thanked = await member.clicks(asked.message, answer)
            assert "Thank you" in thanked.text
        await server.until(lambda: "Yes 3 · partly 1 · no 1" in result.text)
        assert fairness_counts(only_state(bot)) == {"yes": 3, "partly": 1, "no": 1}
        stranger = street.members[6]
        asked = await stranger.clicks(result, "Was your view treated fairly?")
        refused = await stranger.clicks(asked.message, "Yes")
        assert "neither spoken nor voted" in refused.text

        server.clock.advance(days=14, hours=1)
        question = await posted(server, thread, "what became of this?")
        refused = await street.members[0].clicks(question, "Done")
        assert "Only members with the permission" in refused.text
        form = await street.moderator.clicks(question, "Not done, because …")
        await street.moderator.submits(form.modal, {"Because …": "The council said no."})
        listed = await street.moderator.slash(street.channel, "deliberation list")
        assert "not done: The council said no" in listed.text
        await server.until(lambda: "The council said no" in result.text)
    async with bot_on(server, tmp_path):
        await server.settled()
        assert len([message for message in thread.said() if "what became of this?" in message.text]) == 1


async def test_ninety_days_after_the_end_nothing_personal_is_left(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.says(street.members[0], thread, "unmistakable aardvark")
        await street.moderator.slash(thread, "deliberation close", reason="Enough.")
        await posted(server, thread, "Ended without a result")
        server.clock.advance(days=91)
        await server.until(lambda: only_state(bot).expired is not None)
        (deliberation,) = bot.office.deliberations.all
        await server.settled()
        assert await bot.office.notebook.all(f"person/{deliberation}/") == {}
    on_disk = await asyncio.to_thread(lambda: b"".join(file.read_bytes() for file in tmp_path.iterdir()))
    assert b"aardvark" not in on_disk


async def test_thirty_days_after_the_bot_was_removed_what_was_said_there_goes(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.says(street.members[0], thread, "Close it.")
        street.guild.kicks_bot()
        await server.settled()
        server.clock.advance(days=31)
        await server.until(lambda: only_state(bot).expired is not None)
        outcome = only_state(bot).outcome
        assert outcome is not None


async def test_who_may_vote_is_noted_at_the_opening_and_a_role_lost_later_changes_nothing(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    tenants = street.guild.role("Tenants")
    for member in street.members[:3]:
        member.gains(tenants)
    async with bot_on(server, tmp_path, members_intent=True) as bot:
        thread = await street.opens(who=tenants)
        assert only_state(bot).settings.eligible == 3
        await street.reaches_the_poll(thread)
        street.members[0].loses(tenants)
        street.members[3].gains(tenants)
        cast = await street.votes(street.members[0], thread, "6")
        assert "Receipt" in cast.text
        await street.agrees(street.members[3], thread=thread)
        refused = await street.members[3].clicks(card(thread), "Vote")
        assert "only those vote who were in the server at the opening" in refused.text
        assert "1 of 3 have voted" in await card_says(server, thread, "1 of 3")


async def test_a_young_account_may_speak_and_not_vote(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    young = street.guild.member("Young", account_days=2)
    async with bot_on(server, tmp_path):
        thread = await street.opens(account_days=30)
        taken = await street.says(young, thread, "I am new here.")
        assert "Taken" in taken.text
        await street.reaches_the_poll(thread)
        refused = await young.clicks(card(thread), "Vote")
        assert "only those vote who were in the server at the opening" in refused.text


async def test_the_result_lists_what_moderators_did(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        await street.moderator.slash(thread, "deliberation extend", by="1h")
        await street.moderator.slash(thread, "deliberation pause", reason="Dinner.")
        await street.moderator.slash(thread, "deliberation resume")
        await street.moderator.slash(thread, "deliberation close", reason="Enough.")
        result = await posted(server, thread, "What moderators did")
        for words in ("moved the deadline", "paused: Dinner", "went on", "ended it: Enough"):
            assert words in result.text


async def test_many_votes_at_once_are_shown_to_moderators_and_all_count(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    more = [street.guild.member(f"Neighbour {number}") for number in range(12)]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.reaches_the_poll(thread)
        for member in more:
            await street.votes(member, thread, "7")
        status = await street.moderator.slash(thread, "deliberation status")
        assert "Many votes at once: 12" in status.text
        assert only_state(bot).turnout == 12


async def test_on_joining_the_bot_says_what_it_lacks_and_offers_a_practice_round(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    street.guild.kicks_bot()
    async with bot_on(server, tmp_path) as bot:
        server.invite(street.guild, BOT & ~Permissions.PIN_MESSAGES)
        await server.until(lambda: street.channel.said())
        hello = await posted(server, street.channel, "Accord is here")
        assert "Pin Messages" in hello.text
        assert "Manage Threads" not in hello.text
        refused = await street.members[0].clicks(hello, "Try a practice round")
        assert "Only members with the permission" in refused.text
        await street.moderator.clicks(hello, "Try a practice round")
        (thread,) = street.guild.threads(street.channel)
        guide = await posted(server, thread, "everything here is simulated")
        await server.until(
            lambda: any(
                "PRACTICE ROUND" in message.text and "Machine draft" in message.text for message in thread.said()
            )
        )
        await street.moderator.clicks(guide, "Open the vote")
        await server.until(lambda: only_state(bot).turnout == 3)
        await street.moderator.clicks(guide, "End the practice round")
        await server.until(lambda: not street.guild.threads(street.channel))
        assert only_state(bot).expired is not None
        listed = await street.moderator.slash(street.channel, "deliberation list")
        assert "no deliberation in this server yet" in listed.text


async def test_the_tally_is_a_picture_with_its_numbers_as_text_and_the_export_is_signed(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path / "data") as bot:
        thread = await street.opens()
        await street.reaches_the_poll(thread)
        for member, step in zip(street.members, ("7", "7", "6", "5", "3"), strict=False):
            await street.votes(member, thread, step)
        server.clock.advance(hours=12)
        result = await posted(server, thread, "## Adopted")
        picture = await posted(server, thread, "7 strongly agree: 2, 6 agree: 1")
        # Four spoke, so nothing is told of their predictions.
        assert [file.filename for file in picture.attachments] == ["tally.png", "participation.png"]
        assert all(file.data.startswith(b"\x89PNG") for file in picture.attachments)
        files = await street.moderator.slash(thread, "deliberation export")
        (bundle,) = (file for file in files.message.attachments if file.filename.endswith(".zip"))
        path = tmp_path / "export.zip"
        await asyncio.to_thread(path.write_bytes, bundle.data)
        found = await asyncio.to_thread(verify, path)
        assert found.signed.key is not None
        assert fingerprint(found.signed.key) in result.text
        del bot
    assert server.refusals == []


async def test_moderators_are_told_of_a_burst_in_their_channel(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    channel = street.guild.text_channel("moderators")
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.moderator.slash(thread, "deliberation settings", alerts=channel)
        for number in range(12):
            await street.says(street.members[number % 2], thread, f"View number {number} of this street.")
        told = await posted(server, channel, "Many opinions at once")
        assert "10 within a minute" in told.text
        assert told.allowed_mentions in (None, {"parse": []})
        await card_says(server, thread, "2 have spoken")
        assert sum("Many opinions at once" in message.text for message in channel.said()) == 1
    assert server.refusals == []
