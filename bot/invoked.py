"""How this program was called, so that commands which people are told to run work when they are pasted."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

NAME = "accord"


def invoked() -> str:
    """What to type in a shell for `accord`: its name where it is on the PATH, else its path as it was called."""
    called = sys.argv[0]
    if Path(called).name == "__main__.py":  # python -m bot
        return f"{_path(sys.executable)} -m bot"
    found = shutil.which(NAME)
    if found is not None and os.path.realpath(found) == os.path.realpath(called):
        return NAME
    return _path(called) if Path(called).name == NAME else NAME


def _path(path: str) -> str:
    """A path for a shell, from here where it lies below: a person reads it more easily."""
    absolute = Path(path).absolute()
    return shlex.quote(str(absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else path))
