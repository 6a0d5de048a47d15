"""`accord demo`: a whole deliberation in the terminal."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Annotated

import typer

from bot.catalogue import say
from bot.demo.play import DELIBERATION, play
from bot.demo.screen import Screen
from bot.files import output_folder
from bot.recording import WRITTEN
from bot.rendering.console import console
from storage.errors import LogFileError
from storage.export.log_file import read_header

BEAT = 0.7
"""Seconds."""


def demo(
    out: Annotated[Path, typer.Option(help=say("help.demo.out"))] = Path("out/demo"),
    force: Annotated[bool, typer.Option("--force", help=say("help.demo.force"))] = False,
    fast: Annotated[bool, typer.Option("--fast", help=say("help.demo.fast"))] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help=say("help.demo.seed"))] = 3,
    pictures: Annotated[Path | None, typer.Option(help=say("help.demo.pictures"))] = None,
) -> None:
    """Play a written deliberation of eight neighbours with the bundled models."""
    terminal = console()
    beat = BEAT if terminal.is_terminal and not fast else 0.0
    with contextlib.ExitStack() as folders:
        folders.enter_context(output_folder(out, *WRITTEN, force=force or _is_a_demonstration(out)))
        if pictures is not None:
            folders.enter_context(output_folder(pictures))
        asyncio.run(play(Screen(terminal, beat=beat, pictures=pictures), out, seed=seed))


def _is_a_demonstration(out: Path) -> bool:
    """Whether the folder holds what an earlier demonstration wrote."""
    try:
        return read_header(out / "log.jsonl").deliberation == DELIBERATION
    except LogFileError:
        return False
