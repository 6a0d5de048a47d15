"""Audits at the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from bot.catalogue import ENGLISH, say
from bot.rendering.console import console
from bot.rendering.escaping import shown
from bot.rendering.html.audit import figure_name, number, verdict_words
from engine.audit.figure import Audit


def print_audits(audits: Sequence[Audit]) -> None:
    """The decisive figure of each audit, for the terminal."""
    table = Table(*(say(f"audit.column.{name}") for name in ("audit", "says", "figure", "value")))
    for one in audits:
        first = one.figures[0]
        table.add_row(
            f"{one.name} {say(f'audit.{one.name}.title')}",
            shown(verdict_words(ENGLISH, one.verdict, first)),
            shown(figure_name(ENGLISH, first)),
            number(first.value),
        )
    console().print(table)
