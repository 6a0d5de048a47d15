"""Each chart: what is drawn, and the same in words. Shapes, hatches and labels say what colours say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from bot.catalogue import ENGLISH, Speech, texts
from bot.charts.drawing import ON_DARK, ROLES_OF_PAGE, Paint, Role, as_png, as_svg, can_write, figure
from engine.deliberation.settings import HIGHEST_GRADE, LOWEST_GRADE, MIDDLE_GRADE
from engine.report import Agreement, OpinionMap, OptionResult, Timeline

_GROUP_MARKS: Final = ("o", "s", "^", "D", "v")
_GROUP_ROLES: Final[tuple[Role, ...]] = ("first", "second", "third", "ink", "middle")
_HATCHES: Final[Mapping[Role, str]] = {"agree": "", "middle": "..", "against": "///"}
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Chart:
    """A drawing with its title, and all that it says in words (for screen readers and as Discord's alt text)."""

    name: str
    title: str
    alt: str
    draw: Callable[[Paint], Any]

    def svg(self) -> str:
        """Inline SVG in the colours of the page that it is put into."""
        return as_svg(self.draw(ROLES_OF_PAGE), f"chart-{self.name}", self.title)

    def png(self) -> tuple[bytes, str]:
        """PNG and alt text."""
        return as_png(self.draw(ON_DARK)), self.alt


def letter(number: int) -> str:
    """A statement's short name in charts: A, B, ..., Z, AA, ...

    >>> letter(0), letter(27)
    ('A', 'AB')
    """
    return _LETTERS[number] if number < len(_LETTERS) else letter(number // len(_LETTERS) - 1) + letter(number % 26)


def speech_of_pictures(speech: Speech) -> Speech:
    """The words for a PNG: in this language if a font for it is installed, else in English."""
    words = (text for key, text in texts(speech.language).items() if key.startswith(("grade.", "report.chart.")))
    return speech if can_write("".join(words)) else ENGLISH


def tally_chart(speech: Speech, grades: Sequence[int], name: str = "tally") -> Chart:
    """How many gave each grade: `grades[0]` gave 1. From k ballots on only (`OptionResult.grades` is None below)."""
    order = range(HIGHEST_GRADE, LOWEST_GRADE - 1, -1)
    labels = [f"{grade} {speech.say(f'grade.{grade}')}" for grade in order]
    counts = [grades[grade - LOWEST_GRADE] for grade in order]

    def draw(paint: Paint) -> Any:
        drawn, (axes,) = figure(paint, 2.3)
        for place, (grade, count) in enumerate(zip(order, counts, strict=True)):
            role: Role = "agree" if grade > MIDDLE_GRADE else "against" if grade < MIDDLE_GRADE else "middle"
            _bar(paint, axes, place, count, role)
            axes.annotate(
                str(count), (count, place), (4, 0), textcoords="offset points", va="center", color=paint["ink"]
            )
        axes.set_yticks(range(len(labels)), labels)
        axes.invert_yaxis()
        axes.set_xlim(0, max(1, *counts) * 1.15)
        axes.set_xticks([])
        return drawn

    listed = ", ".join(f"{label}: {count}" for label, count in zip(labels, counts, strict=True))
    title = speech.say("report.chart.tally.title")
    return Chart(name, title, speech.say("report.chart.tally.alt", count=sum(counts), listed=listed), draw)


def agreement_chart(speech: Speech, before: Agreement, after: Agreement) -> Chart:
    """Predicted agreement with the first and the last statement, by tenths."""

    def draw(paint: Paint) -> Any:
        drawn, axes = figure(paint, 2.6, rows=2)
        for one, found, key in ((axes[0], before, "before"), (axes[1], after, "after")):
            edges = np.linspace(0, 1, len(found.histogram) + 1)
            for left, count in zip(edges[:-1], found.histogram, strict=True):
                role: Role = "agree" if left >= 0.5 else "against"
                _column(paint, one, left + 0.05, count, 0.088, role)
                if count:
                    one.text(left + 0.05, count, str(count), ha="center", va="bottom", fontsize=8, color=paint["ink"])
            one.set_title(speech.say(f"report.chart.agreement.{key}"), fontsize=9, loc="left", color=paint["ink"])
            one.set_ylim(0, max(1, *found.histogram) * 1.25)
            one.set_yticks([])
        axes[1].set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
        axes[1].set_xlabel(speech.say("report.chart.agreement.axis"), color=paint["ink"])
        return drawn

    title = speech.say("report.chart.agreement.title")
    alt = speech.say(
        "report.chart.agreement.alt", members=after.members, before=_percent(before.mean), after=_percent(after.mean)
    )
    return Chart("agreement", title, alt, draw)


def option_chart(speech: Speech, options: Sequence[OptionResult], names: Sequence[str]) -> Chart:
    """Predicted share of agreement beside the actual one, a row per statement by its short name.

    Statements that too few graded are left out.
    """
    known = [(name, one) for name, one in zip(names, options, strict=True) if one.agree is not None]

    def draw(paint: Paint) -> Any:
        drawn, (axes,) = figure(paint, 0.9 + 0.42 * len(known))
        for place, (_, one) in enumerate(known):
            assert one.agree is not None
            axes.plot([0, 1], [place, place], color=paint["soft"], linewidth=0.8, zorder=1)
            axes.plot([one.agree], [place], marker="s", color=paint["agree"], markersize=8, linestyle="", zorder=3)
            if one.predicted is not None:
                axes.plot([one.agree, one.predicted], [place, place], color=paint["ink"], linewidth=1.5, zorder=2)
                axes.plot(
                    [one.predicted],
                    [place],
                    marker="o",
                    markersize=8,
                    markerfacecolor="none",
                    markeredgecolor=paint["ink"],
                    markeredgewidth=1.5,
                    linestyle="",
                    zorder=4,
                )
        axes.set_yticks(range(len(known)), [name for name, _ in known])
        axes.set_ylim(len(known) - 0.4, -0.6)
        axes.set_xlim(-0.03, 1.03)
        axes.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
        axes.set_title(speech.say("report.chart.options.legend"), fontsize=9, loc="left", color=paint["ink"])
        return drawn

    listed = ", ".join(f"{name}: {_percent(one.predicted)} / {_percent(one.agree)}" for name, one in known)
    title = speech.say("report.chart.options.title")
    return Chart("options", title, speech.say("report.chart.options.alt", listed=listed), draw)


def map_chart(speech: Speech, found: OpinionMap) -> Chart:
    """Members as marks, each group with a shape of its own and its letter in its middle."""

    def draw(paint: Paint) -> Any:
        drawn, (axes,) = figure(paint, 3.1)
        size = max(4.0, min(30.0, 3000 / len(found.positions)))
        for group, count in enumerate(found.sizes):
            points = found.positions[found.labels == group]
            role = _GROUP_ROLES[group % len(_GROUP_ROLES)]
            axes.scatter(
                points[:, 0],
                points[:, 1],
                s=size,
                marker=_GROUP_MARKS[group % len(_GROUP_MARKS)],
                color=paint[role],
                alpha=0.75,
                linewidths=0,
            )
            if len(found.sizes) > 1:
                center = points.mean(axis=0)
                axes.annotate(
                    f"{letter(group)} ({count})",
                    (center[0], center[1]),
                    ha="center",
                    va="center",
                    fontsize=11,
                    fontweight="bold",
                    bbox={
                        "boxstyle": "round,pad=0.2",
                        "facecolor": paint["ground"],
                        "edgecolor": "none",
                        "alpha": 0.75,
                    },
                    color=paint["ink"],
                )
        ungrouped = found.positions[found.labels < 0]
        if len(ungrouped):
            axes.scatter(ungrouped[:, 0], ungrouped[:, 1], s=size, marker="x", color=paint["middle"])
        axes.set_xticks([])
        axes.set_yticks([])
        axes.margins(0.08)
        axes.spines["bottom"].set_visible(False)
        return drawn

    title = speech.say("report.chart.map.title")
    listed = ", ".join(f"{letter(group)}: {size}" for group, size in enumerate(found.sizes))
    key = "report.chart.map.alt" if len(found.sizes) > 1 else "report.chart.map.alt_one"
    return Chart("map", title, speech.say(key, members=len(found.positions), listed=listed), draw)


def participation_chart(speech: Speech, found: Timeline) -> Chart:
    """Opinions, reactions, critiques and ballots over time, a row each; what nobody did is left out."""
    shown = {what: counts for what, counts in found.counts.items() if any(counts)} or {"opinions": (0,)}

    def draw(paint: Paint) -> Any:
        drawn, axes = figure(paint, 0.5 + 0.62 * len(shown), rows=len(shown))
        for one, (what, counts) in zip(axes, shown.items(), strict=True):
            for place, count in enumerate(counts):
                _column(paint, one, place + 0.5, count, 0.8, "agree")
            label = f"{speech.say(f'report.chart.participation.{what}')} ({sum(counts)})"
            one.set_title(label, fontsize=9, loc="left", color=paint["ink"], pad=4)
            one.set_ylim(0, max(1, *counts))
            one.set_yticks([])
        bins = max(len(counts) for counts in shown.values())
        axes[-1].set_xlim(0, bins)
        axes[-1].set_xticks([0, bins], [_moment(found.since), _moment(found.until)])
        axes[-1].get_xticklabels()[0].set_ha("left")
        axes[-1].get_xticklabels()[-1].set_ha("right")
        return drawn

    listed = ", ".join(
        f"{speech.say(f'report.chart.participation.{what}')}: {sum(counts)}" for what, counts in shown.items()
    )
    title = speech.say("report.chart.participation.title")
    alt = speech.say(
        "report.chart.participation.alt", since=_moment(found.since), until=_moment(found.until), listed=listed
    )
    return Chart("participation", title, alt, draw)


def _bar(paint: Paint, axes: Any, place: float, length: float, role: Role) -> None:
    axes.barh(place, length, 0.72, color=paint[role], hatch=_HATCHES.get(role), edgecolor=paint["ink"], linewidth=0.6)


def _column(paint: Paint, axes: Any, place: float, height: float, width: float, role: Role) -> None:
    axes.bar(place, height, width, color=paint[role], hatch=_HATCHES.get(role), edgecolor=paint["ink"], linewidth=0.6)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M")
