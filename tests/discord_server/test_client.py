"""What the unmodified discord.py can do on it."""

from __future__ import annotations

import discord
import pytest

from tests.discord_server.a_bot import QUESTION, Bot, Card
from tests.discord_server.client import running
from tests.discord_server.replies import NotOfferedError
from tests.discord_server.server import LoopbackDiscord


async def test_a_deliberation_opens_and_a_member_speaks(server: LoopbackDiscord):
    guild = server.guild()
    channel = guild.text_channel("general")
    moderator = guild.member("Mo", roles=[guild.role("Moderators", "manage_threads")])
    ada = guild.member("Ada", locale="ja")
    bot = Bot()
    async with running(bot, server.token):
        answer = await moderator.slash(channel, "deliberation open", question=QUESTION)
        assert answer.ephemeral
        (thread,) = guild.threads(channel)
        assert answer.text == f"Opened {thread.mention} for 48 h"
        (card,) = thread.pins
        assert card.text == "## Should we buy a boat?\n0 have spoken\n[Share my opinion]"
        assert card.flags == discord.MessageFlags(components_v2=True).value

        opened = await ada.clicks(card, "Share my opinion")
        assert opened.modal.title == "Your opinion"
        thanked = await ada.submits(opened.modal, {"What do you think?": "A boat is fun.", "mood": "Very"})
        assert (thanked.text, thanked.ephemeral) == ("Thank you.", True)
        assert bot.said == ["A boat is fun."]

        found = bot.get_channel(thread.id)
        assert isinstance(found, discord.Thread)
        await found.get_partial_message(card.id).edit(view=Card(spoken=1))
        assert "1 have spoken" in card.text
        assert card.earlier == ["## Should we buy a boat?\n0 have spoken\n[Share my opinion]"]
    assert server.refusals == []


async def test_only_who_may_is_offered_a_command(server: LoopbackDiscord):
    guild = server.guild()
    channel, ada = guild.text_channel(), guild.member("Ada")
    async with running(Bot(), server.token):
        with pytest.raises(NotOfferedError, match="not offered"):
            await ada.slash(channel, "deliberation open", question=QUESTION)
        with pytest.raises(NotOfferedError, match="required"):
            await ada.slash(channel, "deliberation open", forced=True)
        answer = await ada.slash(channel, "deliberation open", question=QUESTION, forced=True)
        assert answer.text.startswith("Opened")
