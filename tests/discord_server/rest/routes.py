"""A request, and how it finds its handler."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from tests.discord_server.interactions import Files, Interactions
from tests.discord_server.refusing import Json, RefusedError
from tests.discord_server.things import User
from tests.discord_server.world import World


@dataclass
class State:
    """What handlers work on."""

    world: World
    interactions: Interactions
    commands: dict[tuple[int, int | None], list[Json]]
    """By application and guild (None: global)."""
    portal_intents: int
    gateway_address: Callable[[], str]
    shards: int


@dataclass
class Call:
    """A request, parsed."""

    state: State
    path: dict[str, str]
    query: dict[str, str]
    body: Any
    files: Files
    user: User | None

    @property
    def me(self) -> User:
        """The account whose token was sent; 401 without."""
        if self.user is None:
            raise RefusedError(0)
        return self.user

    @property
    def world(self) -> World:
        """What there is."""
        return self.state.world


Handler = Callable[[Call], Any]
ROUTES: list[tuple[str, str, Handler]] = []


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Handle requests of a kind; the handler gives the object to answer with, None for 204."""

    def add(handler: Handler) -> Handler:
        ROUTES.append((method, path, handler))
        return handler

    return add


async def parsed(request: web.Request) -> tuple[Any, Files]:
    """The body, JSON or multipart, and its files; Discord insists on the content type."""
    if request.content_type == "multipart/form-data":
        body: Any = {}
        files: Files = {}
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise RefusedError(50109)
            data = await part.read(decode=True)
            if part.name == "payload_json":
                body = json.loads(data)
            else:
                files[part.name or ""] = (part.filename or "unnamed", bytes(data))
        return body, files
    text = await request.read()
    if not text:
        return {}, {}
    if request.content_type != "application/json":
        raise RefusedError(50035, message="Expected 'Content-Type' header to be one of {'application/json'}.")
    try:
        return json.loads(text), {}
    except ValueError:
        raise RefusedError(50109) from None
