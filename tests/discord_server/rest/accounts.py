"""Who am I, where is the gateway, which commands are there."""

from __future__ import annotations

from typing import Any

from tests.discord_server import commands
from tests.discord_server.refusing import Json, RefusedError
from tests.discord_server.rest.routes import Call, route


@route("GET", "/users/@me")
def me(call: Call) -> Json:
    return call.me.payload() | {"verified": True, "mfa_enabled": False}


@route("GET", "/users/{user}")
def user(call: Call) -> Json:
    found = call.world.users.get(int(call.path["user"]))
    if found is None:
        raise RefusedError(10013)
    return found.payload()


@route("GET", "/oauth2/applications/@me")
def application(call: Call) -> Json:
    owner = next(user for user in call.world.users.values() if not user.bot)
    content, members = bool(call.state.portal_intents & 1 << 15), bool(call.state.portal_intents & 1 << 1)
    return {
        "id": str(call.me.id),
        "name": call.me.name,
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "summary": "",
        "owner": owner.payload(),
        "flags": (1 << 19 if content else 0) | (1 << 15 if members else 0),
    }


@route("GET", "/gateway")
def gateway(call: Call) -> Json:
    return {"url": call.state.gateway_address()}


@route("GET", "/gateway/bot")
def gateway_bot(call: Call) -> Json:
    assert call.me
    limit = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
    return {"url": call.state.gateway_address(), "shards": call.state.shards, "session_start_limit": limit}


@route("POST", "/users/@me/channels")
def open_dm(call: Call) -> Json:
    other = call.world.users.get(int(call.body["recipient_id"]))
    if other is None:
        raise RefusedError(10013)
    return call.world.direct(call.me, other).payload()


@route("GET", "/users/@me/guilds")
def my_guilds(call: Call) -> list[Json]:
    mine = [guild for guild in call.world.guilds.values() if call.me.id in guild.members]
    return [{"id": str(guild.id), "name": guild.name, "icon": None, "owner": False, "features": []} for guild in mine]


@route("DELETE", "/users/@me/guilds/{guild}")
def leave(call: Call) -> None:
    guild = call.world.guild(call.path["guild"], call.me)
    call.world.remove_member(guild.members[call.me.id])


def _scope(call: Call) -> tuple[int, int | None]:
    if call.path["application"] != str(call.me.id):
        raise RefusedError(50001)
    guild = call.path.get("guild")
    if guild is None:
        return call.me.id, None
    try:
        return call.me.id, call.world.guild(guild, call.me).id
    except RefusedError:
        raise RefusedError(50001) from None


def _numbered(call: Call, wishes: list[Json], scope: tuple[int, int | None]) -> list[Json]:
    before = {(old.get("type", 1), old["name"]): old for old in call.state.commands.get(scope, [])}
    numbered: list[Json] = []
    for wish in wishes:
        old = before.get((wish.get("type", 1), wish["name"]))
        own: Json = {"type": 1, "description": "", "options": list[Json](), **wish}
        same = old is not None and {key: old.get(key) for key in own} == own
        numbered.append(
            own
            | {
                "id": str(call.world.new_id()) if old is None else old["id"],
                "application_id": str(scope[0]),
                "version": old["version"] if old is not None and same else str(call.world.new_id()),
                **({} if scope[1] is None else {"guild_id": str(scope[1])}),
            }
        )
    return numbered


def _overwrite(call: Call) -> list[Json]:
    scope = _scope(call)
    commands.check(call.body)
    call.state.commands[scope] = _numbered(call, call.body, scope)
    return call.state.commands[scope]


def _add(call: Call) -> Json:
    scope = _scope(call)
    here = call.state.commands.setdefault(scope, [])
    others = [old for old in here if (old["type"], old["name"]) != (call.body.get("type", 1), call.body.get("name"))]
    commands.check([*others, call.body])
    added = _numbered(call, [call.body], scope)[0]
    call.state.commands[scope] = [*others, added]
    return added


def _listing(call: Call) -> list[Json]:
    return call.state.commands.get(_scope(call), [])


def _find(call: Call) -> Json:
    for command in call.state.commands.get(_scope(call), []):
        if command["id"] == call.path["command"]:
            return command
    raise RefusedError(10063)


def _remove(call: Call) -> None:
    found = _find(call)
    call.state.commands[_scope(call)].remove(found)


def _change(call: Call) -> Json:
    found = _find(call)
    changed = found | call.body
    commands.check([changed])
    here = call.state.commands[_scope(call)]
    here[here.index(found)] = changed
    return changed


_HANDLERS: dict[tuple[str, str], Any] = {
    ("PUT", ""): _overwrite,
    ("POST", ""): _add,
    ("GET", ""): _listing,
    ("GET", "/{command}"): _find,
    ("DELETE", "/{command}"): _remove,
    ("PATCH", "/{command}"): _change,
}
for (_method, _end), _handler in _HANDLERS.items():
    for _base in ("/applications/{application}/commands", "/applications/{application}/guilds/{guild}/commands"):
        route(_method, _base + _end)(_handler)
