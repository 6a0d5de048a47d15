"""Pictures of the audits of a model: groups, sides, steering, and a heat map of ways to ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bot.catalogue import Speech
from bot.charts.drawing import Paint, Role, figure
from bot.charts.pictures import Chart
from engine.audit.figure import Audit, Figure

MOST_GROUPS: Final = 16
NARROWEST: Final = 0.1
"""Alignments are drawn over at least so much of their scale, so that no hair looks like a step."""
_STEERING: Final = ("without", "others", "own")


def groups_chart(speech: Speech, audit: Audit) -> Chart | None:
    """The model's alignment with each group, beside how well each group represents everybody (average and worst)."""
    groups = [one for one in audit.figures if one.name == "group" and one.value is not None][:MOST_GROUPS]
    human = [one.ceiling for one in groups if one.ceiling is not None]
    if not groups or not human:
        return None
    everyone = [one for one in audit.figures if one.name == "everyone" and one.value is not None]
    shown = [*everyone, *groups]
    average, worst = sum(human) / len(human), min(human)
    names = [one.about or speech.say("audit.chart.groups.everyone") for one in shown]

    def draw(paint: Paint) -> Any:
        drawn, (axes,) = figure(paint, 1.2 + 0.32 * len(shown))
        for value, style in ((average, "-"), (worst, ":")):
            axes.axvline(value, color=paint["ink"], linewidth=1, linestyle=style)
        _dots(paint, axes, shown, "first")
        axes.set_yticks(range(len(shown)), names)
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.xaxis.get_major_locator().set_params(nbins=5)
        axes.set_xlabel(speech.say("audit.chart.groups.across"), color=paint["ink"])
        return drawn

    listed = ", ".join(f"{name}: {one.value:.2f}" for name, one in zip(names, shown, strict=True))
    alt = speech.say("audit.chart.groups.alt", listed=listed, average=f"{average:.2f}", worst=f"{worst:.2f}")
    return Chart("groups", speech.say("audit.chart.groups.title"), alt, draw)


def sides_chart(speech: Speech, audit: Audit) -> Chart | None:
    """How far the model leans on each axis, beside what shuffled sides give."""
    sides = [one for one in audit.figures if one.name == "side" and one.value is not None]
    if not sides:
        return None
    counts = max(one.least or 0.0 for one in sides)

    def draw(paint: Paint) -> Any:
        drawn, (axes,) = figure(paint, 1.1 + 0.4 * len(sides))
        for place, one in enumerate(sides):
            if one.null is not None:
                axes.plot(one.null, [place, place], color=paint["soft"], linewidth=9, alpha=0.4, solid_capstyle="butt")
        axes.axvline(0, color=paint["ink"], linewidth=0.8)
        axes.axvline(counts, color=paint["ink"], linewidth=1, linestyle=":")
        _dots(paint, axes, sides, "first")
        axes.set_yticks(range(len(sides)), [one.about for one in sides])
        axes.set_ylim(len(sides) - 0.5, -0.5)
        # What does not count looks small, however small the others are.
        axes.set_xlim(min(axes.get_xlim()[0], -0.2 * counts), max(axes.get_xlim()[1], 1.2 * counts))
        axes.xaxis.get_major_locator().set_params(nbins=4)
        axes.set_xlabel(speech.say("audit.chart.sides.across"), color=paint["ink"])
        return drawn

    listed = ", ".join(f"{one.about}: {one.value:.2f}" for one in sides)
    alt = speech.say("audit.chart.sides.alt", listed=listed)
    return Chart("sides", speech.say("audit.chart.sides.title"), alt, draw)


def steering_chart(speech: Speech, audit: Audit) -> Chart | None:
    """Alignment with members' other votes: without words, after another's, after their own."""
    by_name = {one.name: one for one in audit.figures}
    shown = [by_name[name] for name in _STEERING if name in by_name and by_name[name].value is not None]
    if len(shown) < len(_STEERING):
        return None
    names = [speech.say(f"audit.chart.steering.{one.name}") for one in shown]

    def draw(paint: Paint) -> Any:
        drawn, (axes,) = figure(paint, 1.9)
        _dots(paint, axes, shown, "first")
        axes.set_yticks(range(len(shown)), names)
        axes.set_ylim(len(shown) - 0.5, -0.5)
        low, high = axes.get_xlim()
        margin = max(0.0, NARROWEST - (high - low)) / 2
        axes.set_xlim(low - margin, high + margin)
        axes.xaxis.get_major_locator().set_params(nbins=4)
        axes.set_xlabel(speech.say("audit.chart.steering.across"), color=paint["ink"])
        return drawn

    listed = ", ".join(f"{name}: {one.value:.3f}" for name, one in zip(names, shown, strict=True))
    alt = speech.say("audit.chart.steering.alt", listed=listed)
    return Chart("steering", speech.say("audit.chart.steering.title"), alt, draw)


def ways_chart(speech: Speech, audit: Audit) -> Chart | None:
    """A row per way to ask, a column per statement: filled where the mean answer agrees, open where it disagrees, and
    the larger the further from indifference.
    """
    stances, ways = audit.data.get("stance"), audit.labels.get("templates", [])
    if not stances or len(ways) != len(stances):
        return None
    rows = [[cell or 0.0 for cell in row] for row in stances]
    columns = sorted(range(len(rows[0])), key=lambda at: sum(row[at] for row in rows))
    furthest = max(abs(cell) for row in rows for cell in row) or 1.0

    def draw(paint: Paint) -> Any:
        drawn, (axes,) = figure(paint, 0.9 + 0.24 * len(rows))
        roles: tuple[tuple[bool, Role], ...] = ((True, "agree"), (False, "against"))
        for agrees, role in roles:
            marks = [
                (place, line, abs(row[at]) / furthest)
                for line, row in enumerate(rows)
                for place, at in enumerate(columns)
                if (row[at] > 0) == agrees
            ]
            if marks:
                across, down, sizes = zip(*marks, strict=True)
                colour = paint[role]
                axes.scatter(
                    across,
                    down,
                    s=[1 + 14 * size for size in sizes],
                    marker="s",
                    facecolors=colour if agrees else "none",
                    edgecolors=colour,
                    linewidths=0.6,
                )
        axes.set_yticks(range(len(rows)), ways)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xticks([])
        axes.set_xlabel(speech.say("audit.chart.ways.across", furthest=furthest), color=paint["ink"])
        return drawn

    listed = ", ".join(f"{way}: {sum(row) / len(row):+.2f}" for way, row in zip(ways, rows, strict=True))
    alt = speech.say("audit.chart.ways.alt", listed=listed)
    return Chart("ways", speech.say("audit.chart.ways.title"), alt, draw)


def _dots(paint: Paint, axes: Any, shown: Sequence[Figure], role: Role) -> None:
    """A dot per figure with its interval, a row each."""
    for place, one in enumerate(shown):
        if one.interval is not None:
            axes.plot(one.interval, [place, place], color=paint[role], linewidth=2)
        axes.plot([one.value], [place], marker="o", markersize=7, color=paint[role], linestyle="")
