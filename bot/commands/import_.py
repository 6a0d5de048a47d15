"""`accord import`: an exported log or a Polis conversation into the deployment's store."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bot.catalogue import say
from bot.errors import InputError
from bot.importing import Imported, PolisConversation, import_log, import_polis, read_polis
from bot.languages import known_language
from bot.live.stores import open_stores
from bot.reading import read_question
from bot.rendering.console import console
from bot.rendering.escaping import shown
from bot.settings import read_settings
from engine.deliberation.settings import Settings


@dataclass(frozen=True)
class Polis:
    """A Polis conversation and what it becomes."""

    conversation: PolisConversation
    question: str
    name: str | None
    settings: Settings
    votes_may_leave: bool


def import_(
    source: Annotated[Path, typer.Argument(metavar="LOG|FOLDER", help=say("help.import.source"))],
    data: Annotated[Path, typer.Option(help=say("help.import.data"))],
    question: Annotated[str | None, typer.Option(help=say("help.import.question"))] = None,
    name: Annotated[str | None, typer.Option(help=say("help.import.name"))] = None,
    language: Annotated[str, typer.Option(help=say("help.draft.language"))] = "en",
    votes_may_leave: Annotated[bool, typer.Option("--votes-may-leave", help=say("help.import.votes"))] = False,
) -> None:
    """Take in an exported log, or the folder of a Polis export."""
    polis = None
    if source.is_dir():
        if question is None:
            raise InputError("question_empty")
        polis = Polis(
            read_polis(source),
            read_question(question),
            name,
            Settings(language=known_language(language)),
            votes_may_leave,
        )
    imported = asyncio.run(_into_store(source, data, polis))
    screen = console()
    screen.print(shown(say("import.done", deliberation=imported.deliberation, events=imported.events)))
    for what, count in imported.left_out.items():
        if count:
            screen.print(shown(say(f"import.left_out.{what}", count=count)))


async def _into_store(source: Path, data: Path, polis: Polis | None) -> Imported:
    stores = await open_stores(read_settings().model_copy(update={"data": data}))
    try:
        if polis is None:
            return await import_log(stores.log, source)
        return await import_polis(
            stores.log,
            polis.conversation,
            deliberation=polis.name or f"polis-{secrets.token_hex(6)}",
            question=polis.question,
            settings=polis.settings,
            clock=lambda: int(time.time() * 1000),
            votes_may_leave=polis.votes_may_leave,
        )
    finally:
        await stores.close()
