"""How far people agree: the ballots, what was predicted, and how far the two are apart."""

from __future__ import annotations

from collections.abc import Sequence

from bot.charts import agreement_chart, option_chart, tally_chart
from bot.rendering.html.markup import Content, Markup, joined, tag
from bot.rendering.html.teller import Teller, figure
from engine.deliberation.settings import HIGHEST_GRADE, LOWEST_GRADE


def agreement(teller: Teller) -> Markup | None:
    """The ballots' grades; predicted agreement with the first and the last statement."""
    report = teller.report
    parts: list[Content] = []
    told = next((one for one in report.options if one.candidate == report.told), None)
    if told is not None and told.grades is not None:
        grades = told.grades
        total = sum(grades)
        rows = [
            (
                f"{grade} {teller.speech.say(f'grade.{grade}')}",
                str(grades[grade - 1]),
                f"{grades[grade - 1] / total:.0%}",
            )
            for grade in range(HIGHEST_GRADE, LOWEST_GRADE - 1, -1)
        ]
        header = (
            teller.say("report.column.grade"),
            teller.say("report.column.ballots"),
            teller.say("report.column.share"),
        )
        parts += [
            tag("h3", teller.say("report.agreement.actual")),
            figure(teller, tally_chart(teller.speech, grades), header, rows),
        ]
    elif report.poll is not None:
        parts.append(teller.note("report.withheld.ballots", k=teller.k))
    if report.before is not None and report.after is not None:
        rows = [
            (f"{10 * place}–{10 * place + 10} %", str(before), str(after))
            for place, (before, after) in enumerate(zip(report.before.histogram, report.after.histogram, strict=True))
        ]
        header = (
            teller.say("report.column.predicted"),
            teller.say("report.column.before"),
            teller.say("report.column.after"),
        )
        parts += [
            tag("h3", teller.say("report.agreement.predicted")),
            figure(teller, agreement_chart(teller.speech, report.before, report.after), header, rows),
        ]
    elif report.wordings:
        parts.append(teller.note("report.withheld.predictions", k=teller.k))
    return joined(parts) if parts else None


def predicted(teller: Teller) -> Markup | None:
    """Predicted beside actual agreement, by statement."""
    options = teller.report.options
    if not options or all(one.agree is None for one in options):
        return None
    if all(one.predicted is None for one in options):
        return teller.note("report.withheld.predictions", k=teller.k)
    rows: list[Sequence[Content]] = [
        (
            teller.name(one.candidate),
            teller.words(one.candidate),
            "–" if one.predicted is None else f"{one.predicted:.0%}",
            "–" if one.agree is None else f"{one.agree:.0%}",
        )
        for one in options
    ]
    header = tuple(teller.say(f"report.column.{name}") for name in ("candidate", "statement", "predicted", "actual"))
    chart = option_chart(teller.speech, options, [teller.name(one.candidate) for one in options])
    gap = teller.report.gap
    return joined(
        [
            teller.p("report.predicted.intro"),
            figure(teller, chart, header, rows),
            None if gap is None else teller.p("report.predicted.gap", gap=f"{100 * gap:.0f}", statements=len(options)),
            teller.note("report.predicted.unlinked"),
        ]
    )
