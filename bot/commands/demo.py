"""`accord demo`: a whole deliberation in the terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.catalogue import say
from bot.demo.play import play
from bot.errors import InputError

BEAT = 0.8
"""Seconds."""


def demo(
    out: Annotated[Path, typer.Option(help=say("help.demo.out"))] = Path("out/demo"),
    fast: Annotated[bool, typer.Option("--fast", help=say("help.demo.fast"))] = False,
    seed: Annotated[int, typer.Option(min=0, help=say("help.demo.seed"))] = 7,
    picture: Annotated[Path | None, typer.Option(help=say("help.demo.picture"))] = None,
) -> None:
    """Play a written deliberation of eight neighbours with the bundled models."""
    console = Console(record=picture is not None, width=100 if picture is not None else None)
    pause = 0.0 if fast or not console.is_terminal else BEAT
    try:
        asyncio.run(play(console, out, seed=seed, pause=pause))
        if picture is not None:
            console.save_svg(str(picture), title="accord demo")
    except OSError as problem:
        raise InputError("out_not_writable", path=str(out), reason=problem.strerror or str(problem)) from problem
