"""Imported by the bot's own process before its start: lets a test move that process's clock through a file."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

from bot.discord import app

_FILE = Path(os.environ["ACCORD_TEST_CLOCK"])


def _seconds() -> float:
    return time.time() + float(_FILE.read_text() or 0)


app.time = SimpleNamespace(time=_seconds, time_ns=time.time_ns)  # pyright: ignore[reportAttributeAccessIssue]
