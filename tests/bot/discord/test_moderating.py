"""`/deliberation`: what moderators do, and that only they can."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.bot.discord.house import QUESTION, Street, bot_on, card, card_says, only_state, posted
from tests.discord_server.server import LoopbackDiscord

COMMANDS = {
    "open": {},
    "status": {},
    "draft": {},
    "poll": {},
    "next-round": {},
    "extend": {"by": "1h"},
    "rule": {"rule": "borda"},
    "remove-opinion": {"opinion": "o1", "reason": "no"},
    "close": {"reason": "no"},
    "export": {},
    "settings": {},
    "list": {},
}


@pytest.mark.parametrize("command", COMMANDS)
async def test_without_the_permission_every_command_is_refused_on_the_servers_side(
    server: LoopbackDiscord, tmp_path: Path, command: str
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        before = only_state(bot).version
        answer = await street.members[0].slash(thread, f"deliberation {command}", forced=True, **COMMANDS[command])
        assert "Only members with the permission “Manage Threads”" in answer.text
        assert answer.ephemeral
        assert only_state(bot).version == before


async def test_opening_offers_presets_rules_and_a_preview(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        offered = await street.moderator.autocompletes(street.channel, "deliberation open", "rule", "sch")
        assert offered == [
            ("schulze: who beats whom, by the strongest chains of majorities (the Habermas Machine's rule)", "schulze")
        ]
        opened = await street.moderator.slash(
            street.channel, "deliberation open", preset="small", duration="2d 12h", rule="schulze", quorum=2
        )
        assert opened.modal.value("Template") == ["small"]
        preview = await street.moderator.submits(
            opened.modal,
            {
                "What is the question?": QUESTION,
                "Background (what everyone should know)": "One summer.",
                "What will happen with the result?": "The board decides on Friday.",
            },
        )
        assert "2 days 12 hours in all" in preview.text
        assert "the strongest chains of majorities" in preview.text
        await street.moderator.clicks(preview.message, "Start")
        await server.until(lambda: street.guild.threads(street.channel))
        (thread,) = street.guild.threads(street.channel)
        assert "The board decides on Friday" in await card_says(server, thread, "One summer")
        settings = only_state(bot).settings
        assert (settings.rule, settings.quorum.ballots) == ("schulze", 2)
        assert settings.opinion_seconds + settings.critique_seconds + settings.poll_seconds == 60 * 3600
        again = await street.moderator.clicks(preview.message, "Start") if preview.message.components else None
        assert again is None
        assert len(bot.office.deliberations.all) == 1


async def test_a_duration_that_is_none_is_explained(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        answer = await street.moderator.slash(street.channel, "deliberation open", duration="soon")
        assert "“soon” is no duration" in answer.text


async def test_in_a_forum_and_in_a_private_thread(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    forum = street.guild.forum("ideas")
    async with bot_on(server, tmp_path):
        opened = await street.moderator.slash(street.channel, "deliberation open", channel=forum)
        preview = await street.moderator.submits(opened.modal, {"What is the question?": QUESTION})
        await street.moderator.clicks(preview.message, "Start")
        await server.until(lambda: street.guild.threads(forum))
        (post,) = street.guild.threads(forum)
        await card_says(server, post, "No draft yet")

        opened = await street.moderator.slash(street.channel, "deliberation open", private=True)
        preview = await street.moderator.submits(opened.modal, {"What is the question?": QUESTION})
        await street.moderator.clicks(preview.message, "Start")
        await server.until(lambda: street.guild.threads(street.channel))
        (thread,) = street.guild.threads(street.channel)
        await card_says(server, thread, "No draft yet")
    assert server.refusals == []


async def test_removals_leave_a_reason_that_everyone_reads(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.speak(thread)
        offered = await street.moderator.autocompletes(
            thread, "deliberation remove-opinion", "opinion", "leave", reason="x"
        )
        ((name, opinion),) = offered
        assert name == "Leave it open."
        await street.moderator.slash(
            thread, "deliberation remove-opinion", opinion=opinion, reason="It names a person."
        )
        await posted(server, thread, "It names a person")
        assert "1 opinion was removed" in await card_says(server, thread, "was removed by a moderator")
        done = await street.moderator.slash(
            thread, "deliberation remove-member", member=street.members[0], reason="Insults."
        )
        assert "removed" in done.text
        assert [opinion.text.value for opinion in only_state(bot).live_opinions] == ["Try it in summer."]
        refused = await street.says(street.members[0], thread, "But I")
        assert "A moderator removed you" in refused.text


async def test_extensions_are_capped_and_counted(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        for _ in range(2):
            await street.moderator.slash(thread, "deliberation extend", by="1h")
        third = await street.moderator.slash(thread, "deliberation extend", by="1h")
        assert "as often as its rules allow" in third.text
        assert "extensions 2 of 2" in await card_says(server, thread, "extensions 2")


async def test_rules_lock_at_the_first_opinion(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        first = await street.moderator.slash(thread, "deliberation rule", rule="borda")
        assert "borda" in first.text
        await street.says(street.members[0], thread, "Close it.")
        second = await street.moderator.slash(thread, "deliberation rule", rule="nash")
        assert "fixed since the first opinion" in second.text


async def test_a_deliberation_that_is_closed_says_why_and_hands_out_its_log(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.speak(thread)
        await street.moderator.slash(thread, "deliberation close", reason="The council has decided already.")
        result = await posted(server, thread, "Ended without a result")
        assert "The council has decided already" in result.text
        files = await street.moderator.slash(thread, "deliberation export")
        assert "[file: log.jsonl]" in files.text
        assert "[file: summary.md]" in files.text
        refused = await street.members[0].clicks(result, "Log (moderators)")
        assert "Only members with the permission" in refused.text
        listed = await street.moderator.slash(street.channel, "deliberation list")
        assert "withdrawn by a moderator" in listed.text


async def test_two_deliberations_in_one_server_are_told_apart(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    async with bot_on(server, tmp_path):
        first = await street.opens("Should we buy a boat?")
        second = await street.opens("Should we paint the shed?")
        lost = await street.moderator.slash(street.channel, "deliberation status")
        assert "Several deliberations are open" in lost.text
        offered = await street.moderator.autocompletes(street.channel, "deliberation status", "which", "boat")
        assert [name for name, _ in offered] == ["Should we buy a boat?"]
        status = await street.moderator.slash(street.channel, "deliberation status", which=offered[0][1])
        assert "buy a boat" in status.text
        assert "paint the shed" in (await street.moderator.slash(second, "deliberation status")).text
        assert "boat" in card(first).text


@pytest.mark.parametrize(("locale", "words"), [("en-US", "Time for opinions: 1 day"), ("ja", "1日"), ("zh-CN", "1 天")])
async def test_the_rules_are_shown_in_words(server: LoopbackDiscord, tmp_path: Path, locale: str, words: str) -> None:
    street = Street(server)
    asking = street.guild.member("Ann", roles=street.moderator.roles, locale=locale)
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        name = "deliberation settings"
        told = await asking.slash(thread, name)
        assert words in told.text
        assert not re.search(r"\b[a-z]+_[a-z]+\b", told.text), "no field's name"
        assert "…" not in told.text
    assert server.refusals == []
