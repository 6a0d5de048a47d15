"""What a person types after a slash, as Discord's client checks and sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.discord_server import things
from tests.discord_server.commands import GROUP, MESSAGE_MENU, SUBCOMMAND
from tests.discord_server.permissions import Permissions
from tests.discord_server.refusing import Json, objects
from tests.discord_server.replies import NotOfferedError
from tests.discord_server.things import Channel, Message

if TYPE_CHECKING:
    from tests.discord_server.server import LoopbackDiscord

STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = range(3, 12)


def command(
    discord: LoopbackDiscord, guild: things.Guild, words: str, options: dict[str, Any], *, typing: str | None = None
) -> tuple[Json, Json, dict[str, int]]:
    """The command that is meant, the interaction's data, and the types of its options by the names that were used."""
    first, *path = words.split()
    offered = _find(_all(discord, guild, 1), first, words)
    resolved: Json = {}
    types: dict[str, int] = {}
    level, chain = offered, list[Json]()
    for word in path:
        level = _find(level.get("options") or [], word, words)
        chain.append(level)
    if any(option["type"] in (SUBCOMMAND, GROUP) for option in objects(level, "options")):
        raise NotOfferedError(f"/{words} wants one of {[option['name'] for option in level['options']]}")
    values = _values(level.get("options") or [], options, resolved, types, discord, typing)
    for step in reversed(chain):
        values = [{"name": step["name"], "type": step["type"], "options": values}]
    data: Json = {"id": offered["id"], "name": offered["name"], "type": 1, "options": values, "resolved": resolved}
    if offered.get("guild_id"):
        data["guild_id"] = offered["guild_id"]
    return offered, data, types


def message_menu(discord: LoopbackDiscord, guild: things.Guild, message: Message, name: str) -> Json:
    """The data of a right-click on a message; the message comes along whole, with whatever intent."""
    offered = _find(_all(discord, guild, MESSAGE_MENU), name, name)
    return {
        "id": offered["id"],
        "name": offered["name"],
        "type": MESSAGE_MENU,
        "target_id": str(message.id),
        "resolved": {"messages": {str(message.id): message.payload()}},
    }


def check_offered(member: things.Membership, channel: Channel, offered: Json) -> None:
    """Raise where the client would not let the person use a command."""
    if channel.archived:
        raise NotOfferedError("the thread is archived: it takes no commands")
    granted = member.guild.permissions(member.user, channel)
    if not granted & Permissions.USE_APPLICATION_COMMANDS:
        raise NotOfferedError(f"{member.name} may not use commands in #{channel.name}")
    needed = offered.get("default_member_permissions")
    if needed is not None and int(needed) & ~int(granted):
        raise NotOfferedError(f"{member.name} is not offered /{offered['name']}")


def _all(discord: LoopbackDiscord, guild: things.Guild, kind: int) -> list[Json]:
    known = [*discord.commands(guild), *discord.commands()]  # pyright: ignore[reportArgumentType]
    return [one for one in known if one.get("type", 1) == kind]


def _find(among: list[Json], name: str, words: str) -> Json:
    for one in among:
        if name == one["name"] or name in (one.get("name_localizations") or {}).values():
            return one
    raise NotOfferedError(f"no {name!r} (of {words!r}) among {[one['name'] for one in among]}")


def _values(
    options: list[Json],
    given: dict[str, Any],
    resolved: Json,
    types: dict[str, int],
    discord: LoopbackDiscord,
    typing: str | None,
) -> list[Json]:
    values: list[Json] = []
    named: set[str] = set()
    for name, value in given.items():
        option = _find(options, name, name)
        named.add(option["name"])
        types[name] = option["type"]
        sent: Json = {"name": option["name"], "type": option["type"]}
        if name == typing:
            if not option.get("autocomplete"):
                raise NotOfferedError(f"the option {name!r} completes nothing")
            values.append(sent | {"value": value, "focused": True})
        else:
            values.append(sent | {"value": _value(option, value, resolved, discord)})
    missing = [option["name"] for option in options if option.get("required") and option["name"] not in named]
    if missing and typing is None:
        raise NotOfferedError(f"required: {missing}")
    return values


def _value(option: Json, value: Any, resolved: Json, discord: LoopbackDiscord) -> Any:
    name, kind = option["name"], option["type"]
    if option.get("choices"):
        for choice in option["choices"]:
            if value in (choice["name"], choice["value"], *(choice.get("name_localizations") or {}).values()):
                return choice["value"]
        raise NotOfferedError(f"{value!r} is none of the choices {[c['name'] for c in option['choices']]} of {name!r}")
    if kind == STRING:
        if not isinstance(value, str) or not option.get("min_length", 0) <= len(value) <= option.get(
            "max_length", 6000
        ):
            raise NotOfferedError(f"{name!r} does not take {value!r}")
        return value
    if kind in (INTEGER, NUMBER):
        least, most = option.get("min_value", -(2**53)), option.get("max_value", 2**53)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise NotOfferedError(f"{name!r} takes {least} to {most}, not {value!r}")
        return value
    if kind == BOOLEAN:
        return bool(value)
    return _reference(kind, name, value, resolved, discord)


def _reference(kind: int, name: str, value: Any, resolved: Json, discord: LoopbackDiscord) -> str:
    if kind == FILE:
        filename, data = value
        value = discord.world.add_file(filename, data, ephemeral=True)
        resolved.setdefault("attachments", {})[str(value.id)] = value.payload()
    elif isinstance(value, things.Membership):
        resolved.setdefault("users", {})[str(value.id)] = value.user.payload()
        resolved.setdefault("members", {})[str(value.id)] = value.payload(with_user=False) | {"permissions": "0"}
    elif isinstance(value, things.Role):
        resolved.setdefault("roles", {})[str(value.id)] = value.payload()
    elif isinstance(value, things.Channel):
        resolved.setdefault("channels", {})[str(value.id)] = value.payload() | {"permissions": "0"}
    else:
        raise NotOfferedError(f"{name!r} does not take {value!r}")
    return str(value.id)
