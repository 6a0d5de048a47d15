"""Everything that an export holds, signed, for moderators and after the close."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

import discord

from bot.discord.consent import NOTICE
from bot.discord.errors import RefusalError
from bot.discord.permissions import require_moderator
from bot.discord.visit import Visit
from bot.exporting import exported, write_bundle_of, write_exports
from bot.settings import BotSettings
from storage.errors import StorageError
from storage.signing import SigningKey, fingerprint, signing_key

logger = logging.getLogger("accord.discord")


NAMED: Final = ("opinions.csv", "critiques.csv")
"""Which tables come beside the summary where names are asked for: what people said in the open."""


async def send(visit: Visit, *, names: bool = False) -> None:
    """Hand the files to a moderator, alone: the log and a summary to look at, and all of it as a zip to check.

    `names`: the summary, and two tables more, name who said what. The log and the zip hold pseudonyms all the same.
    """
    require_moderator(visit.interaction, visit.office.settings.moderator_permission)
    if visit.state.stage != "closed":
        raise RefusalError("not_yet_closed")
    if names and visit.state.settings.nameless:
        raise RefusalError("nameless_no_names")
    await visit.interaction.response.defer(ephemeral=True, thinking=True)
    log, key = visit.office.deliberations.log, key_of(visit.office.settings)
    with tempfile.TemporaryDirectory(prefix="accord-") as name:
        folder = Path(name)
        source = await exported(log, visit.deliberation, folder / "log")
        formats = ("jsonl", "md", "csv") if names else ("jsonl", "md")
        source = replace(source, names=await names_of(visit) if names else {})
        written = await asyncio.to_thread(write_exports, source, formats, folder, None)
        paths = [path for path in written if path.suffix != ".csv" or path.name in NAMED]
        bundle = folder / f"{visit.deliberation}.zip"
        header = await write_bundle_of(log, visit.deliberation, bundle, key)
        files = [discord.File(path, filename=path.name) for path in (*paths, bundle)]
        told = visit.say("discord.export.done_with_names" if names else "discord.export.done", head=header.head)
        await visit.answer(told, files=files)


async def names_of(visit: Visit) -> dict[str, str]:
    """What those who spoke are called in this server now, by pseudonym; who left keeps the pseudonym.

    Nobody is named who was forgotten or agreed to an older notice, and nobody at all once the mapping expired.
    """
    guild, state = visit.interaction.guild, visit.state
    spoke = state.speakers.union(state.heard_critiques)
    names: dict[str, str] = {}
    for user in await visit.office.notebook.all(f"person/{visit.deliberation}/"):
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
