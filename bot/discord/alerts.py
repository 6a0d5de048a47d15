"""What moderators should look at, told in the channel that they chose for it (`/deliberation settings`)."""

from __future__ import annotations

import logging
from typing import Any

import discord

from bot.discord.board import link
from bot.discord.controls import button, row_view
from bot.discord.office import Office
from bot.discord.sending import message_of
from bot.discord.wording import CONTENT, cut, moment, quoted
from engine.deliberation.oversight import Burst

logger = logging.getLogger("accord.discord")


async def tell(office: Office, deliberation: str, key: str, *, whole: str | None = None, **parameters: Any) -> None:
    """Tell it, with the question and a link; without a channel, `/deliberation status` tells it to whoever asks.

    `whole`: the id of a text that is cut here, for a button that shows all of it.
    """
    place, state = office.places[deliberation], office.deliberations.state(deliberation)
    server: dict[str, int] | None = await office.notebook.get(f"server/{place.guild}")
    channel = office.client.get_channel(0 if server is None else server.get("alerts", 0))
    if not isinstance(channel, discord.TextChannel):
        return
    words = office.speech_of(deliberation).say(
        key, question=quoted(state.question, 200), link=link(place, message_of(state, "card") or 0), **parameters
    )
    view = discord.utils.MISSING
    if whole is not None:
        label = office.speech_of(deliberation).say("discord.button.whole")
        view = row_view(button(label, "whole", deliberation, whole))
        view.stop()
    try:
        await channel.send(
            cut(words, CONTENT), view=view, allowed_mentions=discord.AllowedMentions.none(), suppress_embeds=True
        )
    except discord.HTTPException as problem:
        logger.warning("the moderators of %s could not be told (%s)", deliberation, problem)


async def burst(office: Office, deliberation: str, found: Burst) -> None:
    """Tell of many votes or opinions at once, as they come in."""
    if office.places.get(deliberation) is not None:
        await tell(
            office, deliberation, f"discord.alert.{found.what}", count=found.count, since=moment(found.since, "f")
        )
