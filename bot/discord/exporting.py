"""Everything that an export holds, signed, for moderators and after the close."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import discord

from bot.discord.errors import RefusalError
from bot.discord.permissions import require_moderator
from bot.discord.visit import Visit
from bot.exporting import exported, write_bundle_of, write_exports
from bot.settings import BotSettings
from storage.errors import StorageError
from storage.signing import SigningKey, fingerprint, signing_key

logger = logging.getLogger("accord.discord")


async def send(visit: Visit) -> None:
    """Hand the files to a moderator, alone: the log and a summary to look at, and all of it as a zip to check."""
    require_moderator(visit.interaction, visit.office.settings.moderator_permission)
    if visit.state.stage != "closed":
        raise RefusalError("not_yet_closed")
    await visit.interaction.response.defer(ephemeral=True, thinking=True)
    log, key = visit.office.deliberations.log, key_of(visit.office.settings)
    with tempfile.TemporaryDirectory(prefix="accord-") as name:
        folder = Path(name)
        source = await exported(log, visit.deliberation, folder / "log")
        paths = [path for path in write_exports(source, ("jsonl", "md"), folder, None) if path.suffix != ".json"]
        bundle = folder / f"{visit.deliberation}.zip"
        header = await write_bundle_of(log, visit.deliberation, bundle, key)
        files = [discord.File(path, filename=path.name) for path in (*paths, bundle)]
        await visit.answer(visit.say("discord.export.done", head=header.head), files=files)


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
