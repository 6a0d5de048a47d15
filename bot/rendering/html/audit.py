"""The audits as one HTML file: for each, what it says, how to act on it, its figures and its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalogue import FALLBACK, Speech, texts
from bot.charts.audits import audit_charts
from bot.rendering.html.markup import Content, Markup, joined, said, table, tag
from bot.rendering.html.page import contents, document, section
from engine.audit.figure import Audit, Figure
from engine.deliberation.events import Model

NONE = "–"
MOST_ROWS = 60
"""Figures shown of one audit; audit.json has all."""


@dataclass(frozen=True)
class AuditRun:
    """What was run on what, and what came of it."""

    command: str
    models: tuple[Model, ...]
    data: tuple[str, ...]
    seed: int
    audits: tuple[Audit, ...]


def audit_html(run: AuditRun, speech: Speech) -> str:
    """The page, in the reader's language as far as the catalogue knows it."""
    parts = [
        (_anchor(run, place), f"{audit.name} · {speech.say(f'audit.{audit.name}.title')}", _audit(speech, audit))
        for place, audit in enumerate(run.audits)
    ]
    methods = ("methods", speech.say("audit.methods.title"), _methods(speech, run))
    links = contents(speech.say("report.contents"), [(name, title) for name, title, _ in (*parts, methods)])
    body = [
        tag("a", speech.say("report.skip"), href="#result", class_="skip"),
        tag("header", tag("p", speech.say("audit.kind"), class_="kind"), tag("h1", speech.say("audit.title"))),
        tag("main", _summary(speech, run), links, *(section(*part) for part in (*parts, methods))),
        tag("footer", tag("p", speech.say("audit.footer"))),
    ]
    language = speech.language if "audit.title" in texts(speech.language) else FALLBACK
    return document(language, speech.say("audit.title"), body)


def verdict_words(speech: Speech, verdict: str, figure: Figure | None) -> str:
    """A verdict as a sentence, about what the figure is about."""
    return speech.say(f"audit.verdict.{verdict}", about="" if figure is None else figure.about)


def figure_name(speech: Speech, figure: Figure) -> str:
    """What a figure measures, and of what."""
    name = speech.say(f"audit.figure.{figure.name}")
    return f"{name}: {figure.about}" if figure.about else name


def number(value: float | None) -> str:
    """A figure as people read it."""
    return NONE if value is None else f"{value:.3f}"


def span(ends: tuple[float, float] | None) -> str:
    """An interval as people read it."""
    # A line breaks after the dots at most.
    return NONE if ends is None else f"{ends[0]:.3f}\N{NO-BREAK SPACE}… {ends[1]:.3f}"


def _anchor(run: AuditRun, place: int) -> str:
    """The name of a section: an audit can be there twice, beside people's votes and alone."""
    name = run.audits[place].name
    before = sum(audit.name == name for audit in run.audits[:place])
    return name if before == 0 else f"{name}-{before + 1}"


def _summary(speech: Speech, run: AuditRun) -> Markup:
    told = [
        tag(
            "li",
            tag("a", f"{audit.name} · {speech.say(f'audit.{audit.name}.title')}", href=f"#{_anchor(run, place)}"),
            tag("br"),
            verdict_words(speech, audit.verdict, audit.figures[0] if audit.figures else None),
        )
        for place, audit in enumerate(run.audits)
    ]
    return tag("div", tag("h2", speech.say("audit.summary"), id="result"), tag("ul", *told), class_="result")


def _audit(speech: Speech, audit: Audit) -> Markup:
    first = audit.figures[0] if audit.figures else None
    advice = f"audit.advice.{audit.verdict}"
    parts: list[Content] = [
        tag("p", speech.say(f"audit.{audit.name}.asks"), class_="note"),
        tag("p", tag("strong", verdict_words(speech, audit.verdict, first))),
        tag("p", speech.say(advice)) if speech.knows(advice) else None,
    ]
    parts += [tag("figure", Markup(chart.svg()), tag("figcaption", chart.alt)) for chart in audit_charts(speech, audit)]
    shown = audit.figures[:MOST_ROWS]
    parts.append(_figures(speech, audit.name, shown))
    if len(shown) < len(audit.figures):
        parts.append(tag("p", speech.say("audit.more", count=len(audit.figures) - len(shown)), class_="note"))
    return joined(parts)


def _figures(speech: Speech, name: str, figures: Sequence[Figure]) -> Markup:
    """Each figure under its name and verdict; a column that none of them has is left out."""
    rows: list[dict[str, Content]] = [
        {
            "figure": joined([said(figure_name(speech, one)), tag("p", verdict_words(speech, one.verdict, one))]),
            "value": number(one.value),
            "interval": span(one.interval),
            "null": span(one.null),
            "band": span(one.band),
            "ceiling": number(one.ceiling),
            "least": number(one.least),
            "p": number(one.p),
            "members": NONE if one.members is None else str(one.members),
            "statements": NONE if one.statements is None else str(one.statements),
        }
        for one in figures
    ]
    kept = [column for column in rows[0] if any(row[column] != NONE for row in rows)] if rows else []
    header = [speech.say(f"audit.column.{column}") for column in kept]
    return table(speech.say("audit.figures", name=name), header, [[row[column] for column in kept] for row in rows])


def _methods(speech: Speech, run: AuditRun) -> Markup:
    listed = [
        *(tag("li", f"{model.name} ({model.encoding}), SHA-256 ", tag("code", model.sha256)) for model in run.models),
        *(tag("li", one) for one in run.data),
        tag("li", speech.say("audit.methods.seed", seed=run.seed)),
    ]
    return joined(
        [
            tag("p", speech.say("audit.methods.reading")),
            tag("p", speech.say("audit.methods.command"), " ", tag("code", run.command)),
            tag("ul", *listed),
        ]
    )
