"""`accord models`, `accord doctor` and `accord rules`: what is here and what is missing."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Annotated

import llama_cpp
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.catalogue import error_sentence, say
from bot.errors import InputError
from bot.files import output_folder
from bot.invoked import invoked
from bot.rendering.console import console
from bot.rendering.escaping import plain, shown
from bot.settings import read_settings
from engine.deliberation.errors import EngineError
from engine.models.bundled import bundled_embedder, shipped_drafter
from engine.models.cache import cache_folder, sha256
from engine.models.remote import RemoteModel, is_address
from engine.models.resolve import resolve
from welfare import RULE_NAMES

GIGABYTE = 1 << 30
MEGABYTE = 1 << 20
NEEDED_SPACE, SPARE_SPACE = 350, 20
"""Megabytes: the bundled drafter encoded anew (258) and the embedder (87); with both made, for logs and results."""
OTHER_LANGUAGES = (
    "hf:bartowski/Qwen2.5-7B-Instruct-GGUF/Qwen2.5-7B-Instruct-Q4_K_M.gguf",
    "hf:bartowski/Mistral-Nemo-Instruct-2407-GGUF/Mistral-Nemo-Instruct-2407-Q4_K_M.gguf",
)
"""Drafters under free licences that write many languages (docs of their makers), for whom English is not enough."""


def models(model: Annotated[str, typer.Option(help=say("help.model"))] = "bundled") -> None:
    """Say which models are installed, where, and what would be used and why."""
    screen = console()
    screen.print(Text(say("models.title"), "bold"))
    for role, find in (("models.shipped", shipped_drafter), ("models.embedder", bundled_embedder)):
        _print_found(screen, role, find)
    if is_address(model):
        remote = RemoteModel(model)
        served = say("models.served", place=remote.place, name=remote.name, context=remote.context_limit)
        screen.print(shown(served), soft_wrap=True)
        return
    weights = resolve(model)
    screen.print(Text(say("models.would_use"), "bold"))
    _print_facts(screen, say("models.drafter"), weights.path, weights.encoding, weights.sha256)
    screen.print(say("models.why_bundled" if model == "bundled" else "models.why_named"))
    on_gpu = bool(llama_cpp.llama_supports_gpu_offload())
    screen.print(say("models.gpu") if on_gpu else say("models.cpu", count=len(os.sched_getaffinity(0))))
    screen.print(shown(say("models.cache", path=cache_folder())))


def _print_found(screen: Console, role: str, find: Callable[[], Path]) -> None:
    try:
        path = find()
        _print_facts(screen, say(role), path, say("models.as_is"), sha256(path))
    except EngineError as problem:
        screen.print(shown(f"{say(role)}: {error_sentence(problem.code, problem.parameters)}", "red"))


def _print_facts(screen: Console, role: str, path: Path, encoding: str, digest: str) -> None:
    """A model's file in a few lines, each whole, so that it can be copied."""
    size = round(path.stat().st_size / MEGABYTE)
    lines = (f"{path}", say("models.facts", size=size, encoding=encoding, sha256=digest))
    screen.print(f"  {role}")
    for line in lines:
        screen.print(f"    {plain(line)}", soft_wrap=True)


def doctor() -> int:
    """Say in plain words what is missing for running."""
    memory = round(_free_memory() / GIGABYTE, 1)
    checks = [
        (True, say("doctor.python", version=platform.python_version())),
        (True, say("doctor.library", version=metadata.version("llama-cpp-python"))),
        _tried("doctor.drafter", shipped_drafter),
        _tried("doctor.embedder", bundled_embedder),
        _writable("doctor.cache", cache_folder(), "cache_not_writable"),
        _room(cache_folder()),
        *_bot(),
        (memory >= 1, say("doctor.memory" if memory >= 1 else "doctor.memory_short", free=memory)),
    ]
    screen = console()
    for fine, sentence in checks:
        mark = Text(say("doctor.ok" if fine else "doctor.missing"), "green" if fine else "red bold")
        row = Table.grid(padding=(0, 2))
        row.add_column(min_width=8)
        row.add_column(overflow="fold")
        row.add_row(mark, shown(sentence))
        screen.print(row)
    screen.print()
    if all(fine for fine, _ in checks):
        screen.print(say("doctor.fine"))
        screen.print(say("doctor.languages"))
        for name in OTHER_LANGUAGES:
            screen.print(f"  {name}", soft_wrap=True)
        return 0
    screen.print(say("doctor.mend"))
    return 1


def _tried(key: str, find: Callable[[], Path]) -> tuple[bool, str]:
    try:
        return True, say(key, detail=find())
    except EngineError as problem:
        return False, say(key, detail=error_sentence(problem.code, problem.parameters))


def _writable(key: str, folder: Path, code: str) -> tuple[bool, str]:
    try:
        with output_folder(folder):
            return True, say(key, path=folder)
    except InputError as problem:
        return False, error_sentence(code, problem.parameters)


def _room(folder: Path) -> tuple[bool, str]:
    """Whether the models that are made on first use fit; a full disk can still be written a little."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free // MEGABYTE
    made = sum(model.stat().st_size for model in folder.glob("*.gguf")) // MEGABYTE
    needed = max(SPARE_SPACE, NEEDED_SPACE - made)
    fits = free >= needed
    return fits, say("doctor.space" if fits else "doctor.space_short", free=free, path=folder, needed=needed)


def _bot() -> list[tuple[bool, str]]:
    """What the Discord bot would find; having no token is no fault."""
    try:
        settings = read_settings()
    except InputError as problem:
        return [(False, error_sentence(problem.code, problem.parameters))]
    has_token = settings.token is not None and bool(settings.token.get_secret_value().strip())
    told = say("doctor.token") if has_token else say("doctor.no_token", accord=invoked())
    return [_writable("doctor.data", settings.data, "data_not_writable"), (True, told)]


def _free_memory() -> int:
    """Bytes that can be had without swapping; all of it where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def rules() -> None:
    """List the social welfare functions and voting rules."""
    screen = console()
    screen.print(say("rules.intro"))
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for name in RULE_NAMES:
        table.add_row(f"  {name}", say(f"rule.{name.partition(':')[0]}"))
    screen.print(table)
