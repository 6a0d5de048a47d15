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
        (audit.name, f"{audit.name} · {speech.say(f'audit.{audit.name}.title')}", _audit(speech, audit))
        for audit in run.audits
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
    return "–" if value is None else f"{value:.3f}"


def span(ends: tuple[float, float] | None) -> str:
    """An interval as people read it."""
    return "–" if ends is None else f"{ends[0]:.3f} … {ends[1]:.3f}"


def _summary(speech: Speech, run: AuditRun) -> Markup:
    rows = [
        (
            tag("a", f"{audit.name} · {speech.say(f'audit.{audit.name}.title')}", href=f"#{audit.name}"),
            verdict_words(speech, audit.verdict, audit.figures[0] if audit.figures else None),
        )
        for audit in run.audits
    ]
    header = (speech.say("audit.column.audit"), speech.say("audit.column.says"))
    told = table(speech.say("audit.summary"), header, rows)
    return joined([tag("div", tag("h2", speech.say("audit.summary"), id="result"), class_="result"), told])


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
    names = ("figure", "value", "interval", "null", "band", "ceiling", "p", "members", "statements", "says")
    header = tuple(speech.say(f"audit.column.{name}") for name in names)
    parts.append(
        table(speech.say("audit.figures", name=audit.name), header, [_row(speech, figure) for figure in shown])
    )
    if len(shown) < len(audit.figures):
        parts.append(tag("p", speech.say("audit.more", count=len(audit.figures) - len(shown)), class_="note"))
    return joined(parts)


def _row(speech: Speech, figure: Figure) -> Sequence[Content]:
    return (
        said(figure_name(speech, figure)),
        number(figure.value),
        span(figure.interval),
        span(figure.null),
        span(figure.band),
        number(figure.ceiling),
        number(figure.p),
        "–" if figure.members is None else str(figure.members),
        "–" if figure.statements is None else str(figure.statements),
        verdict_words(speech, figure.verdict, figure),
    )


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
