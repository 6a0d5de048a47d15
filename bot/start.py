"""What `accord` runs first: the rest takes a second to import, and Ctrl-C in that second is no traceback either."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130


def main() -> None:
    """Import the command line and run it; an interruption before its first word ends at once, with 130."""
    signal.signal(signal.SIGINT, _leave)
    from bot.__main__ import main as command_line

    try:
        command_line()
    except KeyboardInterrupt:  # in the moment before or after the command itself, which has its own sentence
        sys.exit(INTERRUPTED)


def _leave(number: int, frame: FrameType | None) -> None:
    # Not by an exception: libraries that are half imported turn one into errors of theirs.
    del number, frame
    os._exit(INTERRUPTED)
