"""Ballots in Discord: changeable, secret until the close, with a receipt, always with "keep things as they are"."""

from __future__ import annotations

import re
from pathlib import Path

from storage.export import export
from storage.verify import check_receipt
from tests.bot.discord.house import Street, bot_on, card, card_says, only_state, posted
from tests.discord_server.server import LoopbackDiscord

RECEIPT = re.compile(r"\|\|([0-9a-f]+):([0-9a-f]+)\|\|")


async def test_a_ballot_has_seven_steps_in_words_and_keeping_things(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.reaches_the_poll(thread)
        ballot = await street.members[0].clicks(card(thread), "Vote")
        assert ballot.ephemeral
        for words in ("7 · strongly agree", "1 · strongly disagree", "None of these: keep things as they are"):
            assert words in ballot.text


async def test_the_newest_ballot_counts_once_and_its_receipt_finds_it(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path / "data") as bot:
        thread = await street.opens()
        await street.reaches_the_poll(thread)
        first = await street.votes(ada, thread, "1")
        second = await street.votes(ada, thread, "6")
        shown = await ada.clicks(card(thread), "Vote")
        assert "Your vote so far: 6 (agree)" in shown.text
        for member in street.members[1:5]:
            await street.votes(member, thread, "7")
        server.clock.advance(hours=12)
        result = await posted(server, thread, "## Adopted")
        assert "5 of 5 agree" in result.text
        (deliberation,) = bot.office.deliberations.all
        path = tmp_path / "log.jsonl"
        await export(bot.office.deliberations.log, deliberation, path)
    tags = [RECEIPT.search(answer.text) for answer in (first, second)]
    found = [check_receipt(path, match[1], match[2]).status == "counted" for match in tags if match is not None]
    assert found == [False, True]


async def test_keeping_things_wins_without_anyone_being_strongly_against(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens(rounds=1, preset="quick")
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        server.clock.advance(hours=6, minutes=1)
        await card_says(server, thread, "[Vote]")
        for member, step in zip(street.members, ("keep", "keep", "5"), strict=False):
            await street.votes(member, thread, step)
        server.clock.advance(hours=6)
        result = await posted(server, thread, "## Not adopted")
        assert "keep things as they are" in result.text
        assert "0 strongly against (2 or below" in result.text
        assert only_state(bot).outcome is not None


async def test_a_reason_is_published_only_with_its_tick(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens(adopt_at=1, quorum=2)
        await street.reaches_the_poll(thread)
        for member, publish in ((street.members[0], True), (street.members[1], False)):
            cast = await street.votes(member, thread, "3")
            form = await member.clicks(cast.message, "Say why")
            words = f"reason of {member.name}"
            told = await member.submits(form.modal, {"Your reason": words, "May be published": publish})
            assert words in told.text
        await street.votes(street.members[2], thread, "7")
        server.clock.advance(hours=12)
        result = await posted(server, thread, "2 ballots are against")
        assert "reason of Ada" in result.text
        assert "reason of Bruno" not in result.text


async def test_several_statements_are_graded_in_a_form_and_can_be_ranked(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens(preset="large", quorum=1)
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        await street.moderator.slash(thread, "deliberation poll")
        await card_says(server, thread, "[Vote]")
        ballot = await ada.clicks(card(thread), "Vote")
        form = await ada.clicks(ballot.message, "Grade the statements")
        cast = await ada.submits(form.modal, {"Statement 1": "6", "Statement 2": "2"})
        assert "6 (agree), 2 (disagree)" in cast.text
        ranking = await ada.clicks(cast.message, "Rank the options")
        first, second = (option for option in only_state(bot).options if option != "none")
        ranked = await ada.submits(ranking.modal, {"Choice 1": second, "Choice 2": "none", "Choice 3": first})
        assert "Receipt" in ranked.text
        again = await ada.clicks(ranked.message, "Rank the options")
        twice = await ada.submits(again.modal, {"Choice 1": first, "Choice 2": first, "Choice 3": "none"})
        assert "twice" in twice.text
        (counted,) = only_state(bot).valid_ballots
        assert counted.ballot.value is not None
        assert counted.ballot.value.ranking == ((second,), ("none",), (first,))


async def test_who_joined_after_the_opening_may_speak_but_not_vote(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        late = street.guild.member("Late", member_days=-0.01)
        taken = await street.says(late, thread, "I am new.")
        assert "Taken" in taken.text
        await street.reaches_the_poll(thread)
        refused = await late.clicks(card(thread), "Vote")
        assert "only those vote who were in the server at the opening" in refused.text


async def test_no_count_is_shown_or_handed_out_before_the_close(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.reaches_the_poll(thread)
        for member in street.members[:3]:
            await street.votes(member, thread, "7")
        refused = await street.moderator.slash(thread, "deliberation export")
        assert "after the close" in refused.text
        status = await street.moderator.slash(thread, "deliberation status")
        assert "3 voted" in status.text
        await server.settled()
        for message in thread.said():
            assert "agree (" not in message.text


async def test_a_late_ballot_is_refused_with_a_sentence(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path, tick_seconds=3600):
        thread = await street.opens()
        await street.speak(thread)
        await card_says(server, thread, "Machine draft")
        await street.moderator.slash(thread, "deliberation poll")
        await card_says(server, thread, "[Vote]")
        ballot = await street.members[0].clicks(card(thread), "Vote")
        server.clock.advance(minutes=12 * 60 + 1)
        late = await street.members[0].selects(ballot.message, "", "7")
        assert "time for this is over" in late.text


async def test_reminders_reach_only_who_asked_and_has_not_voted(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada, bruno, chen = street.members[:3]
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.reaches_the_poll(thread)
        for member in (ada, bruno):
            more = await member.clicks(card(thread), "More")
            await member.clicks(more.message, "Remind me (on/off)")
        await street.votes(ada, thread, "6")
        server.clock.advance(hours=9.5)
        quiet = not 7 <= server.clock.now().hour < 22
        post = await posted(server, thread, "Closing soon:** the vote")
        assert post.allowed_mentions in (None, {"parse": []})
        await server.settled()
        assert ada.dms == []
        assert chen.dms == []
        assert len(bruno.dms) == (0 if quiet else 1)
