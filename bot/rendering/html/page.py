"""The page around the sections: head, contents, style. No script, no request: its policy forbids both."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources
from typing import Final

from bot.catalogue import Speech, speech_for
from bot.measured_influence import MeasuredInfluence
from bot.rendering.html.markup import Content, Markup, joined, markup, tag
from bot.rendering.html.outcome import result
from bot.rendering.html.sections import SECTIONS
from bot.rendering.html.teller import Teller
from engine.deliberation.events import AnyEvent
from engine.report import report_of

_SCRIPTS: Final = {"zh": "zh-Hans"}
"""Which letters the catalogue writes a language in, for browsers to choose the font by."""


def report_html(
    events: Sequence[AnyEvent],
    *,
    head: str | None = None,
    speech: Speech | None = None,
    influence: MeasuredInfluence | None = None,
) -> str:
    """The report of a log's events as one HTML file, in the deliberation's language, or else in English.

    `head` is the log's last hash; `influence` what a model measured on that log. Raises UnreadableLogError for a log
    that none could have written.
    """
    report = report_of(events)
    teller = Teller(report, speech or speech_for(report.state.settings.language), head, influence)
    say = teller.say
    parts: list[tuple[str, str, Markup]] = []
    for name, told in SECTIONS.items():
        content = told(teller)
        if content is not None:
            parts.append((name, say(f"report.{name}.title"), content))
    listed = contents(say("report.contents"), [(name, title) for name, title, _ in parts])
    body = [
        tag("a", say("report.skip"), href="#result", class_="skip"),
        tag(
            "header",
            tag("p", say("report.kind"), class_="kind"),
            teller.said(report.state.question, "h1"),
            teller.said(report.state.background, "p") if report.state.background else None,
        ),
        tag("main", result(teller), listed, *(section(*part) for part in parts)),
        tag("footer", tag("p", say("report.footer"))),
    ]
    return document(teller.speech.language, report.state.question, body)


def contents(label: str, parts: Sequence[tuple[str, str]]) -> Markup:
    """Links to the parts of a page, by their names and titles."""
    links = (tag("li", tag("a", title, href=f"#{name}")) for name, title in parts)
    return tag("nav", tag("ul", *links), aria__label=label)


def section(name: str, title: str, content: Markup) -> Markup:
    """A part of a page that the contents can lead to."""
    return tag("section", tag("h2", title, id=f"{name}-title"), content, id=name, aria__labelledby=f"{name}-title")


def document(language: str, title: str, body: Sequence[Content]) -> str:
    """A whole page around its body."""
    style = resources.files("bot.rendering.html").joinpath("report.css").read_text(encoding="utf-8")
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # matplotlib's shapes carry style attributes; nothing else is let in, least of all scripts.
    policy = f"default-src 'none'; style-src-elem 'sha256-{allowed}'; style-src-attr 'unsafe-inline'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http__equiv="Content-Security-Policy", content=policy),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="referrer", content="no-referrer"),
        tag("title", title),
        Markup(f"<style>{style}</style>"),
    )
    page = tag("html", head, tag("body", joined(body)), lang=_SCRIPTS.get(language, language))
    return f"<!doctype html>\n{markup(page)}\n"
