"""The report as a browser shows it: it fits, it is readable in both themes, and it asks nobody for anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalogue import FALLBACK, LANGUAGES
from bot.rendering.html import report_html
from tests.bot.rendering.chromium import PROGRAM, tab
from tests.bot.rendering.test_report import HOSTILE, rich
from tests.engine.deliberation.world import World

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium here")

TOO_SMALL = """[...document.querySelectorAll("svg text")].filter(text => {
  const size = parseFloat(getComputedStyle(text).fontSize);
  const svg = text.ownerSVGElement;
  return size * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width < 9.5;
}).length"""
OUTSIDE_ITS_CHART = """[...document.querySelectorAll("figure svg text")].filter(text => {
  const box = text.getBoundingClientRect(), around = text.ownerSVGElement.getBoundingClientRect();
  return box.left < around.left - 1 || box.right > around.right + 1;
}).map(text => text.textContent)"""


async def test_the_report_fits_a_phone_and_a_desk_in_light_and_dark(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(report_html(rich(), head="ab" * 32), encoding="utf-8")
    async with tab(tmp_path / "chromium") as browser:
        grounds: set[str] = set()
        for width, dark in ((360, False), (360, True), (1280, False), (1280, True)):
            await browser.open(page, width=width, dark=dark)
            assert await browser.value("document.documentElement.scrollWidth") <= width
            assert await browser.value(TOO_SMALL) == 0
            assert await browser.value("document.querySelectorAll('figure svg').length") >= 4
            grounds.add(await browser.value("getComputedStyle(document.body).backgroundColor"))
            requests = [seen["params"] for seen in browser.seen if seen["method"] == "Network.requestWillBeSent"]
            assert [request["request"]["url"] for request in requests] == [page.as_uri()]
            assert [seen for seen in browser.seen if seen["method"] == "Log.entryAdded"] == []
        assert len(grounds) == 2
        await browser.ask("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
        assert await browser.value("document.activeElement.className") == "skip"


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != FALLBACK])
async def test_it_fits_a_phone_in_every_language(tmp_path: Path, language: str) -> None:
    page = tmp_path / "report.html"
    page.write_text(report_html(rich(language=language)), encoding="utf-8")
    async with tab(tmp_path / "chromium") as browser:
        await browser.open(page, width=360)
        assert await browser.value("document.documentElement.scrollWidth") <= 360
        assert await browser.value(TOO_SMALL) == 0
        assert await browser.value(OUTSIDE_ITS_CHART) == []


async def test_nothing_that_people_wrote_runs(tmp_path: Path) -> None:
    world = World()
    for number, words in enumerate(HOSTILE):
        world.say(f"m{number}", words)
    world.draft(drafts=0)
    page = tmp_path / "report.html"
    page.write_text(report_html(world.events), encoding="utf-8")
    async with tab(tmp_path / "chromium") as browser:
        await browser.open(page, width=800)
        assert await browser.value("document.scripts.length") == 0
        assert await browser.value("document.querySelectorAll('[onload], [onerror], img').length") == 0
        assert "Page.javascriptDialogOpening" not in {seen["method"] for seen in browser.seen}
