"""Pictures of the audits of drafts and votes: sentences that come back, two correlation matrices, calibration, bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bot.catalogue import Speech
from bot.charts.drawing import Paint, Role, figure
from bot.charts.pictures import Chart, letter
from engine.audit.figure import Audit, Figure

LABELLED: Final = 8
"""Bubbles that are told in words; all are drawn."""
LONGEST: Final = 70
_STEPS: Final = 6
"""Sizes of a matrix's marks; correlations below half a step are not drawn."""
_MATRIX_POINTS: Final = 105.0
"""The width of a matrix in points: what its marks are made to fit into."""


def bubbles_chart(speech: Speech, audit: Audit) -> Chart | None:
    """Each sentence that comes back: across, how ungrounded it is; up, in how many deliberations; size, how often."""
    rows = audit.data.get("bubbles")
    if not rows:
        return None
    phrases = audit.labels["bubbles"]
    verdicts = {one.about: one.verdict for one in audit.figures}

    def draw(paint: Paint) -> Any:
        drawn, (axes,) = figure(paint, 2.9)
        axes.axvline(0.5, color=paint["soft"], linewidth=0.8)
        for place, (count, places, bare, _) in enumerate(rows):
            guilty = verdicts.get(phrases[place]) == "trope"
            axes.scatter(
                [bare],
                [places],
                s=20 + 12 * (count or 0.0),
                marker="o" if guilty else "s",
                color=paint["against" if guilty else "agree"],
                alpha=0.75,
                linewidths=0,
            )
            if place < LABELLED:
                axes.annotate(letter(place), (bare, places), ha="center", va="center", fontsize=8, color=paint["ink"])
        axes.set_xlim(-0.08, 1.08)
        axes.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
        axes.margins(y=0.25)
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.set_xlabel(speech.say("audit.chart.bubbles.across"), color=paint["ink"])
        axes.set_ylabel(speech.say("audit.chart.bubbles.up"), color=paint["ink"])
        return drawn

    told = [
        f"{letter(place)}: "
        + speech.say(
            "audit.chart.bubbles.each", phrase=_short(phrases[place]), places=round(row[1] or 0), share=row[2] or 0.0
        )
        for place, row in enumerate(rows[:LABELLED])
    ]
    alt = speech.say("audit.chart.bubbles.alt", listed="; ".join(told))
    return Chart("bubbles", speech.say("audit.chart.bubbles.title"), alt, draw)


def matrices_chart(speech: Speech, audit: Audit) -> Chart | None:
    """The correlations of actual and of predicted votes in one order, and how much each direction holds."""
    actual, predicted = audit.data.get("actual"), audit.data.get("predicted")
    if not actual or not predicted:
        return None
    scree = audit.data["scree"]

    def draw(paint: Paint) -> Any:
        drawn, axes = figure(paint, 3.9, rows=2, columns=2)
        for one, matrix, name in ((axes[0], actual, "actual"), (axes[1], predicted, "predicted")):
            _matrix(paint, one, matrix)
            one.set_title(speech.say(f"audit.chart.matrices.{name}"), fontsize=9, loc="left", color=paint["ink"])
        marks: tuple[tuple[str, Role, str], ...] = (("s", "agree", "actual"), ("o", "against", "predicted"))
        for shares, (mark, role, name) in zip(scree, marks, strict=True):
            label = speech.say(f"audit.chart.matrices.{name}")
            at = range(1, len(shares) + 1)
            axes[2].plot(at, shares, marker=mark, markersize=4, linewidth=1, color=paint[role], label=label)
        axes[2].set_title(speech.say("audit.chart.matrices.scree"), fontsize=9, loc="left", color=paint["ink"])
        axes[2].set_ylim(0, max(0.1, *(share or 0.0 for shares in scree for share in shares)) * 1.1)
        axes[2].set_xticks([1, 5, 10])
        axes[2].yaxis.set_major_formatter(_percent)
        axes[3].axis("off")
        handles, labels = axes[2].get_legend_handles_labels()
        axes[3].legend(handles, labels, loc="center", frameon=False, labelcolor=paint["ink"], fontsize=9)
        return drawn

    first = [(shares[0] if shares else 0.0) or 0.0 for shares in scree]
    alt = speech.say("audit.chart.matrices.alt", count=len(actual), actual=first[0], predicted=first[1])
    return Chart("matrices", speech.say("audit.chart.matrices.title"), alt, draw)


