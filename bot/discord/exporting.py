"""Everything that an export holds, signed, for moderators and after the close."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import discord

from bot.discord.consent import NOTICE
from bot.discord.errors import RefusalError
from bot.discord.permissions import require_moderator
from bot.discord.visit import Visit
from bot.exporting import BUNDLE, exported, write_exports
from bot.live.participants import participants
from bot.settings import BotSettings
from storage.errors import StorageError
from storage.export import read_header
from storage.signing import SigningKey, fingerprint, signing_key

logger = logging.getLogger("accord.discord")


NAMED: Final = ("opinions.csv", "critiques.csv")
"""Which tables come beside the summary where names are asked for: what people said in the open."""

NAMING: Final = ("md", "csv")
"""The formats that can name who said what."""


async def send(visit: Visit, *, names: bool = False, wanted: str | None = None) -> None:
    """Hand the files to a moderator, alone: the log and a summary to look at, and all of it as a zip to check.

    `names`: the summary, and two tables more, name who said what. The log and the zip hold pseudonyms all the same.
    `wanted`: one format (`bot.exporting.FORMATS`, or the zip) instead.
    """
    require_moderator(visit.interaction, visit.office.settings.moderator_permission)
    if visit.state.stage != "closed":
        raise RefusalError("not_yet_closed")
    if names and visit.state.settings.nameless:
        raise RefusalError("nameless_no_names")
    if names and wanted not in (None, *NAMING):
        raise RefusalError("format_names_nobody")
    await visit.interaction.response.defer(ephemeral=True, thinking=True)
    log, key = visit.office.deliberations.log, key_of(visit.office.settings)
    with tempfile.TemporaryDirectory(prefix="accord-") as name:
        folder = Path(name)
        source = await exported(log, visit.deliberation, folder / "log")
        source = replace(source, names=await names_of(visit) if names else {})
        if wanted is None:
            formats = ("jsonl", "md", "csv", BUNDLE) if names else ("jsonl", "md", BUNDLE)
        else:
            formats = (wanted,)
        # Beside a signed zip the log needs no signature of its own.
        paths = await asyncio.to_thread(write_exports, source, formats, folder, key)
        if wanted is None:
            paths = [
                path for path in paths if path.name in ("log.jsonl", "summary.md", *NAMED) or path.suffix == ".zip"
            ]
        _require_room(paths, visit.interaction.filesize_limit)
        told = "done" if wanted is None else "done_alone"
        head = read_header(source.path).head
        words = visit.say(f"discord.export.{told}{'_with_names' if names else ''}", head=head)
        await visit.answer(words, files=[discord.File(path, filename=path.name) for path in paths])


def _require_room(paths: Sequence[Path], most: int) -> None:
    """Raise `RefusalError` for more than Discord takes here (bytes)."""
    size = sum(path.stat().st_size for path in paths)
    if size > most:
        raise RefusalError("export_too_large", megabytes=f"{size / 1e6:.1f}", most=f"{most / 1e6:.0f}")


async def names_of(visit: Visit) -> dict[str, str]:
    """What those who spoke are called in this server now, by pseudonym; who left keeps the pseudonym.

    Nobody is named who was forgotten or agreed to an older notice, and nobody at all once the mapping expired.
    """
    guild, state = visit.interaction.guild, visit.state
    spoke = state.speakers.union(state.heard_critiques)
    names: dict[str, str] = {}
    for user in await participants(visit.office.notebook, visit.deliberation):
        person = await visit.office.deliberations.person(visit.deliberation, user)
        if guild is not None and person.member in spoke and state.notices.get(person.member) == NOTICE:
            found = guild.get_member(int(user)) or await _fetched(guild, int(user))
            if found is not None:
                names[person.member] = found.display_name
    return names


async def _fetched(guild: discord.Guild, user: int) -> discord.Member | None:
    try:
        return await guild.fetch_member(user)
    except discord.HTTPException:
        return None


def key_of(settings: BotSettings) -> SigningKey | None:
    """The deployment's key; None where it cannot be read, and then exports go out unsigned."""
    try:
        return signing_key(settings.data)
    except StorageError as problem:
        logger.warning("exports are not signed: %s", problem)
        return None


def deployment_key(settings: BotSettings) -> str | None:
    """The key's fingerprint, for people to compare."""
    key = key_of(settings)
    return None if key is None else fingerprint(key.public)
