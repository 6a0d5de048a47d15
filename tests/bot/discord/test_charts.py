"""The charts that are posted after a poll: those of the report, and never more than an export tells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from discord import ui

from bot.catalogue import LANGUAGES, Speech
from bot.discord.charts import ALT, charts_post
from engine.deliberation.events import AnyEvent
from storage.sqlite import SqliteEventLog
from tests.bot.rendering.test_report import rich
from tests.storage.polled import polled


async def posted(events: Sequence[AnyEvent], folder: Path, language: str = "en") -> tuple[list[str], list[str]] | None:
    """The pictures' names and their alt texts; nothing else is in the post."""
    log = await SqliteEventLog.open(folder / "log.sqlite")
    await log.append("d", 0, events)
    made = await charts_post(log, "d", Speech(language))
    await log.close()
    if made is None:
        return None
    view, files = made
    (gallery,) = view.children
    assert isinstance(gallery, ui.MediaGallery)
    assert [item.media.url for item in gallery.items] == [f"attachment://{file.filename}" for file in files]
    assert all(file.fp.read(4) == b"\x89PNG" for file in files)
    return [file.filename for file in files], [item.description or "" for item in gallery.items]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_chart_comes_with_what_it_says_in_the_readers_language(language: str, tmp_path: Path) -> None:
    made = await posted(rich(language=language), tmp_path, language)
    assert made is not None
    names, told = made
    assert names == ["tally.png", "agreement.png", "options.png", "map.png", "participation.png"]
    assert all(0 < len(alt) <= ALT for alt in told)
    assert Speech(language).say("grade.7") in told[0]
    assert "60%" in told[1]
    assert not any("Draft 0" in alt for alt in told), "what is hidden later would stay here"


async def test_below_the_threshold_nothing_is_drawn(tmp_path: Path) -> None:
    assert await posted(polled(4, rounds=1).script.events, tmp_path) is None


async def test_predictions_that_quick_votes_went_into_stay_in_the_store(tmp_path: Path) -> None:
    made = await posted(polled(24, rounds=1, ballots_shown_from=4).script.events, tmp_path)
    assert made is not None
    assert made[0] == ["tally.png", "participation.png"]