def _matrix(paint: Paint, axes: Any, matrix: Sequence[Sequence[float | None]]) -> None:
    """A square or, where two statements oppose each other, a disc; the larger, the more they go together."""
    size = len(matrix)
    kinds: tuple[tuple[int, str, Role], ...] = ((1, "s", "agree"), (-1, "o", "against"))
    for sign, mark, role in kinds:
        for step in range(1, _STEPS + 1):
            cells = [
                (column, row)
                for row, values in enumerate(matrix)
                for column, value in enumerate(values)
                if value is not None and column != row and sign * round(value * _STEPS) == step
            ]
            if cells:
                across, down = zip(*cells, strict=True)
                width = _MATRIX_POINTS / size * (step / _STEPS) ** 0.5
                look = {"marker": mark, "markersize": width, "markeredgewidth": 0, "color": paint[role]}
                axes.plot(across, down, linestyle="", **look)
    axes.set_xlim(-0.7, size - 0.3)
    axes.set_ylim(size - 0.3, -0.7)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)


def calibration_chart(speech: Speech, audit: Audit) -> Chart | None:
    """Actual agreement by predicted agreement; on the line where predictions come true."""
    rows = audit.data.get("calibration")
    if not rows:
        return None
    known = [(guess or 0.0, vote or 0.0, count or 0.0) for guess, vote, count in rows]

    def draw(paint: Paint) -> Any:
        drawn, (axes,) = figure(paint, 2.9)
        axes.plot([0, 1], [0, 1], color=paint["soft"], linewidth=0.8)
        most = max(count for _, _, count in known)
        sizes = [12 + 90 * count / most for _, _, count in known]
        axes.plot([one[0] for one in known], [one[1] for one in known], color=paint["agree"], linewidth=1)
        axes.scatter(*zip(*((one[0], one[1]) for one in known), strict=True), s=sizes, color=paint["agree"])
        axes.set_xlim(-0.03, 1.03)
        axes.set_ylim(-0.03, 1.03)
        axes.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
        axes.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
        axes.set_xlabel(speech.say("audit.chart.calibration.across"), color=paint["ink"])
        axes.set_ylabel(speech.say("audit.chart.calibration.up"), color=paint["ink"])
        return drawn

    listed = ", ".join(f"{guess:.0%}: {vote:.0%}" for guess, vote, _ in known)
    alt = speech.say("audit.chart.calibration.alt", listed=listed)
    return Chart("calibration", speech.say("audit.chart.calibration.title"), alt, draw)


def group_chart(speech: Speech, figures: Sequence[Figure], alt: str) -> Chart | None:
    """A group's own figures as bars, each with its interval; None where nothing may be told yet."""
    bars: list[tuple[str, float, tuple[float, float] | None]] = []
    for one in figures:
        if one.value is None:
            continue
        if one.name == "minority" and one.ceiling is not None:
            bars.append((speech.say("audit.chart.group.minority_before"), one.ceiling, None))
            bars.append((speech.say("audit.chart.group.minority_after"), one.value, one.interval))
        else:
            bars.append((speech.say(f"audit.chart.group.{one.name}"), one.value, one.interval))
    if not bars:
        return None

    def draw(paint: Paint) -> Any:
        drawn, axes = figure(paint, 0.35 + 0.62 * len(bars), rows=len(bars))
        for one, (label, value, interval) in zip(axes, bars, strict=True):
            one.barh(0, 1, 0.6, color="none", edgecolor=paint["soft"], linewidth=0.6)
            one.barh(0, value, 0.6, color=paint["agree"], edgecolor=paint["ink"], linewidth=0.6)
            if interval is not None:
                one.plot(interval, [0, 0], color=paint["ink"], linewidth=1.5, marker="|", markersize=7)
            one.set_title(f"{label}: {value:.0%}", fontsize=9, loc="left", color=paint["ink"], pad=2)
            one.set_yticks([])
            one.set_xlim(0, 1)
        axes[-1].set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
        axes[-1].get_xticklabels()[0].set_ha("left")
        axes[-1].get_xticklabels()[-1].set_ha("right")
        return drawn

    return Chart("group", speech.say("audit.chart.group.title"), alt, draw)


def _short(phrase: str) -> str:
    return phrase if len(phrase) <= LONGEST else phrase[: LONGEST - 1] + "…"


def _percent(share: float, _: object) -> str:
    return f"{share:.0%}"
