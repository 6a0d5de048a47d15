"""The audits' page and file: what is there is told, in words and with what it is measured against."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.audit_report import write_audits
from bot.catalogue import LANGUAGES, Speech
from bot.rendering.html.audit import AuditRun, audit_html
from engine.audit.figure import TOO_FEW, Audit, Figure
from engine.deliberation.events import Model

MODEL = Model(name="scripted", sha256="0" * 64, encoding="none")


def audit() -> Audit:
    figure = Figure(
        name="group",
        about="<b>North & South</b>",
        value=0.8125,
        interval=(0.7, 0.9),
        null=(0.6, 0.7),
        ceiling=0.95,
        p=0.01,
        members=24,
        statements=20,
        verdict=TOO_FEW,
    )
    return Audit(name="A1", verdict=TOO_FEW, figures=(figure,))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_stands_beside_its_interval_null_and_ceiling(tmp_path: Path, language: str) -> None:
    speech = Speech(language)
    html, written = write_audits(
        tmp_path, [audit()], command="accord audit", models=[MODEL], data=["words"], seed=1, speech=speech
    )
    page = html.read_text(encoding="utf-8")
    for shown in (
        "0.812",
        "0.700\N{NO-BREAK SPACE}… 0.900",
        "0.600\N{NO-BREAK SPACE}… 0.700",
        "0.950",
        "0.010",
        "24",
        speech.say("audit.verdict.too_few"),
    ):
        assert shown in page
    tags = Tags()
    tags.feed(page)
    assert "b" not in tags.names
    assert "script" not in tags.names
    found = json.loads(written.read_text(encoding="utf-8"))
    assert found["audits"][0]["figures"][0]["null"] == [0.6, 0.7]
    assert found["audits"][0]["says"] == speech.say("audit.verdict.too_few")
    assert found["models"][0]["sha256"] == MODEL.sha256


def test_an_audit_that_is_there_twice_has_two_places_on_the_page() -> None:
    page = audit_html(AuditRun("accord audit", (), (), 1, (audit(), audit())), Speech("en"))
    places = re.findall(r'<section[^>]* id="([^"]+)"', page)
    assert len(places) == len(set(places)) == 3
    assert all(f'href="#{place}"' in page for place in places)
