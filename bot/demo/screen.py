"""Where a performance is shown: the terminal and, if wanted, a picture of each act."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console, RenderableType

from bot.demo.scenes import act
from bot.files import write_whole
from bot.rendering.console import console

_WEB_FONTS = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)
PICTURE_FORMAT = _WEB_FONTS.sub("", CONSOLE_SVG_FORMAT).replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")
"""rich's, without its fonts from the web: a picture asks nobody for anything."""
PICTURE_WIDTH = 96


class Screen:
    """Prints to the terminal; with `pictures`, each act is also saved there as NAME.svg."""

    def __init__(self, terminal: Console, *, beat: float, pictures: Path | None = None) -> None:
        """`beat`: seconds of a short pause, so that people can follow; 0 for none."""
        self.terminal = terminal
        self._beat = beat
        self._pictures = pictures
        self._drawn: dict[str, Console] = {}
        self._name = ""

    def begin(self, name: str, title: str | None = None) -> None:
        """A new act begins."""
        self._name = name
        if title is not None:
            self.terminal.print()
            self.terminal.print(act(title))

    def print(self, *things: RenderableType) -> None:
        """Show things below each other."""
        for thing in things:
            self.terminal.print(thing)
            if self._pictures is not None:
                self._canvas().print(thing)

    async def pause(self, beats: float) -> None:
        """Let people read."""
        await asyncio.sleep(self._beat * beats)

    def save_pictures(self) -> None:
        """Write an SVG of each act. Raises `OutputError`."""
        if self._pictures is None:
            return
        for name, canvas in self._drawn.items():
            svg = canvas.export_svg(title=f"accord demo · {name}", code_format=PICTURE_FORMAT, unique_id=name)
            write_whole(self._pictures / f"{name}.svg", svg)

    def _canvas(self) -> Console:
        if self._name not in self._drawn:
            self._drawn[self._name] = console(
                record=True,
                width=PICTURE_WIDTH,
                file=io.StringIO(),
                force_terminal=True,
                color_system="truecolor",
                legacy_windows=False,
            )
        return self._drawn[self._name]
