"""`accord models`, `accord doctor` and `accord rules`: what is here and what is missing."""

from __future__ import annotations

import os
import platform
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Annotated

import llama_cpp
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.catalogue import error_sentence, say
from engine.deliberation.errors import EngineError
from engine.models.bundled import bundled_embedder, shipped_drafter
from engine.models.cache import cache_folder, sha256
from engine.models.resolve import resolve
from welfare import RULE_NAMES

MEGABYTE, GIGABYTE = 1 << 20, 1 << 30


def models(model: Annotated[str, typer.Option(help=say("help.model"))] = "bundled") -> None:
    """Say which models are installed, where, and what would be used and why."""
    console = Console()
    weights = resolve(model)
    embedder = bundled_embedder()
    table = Table(title=say("models.title"), title_justify="left", box=None, show_header=False, padding=(0, 2, 1, 0))
    table.add_row(say("models.drafter"), _found(weights.name, weights.path, weights.encoding, weights.sha256))
    table.add_row(say("models.embedder"), _found(embedder.stem, embedder, "F32", sha256(embedder)))
    console.print(table)
    if model == "bundled":
        console.print(say("models.why"))
    on_gpu = bool(llama_cpp.llama_supports_gpu_offload())
    console.print(say("models.gpu") if on_gpu else say("models.cpu", threads=len(os.sched_getaffinity(0))))
    console.print(say("models.cache", path=cache_folder()))


def _found(name: str, path: Path, encoding: str, digest: str) -> Text:
    size = round(path.stat().st_size / MEGABYTE)
    return Text(say("models.found", name=name, path=path, size=size, encoding=encoding, sha256=digest))


def doctor() -> int:
    """Say in plain words what is missing for running."""
    checks = [
        (True, say("doctor.python", version=platform.python_version())),
        (True, say("doctor.library", version=metadata.version("llama-cpp-python"))),
        _tried("doctor.drafter", lambda: str(shipped_drafter())),
        _tried("doctor.embedder", lambda: str(bundled_embedder())),
        (_writable(cache_folder()), say("doctor.cache", path=cache_folder())),
        (_free_memory() > GIGABYTE, say("doctor.memory", free=round(_free_memory() / GIGABYTE, 1))),
    ]
    console = Console()
    for fine, sentence in checks:
        mark = Text(f"{say('doctor.ok' if fine else 'doctor.missing'):>8}  ", style="green" if fine else "red bold")
        console.print(mark + Text(sentence))
    missing = [sentence for fine, sentence in checks if not fine]
    console.print(say("doctor.mend") if missing else say("doctor.fine"))
    return 1 if missing else 0


def _tried(key: str, find: object) -> tuple[bool, str]:
    assert callable(find)
    try:
        return True, say(key, detail=find())
    except EngineError as problem:
        return False, say(key, detail=error_sentence(problem.code, problem.parameters))


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _free_memory() -> int:
    """Bytes that can be had without swapping; all of it where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def rules() -> None:
    """List the social welfare functions and voting rules."""
    console = Console()
    console.print(say("rules.intro"))
    for name in RULE_NAMES:
        console.print(Text(f"  {name:<18} ", style="bold") + Text(say(f"rule.{name.partition(':')[0]}")))
