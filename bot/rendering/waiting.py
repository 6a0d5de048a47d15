"""A line that moves while the models work."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.catalogue import say
from engine.drafting.options import Stage


class Waiting:
    """A progress line as a context manager; call it with a stage, how much is done and of how much.

    Where nobody watches a terminal it stays silent.
    """

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(say("waiting.starting"), total=None)

    def __enter__(self) -> Waiting:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, stage: Stage, done: int, of: int) -> None:
        """Show how far a stage is."""
        self._progress.update(self._task, description=say(f"waiting.{stage}"), completed=done, total=of or None)
