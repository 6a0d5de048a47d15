"""What happened in the course of it: the wording, who took part when, and what moderators did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.charts import participation_chart
from bot.rendering.html.markup import Content, Markup, joined, table, tag
from bot.rendering.html.teller import Teller, figure, moment
from engine.report import Wording

MOST_ACTS: Final = 100
_DIFFERENCE: Final = {"same": None, "added": "ins", "removed": "del"}


def wording(teller: Teller) -> Markup | None:
    """How the wording came about, draft by draft, with a word diff."""
    wordings = teller.report.wordings
    if not wordings:
        return None
    steps = [_step(teller, one) for one in wordings]
    return joined([teller.p("report.wording.intro"), *steps])


def _step(teller: Teller, one: Wording) -> Markup:
    title = tag("h3", teller.say("report.wording.step", number=one.number, round=one.round))
    key = one.origin if one.by == "rule" else f"{one.origin}_by_ballots"
    about = teller.note(f"report.wording.{key}", candidates=one.candidates, rejected=one.rejected, place=one.place)
    if one.text is None:
        return joined([title, tag("p", tag("em", teller.say("report.gone")))])
    if one.difference is None:
        return _worded(title, about, teller.said(one.text))
    pieces = [_piece(_DIFFERENCE[piece.change], piece.text) for piece in one.difference]
    return _worded(title, about, tag("span", *pieces, dir="auto", lang=teller.words_language))


def _worded(title: Markup, about: Markup, words: Markup) -> Markup:
    return joined([title, about, tag("p", words, class_="wording")])


def _piece(name: str | None, text: str) -> Content:
    return text if name is None else tag(name, text)


def participation(teller: Teller) -> Markup | None:
    """When people took part."""
    found = teller.report.timeline
    rows = [
        (teller.speech.say(f"report.chart.participation.{what}"), str(total)) for what, total in found.totals.items()
    ]
    header = (teller.say("report.column.what"), teller.say("report.column.count"))
    return figure(teller, participation_chart(teller.speech, found), header, rows)


def moderation(teller: Teller) -> Markup | None:
    """Everything that a moderator did."""
    acts = teller.report.acts
    rows: list[Sequence[Content]] = [
        (moment(act.at), teller.say(f"report.act.{act.what}"), teller.said(act.reason) if act.reason else "–")
        for act in acts[:MOST_ACTS]
    ]
    header = tuple(teller.say(f"report.column.{name}") for name in ("when", "act", "reason"))
    more = teller.note("report.moderation.more", count=len(acts) - MOST_ACTS) if len(acts) > MOST_ACTS else None
    return joined([table(teller.say("report.moderation.caption"), header, rows), more])
