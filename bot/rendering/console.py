"""The terminal: what is printed is text and nothing else, whoever wrote it."""

from __future__ import annotations

from typing import Any

from rich.console import Console


def console(*, error: bool = False, **options: Any) -> Console:
    """Standard output, or standard error, where neither brackets nor colons nor numbers mean anything."""
    return Console(stderr=error, markup=False, highlight=False, emoji=False, **options)
