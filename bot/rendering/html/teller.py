"""Whose report it is, in which words; and what every section is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.catalogue import Speech
from bot.charts import Chart, letter_of
from bot.measured_influence import MeasuredInfluence
from bot.rendering.html.markup import Content, Markup, said, table, tag
from engine.report import Report


@dataclass(frozen=True)
class Teller:
    """Whose report it is, and in which words."""

    report: Report
    speech: Speech
    head: str | None
    influence: MeasuredInfluence | None = None

    def say(self, key: str, /, **parameters: Any) -> str:
        """A text of the catalogue."""
        return self.speech.say(key, **parameters)

    def p(self, key: str, /, **parameters: Any) -> Markup:
        """A paragraph of it."""
        return tag("p", self.say(key, **parameters))

    def note(self, key: str, /, **parameters: Any) -> Markup:
        """A remark of it, for what is withheld or needs care."""
        return tag("p", self.say(key, **parameters), class_="note")

    def said(self, text: str, name: str = "span") -> Markup:
        """Members' words, or what was made of them, in the language that they deliberate in."""
        return said(text, name, self.words_language)

    @property
    def words_language(self) -> str | None:
        """What members deliberate in, where the page is in another language."""
        own = self.report.state.settings.language
        return None if own.partition("-")[0].lower() == self.speech.language else own

    def text(self, candidate: str | None) -> str | None:
        """A candidate's words, where they are shown."""
        state = self.report.state
        found = None if candidate is None else state.candidate(candidate)
        if found is None or not state.stands(found.id):
            adopted = None if state.outcome is None else state.outcome.text
            same = state.outcome is not None and state.outcome.statement == candidate
            return adopted.value if adopted is not None and same else None
        return found.text.value

    def words(self, candidate: str | None) -> Markup:
        """The same on the page, or that they are gone."""
        text = self.text(candidate)
        return tag("em", self.say("report.gone")) if text is None else self.said(text)

    def name(self, candidate: str) -> str:
        """A candidate's letter: its place in its own draft, so that it has the same one in every section."""
        return letter_of(self.report.state, candidate)

    @property
    def k(self) -> int:
        """From how many people on a figure is told."""
        return self.report.state.settings.ballots_shown_from


def figure(teller: Teller, chart: Chart, header: Sequence[Content], rows: Sequence[Sequence[Content]]) -> Markup:
    """A chart with what it says in words, and its numbers as a table."""
    numbers = tag("details", tag("summary", teller.say("report.numbers")), table(chart.title, header, rows))
    return tag("figure", Markup(chart.svg()), tag("figcaption", chart.alt), numbers)


def moment(at: int) -> str:
    """A time (milliseconds) as it is written everywhere in the report, in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M")
