"""`accord export`: a deliberation in other formats, from an exported log or from the deployment's store."""

from __future__ import annotations

import asyncio
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.catalogue import say
from bot.errors import InputError
from bot.exporting import Source, exported, with_influence, write_exports
from bot.files import check_folder
from bot.live.stores import open_stores
from bot.rendering.console import console
from bot.rendering.escaping import shown
from bot.settings import read_settings
from storage.signing import fingerprint, signing_key
from storage.verify import verify


class Format(StrEnum):
    """What can be asked for."""

    ZIP = "zip"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    MD = "md"
    HTML = "html"
    POLIS = "polis"
    TRL = "trl"


def export(
    source: Annotated[str, typer.Argument(metavar="LOG|DELIBERATION", help=say("help.export.source"))],
    formats: Annotated[list[Format] | None, typer.Option("--format", help=say("help.export.format"))] = None,
    data: Annotated[Path | None, typer.Option(help=say("help.export.data"))] = None,
    out: Annotated[Path, typer.Option(help=say("help.export.out"))] = Path(),
    influence: Annotated[Path | None, typer.Option(metavar="FILE", help=say("help.export.influence"))] = None,
) -> None:
    """Write a deliberation in the formats asked for."""
    wanted = [name.value for name in formats or [Format.ZIP]]
    check_folder(out)
    screen = console()
    if data is None:
        verify(Path(source))
        written = write_exports(with_influence(Source(Path(source)), influence), wanted, out, None)
    else:
        written = asyncio.run(_from_store(source, data, wanted, out, influence))
        screen.print(shown(say("export.signed", key=fingerprint(signing_key(data).public))))
    for path in written:
        screen.print(shown(say("export.written", path=path)), soft_wrap=True)


async def _from_store(
    deliberation: str, data: Path, formats: list[str], out: Path, influence: Path | None
) -> list[Path]:
    settings = read_settings().model_copy(update={"data": data})
    if settings.redis_url is None and not (data / "accord.sqlite").is_file():
        raise InputError("store_missing", path=str(data))
    stores = await open_stores(settings)
    try:
        with tempfile.TemporaryDirectory(prefix="accord-") as folder:
            found = with_influence(await exported(stores.log, deliberation, Path(folder)), influence)
            return await asyncio.to_thread(write_exports, found, formats, out, signing_key(data))
    finally:
        await stores.close()
