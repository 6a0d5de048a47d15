"""The pictures of audits, by audit: each is drawn from the audit's own figures and matrices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bot.catalogue import Speech
from bot.charts.audit_model import groups_chart, sides_chart, steering_chart, ways_chart
from bot.charts.audit_votes import bubbles_chart, calibration_chart, matrices_chart
from bot.charts.pictures import Chart
from engine.audit.figure import Audit

CHARTS: Final[Mapping[str, Sequence[Callable[[Speech, Audit], Chart | None]]]] = {
    "A1": (groups_chart, sides_chart),
    "A2": (steering_chart,),
    "A4": (ways_chart,),
    "A5": (bubbles_chart,),
    "A6": (matrices_chart, calibration_chart),
}
"""What is drawn for each audit, in order; a drawing that lacks its data is None."""


def audit_charts(speech: Speech, audit: Audit) -> list[Chart]:
    """The pictures that an audit's data allow."""
    drawn = (draw(speech, audit) for draw in CHARTS.get(audit.name, ()))
    return [chart for chart in drawn if chart is not None]
