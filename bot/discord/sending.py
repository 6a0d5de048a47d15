"""Sending what there is to be once, and writing down where it is.

A claim keeps two processes apart; the nonce makes Discord itself drop a repetition for some minutes; and where an
earlier attempt was begun and never noted, the thread's history is searched before anything is sent again.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import discord
from discord import ui

from bot.discord.office import Office
from bot.discord.threads import Home
from engine.deliberation import commands as c
from engine.deliberation.state import State

logger = logging.getLogger("accord.discord")

LEASE = 10_000
"""Milliseconds that a process has to send what it claimed."""
SEARCHED = 50
REDRAWN = ("card", "result")
"""These change with the deliberation: an earlier attempt is recognised by its buttons alone."""
NOBODY = discord.AllowedMentions.none()


async def send_once(
    office: Office, deliberation: str, name: str, home: Home, view: ui.LayoutView, files: Sequence[discord.File] = ()
) -> discord.Message | None:
    """Send, or find what an earlier attempt sent; None where another process is at it."""
    view.stop()
    state = office.deliberations.state(deliberation)
    key = f"post/{deliberation}/{name}/{message_of(state, name) or ''}"
    begun = await office.notebook.get(f"claim/{key}") is not None
    if not await office.notebook.claim(key, office.deliberations.clock(), LEASE):
        return None
    try:
        message = await _found(office, state, name, home, view) if begun else None
        if message is None:
            message = await home.send(view=view, files=list(files), nonce=nonce(key), allowed_mentions=NOBODY)
    except BaseException:
        await office.notebook.put(f"claim/{key}", 0)  # free again, and still known as begun
        raise
    place = f"{home.id}/{message.id}"
    await office.deliberations.do(deliberation, c.RecordPosted, f"posted:{name}:{message.id}", what=name, place=place)
    return message


def message_of(state: State, name: str) -> int | None:
    """The message that shows something, as the log has it."""
    place = state.place(name)
    return None if place is None else int(place.rpartition("/")[2])


def nonce(key: str) -> str:
    """25 characters at most."""
    return hashlib.sha256(key.encode()).hexdigest()[:24]


async def _found(office: Office, state: State, name: str, home: Home, view: ui.LayoutView) -> discord.Message | None:
    noted = {message_of(state, what) for what in state.places}
    wanted = _signature(view.to_components(), name)
    async for message in home.history(limit=SEARCHED):
        mine = office.client.user is not None and message.author.id == office.client.user.id
        if mine and message.id not in noted:
            shown = [component.to_dict() for component in message.components]
            if _signature(shown, name) == wanted:
                logger.info("found what an earlier attempt had sent: %s", name)
                return message
    return None


def _signature(components: Sequence[Any], name: str) -> tuple[str, ...]:
    parts = list(_parts(components))
    ids = tuple(str(part["custom_id"]) for part in parts if part.get("custom_id"))
    if name in REDRAWN:
        return ids
    return (*ids, *(str(part["content"]).strip() for part in parts if part.get("content")))


def _parts(components: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for part in components:
        yield part
        yield from _parts(part.get("components") or ())
