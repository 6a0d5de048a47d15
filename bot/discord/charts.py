"""The tally as a picture with alt text; its numbers stand as text in the result as well."""

from __future__ import annotations

import asyncio
import io

import discord
from discord import ui

from bot.catalogue import Speech
from bot.charts import speech_of_pictures, tally_chart
from engine.deliberation.settings import HIGHEST_GRADE, LOWEST_GRADE
from engine.deliberation.state import State
from engine.report import counted_statement

FILE = "tally.png"
ALT = 1024
"""Discord's limit for a description, in characters."""


async def tally_post(state: State, speech: Speech) -> tuple[ui.LayoutView, discord.File] | None:
    """A post with the picture; None without a count, and below the threshold k."""
    poll = state.poll
    if poll is None or poll.result is None or poll.result.withheld:
        return None
    grades = poll.result.tally[counted_statement(poll)]
    picture, _ = await asyncio.to_thread(lambda: tally_chart(speech_of_pictures(speech), grades).png())
    listed = ", ".join(
        f"{grade} {speech.say(f'grade.{grade}')}: {grades[grade - LOWEST_GRADE]}"
        for grade in range(HIGHEST_GRADE, LOWEST_GRADE - 1, -1)
    )
    alt = speech.say("discord.result.chart", count=sum(grades), listed=listed)[:ALT]
    view = ui.LayoutView(timeout=None)
    gallery: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    gallery.add_item(media=f"attachment://{FILE}", description=alt)
    view.add_item(gallery)
    return view, discord.File(io.BytesIO(picture), filename=FILE, description=alt)
