"""The report's charts as pictures with alt text, once it is over; the tally's numbers stand in the result as well."""

from __future__ import annotations

import asyncio
import io
import tempfile
from pathlib import Path

import discord
from discord import ui

from bot.catalogue import Speech
from bot.charts import charts_of, speech_of_pictures
from bot.exporting import exported
from engine.deliberation.settings import HIGHEST_GRADE, LOWEST_GRADE
from engine.report import Report, report_of
from storage.event_log import EventLog
from storage.export import read_events

ALT = 1024
"""Discord's limit for a description, in characters."""


async def charts_post(
    log: EventLog, deliberation: str, speech: Speech
) -> tuple[ui.LayoutView, list[discord.File]] | None:
    """A post with the pictures; None without a count, and below the threshold k.

    It is not drawn again, so it has nobody's words: a statement is a letter in it, which the result explains. They are
    drawn from what an export holds, so that none tells more than the report: predictions that members' quick votes went
    into stay in the store.
    """
    with tempfile.TemporaryDirectory(prefix="accord-") as folder:
        source = await exported(log, deliberation, Path(folder))
        report = await asyncio.to_thread(lambda: report_of(read_events(source.path)))
    if report.poll is None or report.poll.withheld:
        return None
    drawn = await asyncio.to_thread(_pictures, report, speech)
    gallery: ui.MediaGallery[ui.LayoutView] = ui.MediaGallery()
    files: list[discord.File] = []
    for name, alt, picture in drawn:
        gallery.add_item(media=f"attachment://{name}.png", description=alt)
        files.append(discord.File(io.BytesIO(picture), filename=f"{name}.png", description=alt))
    view = ui.LayoutView(timeout=None)
    view.add_item(gallery)
    return view, files


def _pictures(report: Report, speech: Speech) -> list[tuple[str, str, bytes]]:
    """Each chart's name, its alt text in the readers' language, and the PNG."""
    told = charts_of(report, speech)
    drawn = charts_of(report, speech_of_pictures(speech))
    return [
        (one.name, _tally_alt(report, speech) if one.name == "tally" else one.alt[:ALT], picture.png()[0])
        for one, picture in zip(told, drawn, strict=True)
    ]


def _tally_alt(report: Report, speech: Speech) -> str:
    grades = next(one.grades for one in report.options if one.candidate == report.told)
    assert grades is not None
    listed = ", ".join(
        f"{grade} {speech.say(f'grade.{grade}')}: {grades[grade - LOWEST_GRADE]}"
        for grade in range(HIGHEST_GRADE, LOWEST_GRADE - 1, -1)
    )
    return speech.say("discord.result.chart", count=sum(grades), listed=listed)[:ALT]
