"""The ways to say something, and what follows from edits, deletions and second thoughts."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.discord import messages, opinions
from bot.discord.app import Accord
from bot.discord.consent import takes_part
from bot.discord.visit import Visit
from tests.bot.discord.house import Street, bot_on, card, card_says, only_state
from tests.discord_server.refusing import Json
from tests.discord_server.server import LoopbackDiscord


def words(bot: Accord) -> list[str | None]:
    return [opinion.text.value for opinion in only_state(bot).live_opinions]


async def test_nothing_is_taken_before_the_notice_is_agreed_to(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        notice = await ada.slash(thread, "opinion", text="Close it.")
        assert notice.ephemeral
        assert "Before you take part" in notice.text
        mentioned = await ada.says(thread, f"{server.bot.mention} Close it.")
        await server.settled()
        assert words(bot) == []
        replies = [message for message in thread.said() if "short notice" in message.text]
        assert len(replies) == 1
        read = await ada.clicks(replies[0], "Read it")
        taken = await ada.clicks(read.message, "Take part")
        assert "Taken: Close it" in taken.text
        assert words(bot) == ["Close it."]
        assert not mentioned.deleted
    assert server.refusals == []


async def test_what_was_refused_before_the_notice_does_not_count_when_it_comes_again_after_it(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    ada = street.members[0]
    told: list[tuple[str, Json]] = []

    def kept(data: Json) -> Json:
        for event, said in (("MESSAGE_CREATE", data.get("content")), ("INTERACTION_CREATE", data.get("data"))):
            if "by mistake" in str(said):
                told.append((event, data))
        return data

    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens(capture=True)
        server.gateway.altering = kept
        await ada.says(thread, "I said this by mistake")
        await ada.says(thread, f"{server.bot.mention} and this by mistake")
        await ada.slash(thread, "opinion", text="and typed this by mistake")
        await server.settled()
        await street.takes_part(ada, thread)
        assert [event for event, _ in told] == ["MESSAGE_CREATE", "MESSAGE_CREATE", "INTERACTION_CREATE"]
        for event, data in told:
            server.gateway.raw(event, data)
        meant = await ada.says(thread, "I mean this")
        await server.until(lambda: meant.reactions, what="the sign that it was taken")
        await server.settled()
        assert words(bot) == ["I mean this"]


async def test_five_ways_to_say_it(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada, bruno, chen, dana, emre = street.members[:5]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens(capture=True)
        for member in street.members:
            await street.takes_part(member, thread)
        await street.says(ada, thread, "by the box")
        await bruno.slash(thread, "opinion", text="by the command")
        message = await chen.says(thread, "a remark that")
        await server.until(lambda: message.reactions)
        other = await dana.says(thread, f"{server.bot.mention} by mention")
        await server.until(lambda: other.reactions)
        assert words(bot) == ["by the box", "by the command", "a remark that", "by mention"]
        again = await chen.uses_menu(message, "Add as my opinion")
        assert "already" in again.text
        theirs = await emre.uses_menu(message, "Add as my opinion")
        assert "somebody else" in theirs.text
        shown = await card_says(server, thread, "4 have spoken")
        assert "Messages here by those who take part count" in shown
    assert server.refusals == []


async def test_without_capture_a_plain_message_is_only_a_message_until_its_author_adds_it(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path, message_content=False) as bot:
        thread = await street.opens()
        await street.takes_part(ada, thread)
        message = await ada.says(thread, "Close it on Sundays.")
        await server.settled()
        assert words(bot) == []
        taken = await ada.uses_menu(message, "Add as my opinion")
        assert "Taken: Close it on Sundays" in taken.text
        assert words(bot) == ["Close it on Sundays."]
        (opinion,) = only_state(bot).live_opinions
        assert opinion.link is not None
        assert str(opinion.link.value).endswith(f"/{thread.id}/{message.id}")


async def test_edits_and_deletions_follow_through(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada, bruno = street.members[:2]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        for member in (ada, bruno):
            await street.takes_part(member, thread)
        first = await ada.says(thread, f"{server.bot.mention} close it")
        second = await bruno.says(thread, f"{server.bot.mention} leave it")
        await server.until(lambda: len(words(bot)) == 2)
        await ada.edits(first, f"{server.bot.mention} close it in summer")
        await server.until(lambda: "close it in summer" in words(bot))
        await bruno.deletes(second)
        await server.until(lambda: words(bot) == ["close it in summer"])
        await ada.edits(first, f"{server.bot.mention}")
        await server.settled()
        assert words(bot) == ["close it in summer"]


async def test_a_message_that_waits_for_a_moderator_is_followed_and_taken_once(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    ada, bruno = street.members[:2]

    def waiting(bot: Accord) -> list[str | None]:
        assert words(bot) == []
        return [opinion.text.value for opinion in only_state(bot).standing_opinions]

    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens(capture=True, review=True)
        await street.agrees(ada, bruno, thread=thread)
        first, second = await ada.says(thread, "close it"), await bruno.says(thread, "leave it")
        await server.until(lambda: first.reactions and second.reactions, what="both to be taken")
        again = await ada.uses_menu(first, "Add as my opinion")
        assert "already" in again.text
        assert waiting(bot) == ["close it", "leave it"]
        await ada.edits(first, "close it in summer")
        await server.until(lambda: "close it in summer" in waiting(bot), what="the edit")
        await bruno.deletes(second)
        await server.until(lambda: waiting(bot) == ["close it in summer"], what="the deletion")
        server.clock.advance(seconds=1)
    await ada.deletes(first)
    async with bot_on(server, tmp_path) as bot:
        await server.until(lambda: waiting(bot) == [], what="the deletion while the bot was away")


async def test_what_waits_for_a_moderator_can_be_changed_and_taken_back(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens(review=True)
        await street.agrees(ada, thread=thread)
        await ada.slash(thread, "opinion", text="close it")
        mine = await ada.slash(thread, "mypart")
        box = await ada.selects(mine.message, "Change an opinion", "close it")
        changed = await ada.submits(box.modal, {"text": "close it in summer"})
        assert "close it in summer" in changed.text
        assert [opinion.text.value for opinion in only_state(bot).standing_opinions] == ["close it in summer"]
        mine = await ada.slash(thread, "mypart")
        taken = await ada.selects(mine.message, "Take an opinion back", "close it in summer")
        assert "taken back" in taken.text
        assert only_state(bot).standing_opinions == ()


async def test_adding_a_message_twice_at_once_takes_it_once(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = Street(server)
    ada = street.members[0]
    arrivals = 0

    async def slower_each_time(visit: Visit) -> bool:
        nonlocal arrivals
        arrivals += 1
        if arrivals > 1:
            await server.until(lambda: words(bot) == ["close it"], what="the first to be taken")
        return await takes_part(visit)

    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.agrees(ada, thread=thread)
        message = await ada.says(thread, "close it")
        monkeypatch.setattr(opinions, "takes_part", slower_each_time)
        server.gateway.duplicating = True
        taken = await ada.uses_menu(message, "Add as my opinion")
        await server.settled()
        assert arrivals == 2
        assert "Taken: close it" in taken.text
        assert words(bot) == ["close it"]


async def test_a_nameless_deliberation_takes_no_messages_and_keeps_no_links(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens(nameless=True, capture=True, review=False)
        await street.says(ada, thread, "close it")
        await ada.says(thread, f"{server.bot.mention} close it, I said")
        message = await ada.says(thread, "close it!")
        refused = await ada.uses_menu(message, "Add as my opinion")
        assert "nameless" in refused.text
        await server.settled()
        assert words(bot) == ["close it"]
        assert only_state(bot).live_opinions[0].link is None


async def test_every_event_may_come_twice(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path) as bot:
        server.gateway.duplicating = True
        thread = await street.opens()
        await street.says(ada, thread, "close it")
        message = await ada.says(thread, f"{server.bot.mention} in summer")
        await server.until(lambda: message.reactions)
        await server.settled()
        assert words(bot) == ["close it", "in summer"]
        assert len(bot.office.deliberations.all) == 1
        assert len(thread.pins) == 1


async def test_my_part_shows_changes_takes_back_and_hands_out_what_is_stored(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    ada, bruno = street.members[:2]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.says(ada, thread, "Close it.")
        await street.says(bruno, thread, "unmistakable aardvark")
        await card_says(server, thread, "Machine draft")
        mine = await ada.slash(thread, "mypart")
        assert "Close it." in mine.text
        assert "aardvark" not in mine.text
        assert "in sentence" in mine.text
        form = await ada.selects(mine.message, "Change an opinion", "Close it.")
        await ada.submits(form.modal, {"text": "close it in summer"})
        assert "close it in summer" in words(bot)
        file = await ada.clicks(mine.message, "Download")
        (attachment,) = file.message.attachments
        stored = json.loads(attachment.data)
        assert [opinion["text"] for opinion in stored["opinions"]] == ["close it in summer"]
        fresh = await ada.slash(thread, "mypart")
        await ada.selects(fresh.message, "Take an opinion back", "close it in summer")
        assert words(bot) == ["unmistakable aardvark"]


async def test_who_is_forgotten_leaves_nothing_on_the_disk_and_can_come_back_as_someone_new(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    ada, bruno = street.members[:2]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens()
        await street.says(ada, thread, "close it")
        await street.says(bruno, thread, "unmistakable aardvark")
        await card_says(server, thread, "Machine draft")
        before = {opinion.member for opinion in only_state(bot).live_opinions}
        mine = await bruno.slash(thread, "mypart")
        sure = await bruno.clicks(mine.message, "Forget me")
        done = await bruno.clicks(sure.message, "Yes, forget me here")
        assert "forgotten" in done.text
        assert words(bot) == ["close it"]
        await server.until(lambda: "aardvark" not in card(thread).text)
        notice = await bruno.clicks(card(thread), "Share my view")
        assert "Before you take part" in notice.text
        await street.says(bruno, thread, "here again")
        assert len({opinion.member for opinion in only_state(bot).live_opinions} - before) == 1
    on_disk = await asyncio.to_thread(lambda: b"".join(file.read_bytes() for file in tmp_path.iterdir()))
    assert b"aardvark" not in on_disk
    assert b"close it" in on_disk


async def test_members_words_are_shown_as_words(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada, bruno = street.members[:2]
    async with bot_on(server, tmp_path):
        thread = await street.opens()
        await street.says(ada, thread, "**@everyone** [free](https://evil.example) <@1> # big")
        await street.says(bruno, thread, "no")
        shown = await card_says(server, thread, "Machine draft")
        assert "@everyone" not in shown
        assert "https://evil" not in shown
        assert "\\*\\*" in shown
        for request in server.asked("PATCH", r"/channels/\d+/messages/\d+"):
            assert request.body is None or request.body.get("allowed_mentions", {}).get("parse", []) == []


async def test_whoever_sends_a_lot_at_once_is_asked_to_wait(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path, acts_per_minute=2) as bot:
        thread = await street.opens()
        for text in ("one", "two", "three"):
            answer = await street.says(ada, thread, text)
        assert "Try again in" in answer.text
        assert words(bot) == ["one", "two"]


async def test_reading_the_thread_again_takes_nothing_that_was_taken_back_or_said_before_agreeing(
    server: LoopbackDiscord, tmp_path: Path
) -> None:
    street = Street(server)
    ada, bruno = street.members[:2]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens(capture=True)
        await bruno.says(thread, "said before agreeing")
        server.clock.advance(seconds=1)
        await street.takes_part(ada, thread)
        message = await ada.says(thread, "said and taken back")
        await server.until(lambda: message.reactions)
        added = await ada.says(thread, "a remark")
        await server.until(lambda: added.reactions)
        mine = await ada.slash(thread, "mypart")
        await ada.selects(mine.message, "Take an opinion back", "said and taken back")
        await street.takes_part(bruno, thread)
    async with bot_on(server, tmp_path) as bot:
        await server.settled()
        assert words(bot) == ["a remark"]
        by_hand = await ada.uses_menu(message, "Add as my opinion")
        assert "Taken" in by_hand.text
        assert words(bot) == ["a remark", "said and taken back"]


async def test_what_was_said_before_is_not_taken_while_the_agreement_is_written(
    server: LoopbackDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens(capture=True)
        await ada.says(thread, "said before agreeing")
        server.clock.advance(seconds=1)
        put, interrupted = bot.office.notebook.put, 0

        async def interrupted_put(key: str, value: Any) -> None:
            nonlocal interrupted
            if key.startswith("person/"):
                interrupted += 1
                await messages.read_again(bot.office)
            await put(key, value)

        monkeypatch.setattr(bot.office.notebook, "put", interrupted_put)
        await street.takes_part(ada, thread)
        await messages.read_again(bot.office)
        assert interrupted == 1
        assert words(bot) == []
        meant = await ada.says(thread, "said after it")
        await server.until(lambda: meant.reactions, what="the sign that it was taken")
        assert words(bot) == ["said after it"]


async def test_a_message_that_is_deleted_while_it_is_taken_is_not_kept(server: LoopbackDiscord, tmp_path: Path) -> None:
    street = Street(server)
    ada = street.members[0]
    async with bot_on(server, tmp_path) as bot:
        thread = await street.opens(capture=True)
        await street.takes_part(ada, thread)
        for number in range(5):
            message = await ada.says(thread, f"a slip {number}")
            await ada.deletes(message)
        await server.settled()
        assert words(bot) == []
