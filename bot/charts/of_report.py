"""The charts of one report, wherever they are shown: in the page and in Discord."""

from __future__ import annotations

from bot.catalogue import Speech
from bot.charts.pictures import (
    Chart,
    agreement_chart,
    letter,
    map_chart,
    option_chart,
    participation_chart,
    tally_chart,
)
from engine.deliberation.state import State
from engine.report import Report


def letter_of(state: State, candidate: str) -> str:
    """A candidate's letter: its place in its own draft, so that it has the same one in every chart and section."""
    draft = state.drafts.get(candidate.partition(".")[0])
    return letter(draft.order.index(candidate)) if draft is not None and candidate in draft.order else "–"


def charts_of(report: Report, speech: Speech) -> list[Chart]:
    """What a report can draw: votes, predictions for the first and the last statement, predictions beside votes, the
    map, participation. What is withheld is not among them.
    """
    told = next((one for one in report.options if one.candidate == report.told), None)
    charts: list[Chart] = []
    if told is not None and told.grades is not None:
        charts.append(tally_chart(speech, told.grades))
    if report.before is not None and report.after is not None:
        charts.append(agreement_chart(speech, report.before, report.after))
    if any(one.agree is not None and one.predicted is not None for one in report.options):
        names = [letter_of(report.state, one.candidate) for one in report.options]
        charts.append(option_chart(speech, report.options, names))
    if report.map is not None:
        charts.append(map_chart(speech, report.map))
    return [*charts, participation_chart(speech, report.timeline)]
