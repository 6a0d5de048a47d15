"""`accord demo`: a whole deliberation in the terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.catalogue import say
from bot.demo.play import play
from bot.demo.screen import Screen
from bot.files import check_folder
from bot.rendering.console import console

BEAT = 0.7
"""Seconds."""


def demo(
    out: Annotated[Path, typer.Option(help=say("help.demo.out"))] = Path("out/demo"),
    fast: Annotated[bool, typer.Option("--fast", help=say("help.demo.fast"))] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help=say("help.demo.seed"))] = 3,
    pictures: Annotated[Path | None, typer.Option(help=say("help.demo.pictures"))] = None,
) -> None:
    """Play a written deliberation of eight neighbours with the bundled models."""
    for folder in (out, *([pictures] if pictures is not None else [])):
        check_folder(folder)
    terminal = console()
    beat = BEAT if terminal.is_terminal and not fast else 0.0
    asyncio.run(play(Screen(terminal, beat=beat, pictures=pictures), out, seed=seed))
