"""Guilds, members, channels and threads."""

from __future__ import annotations

from typing import Any

from tests.discord_server.permissions import Permissions
from tests.discord_server.refusing import Form, Json, RefusedError, objects
from tests.discord_server.rest.messages import sent
from tests.discord_server.rest.routes import Call, route
from tests.discord_server.things import FORUM, PRIVATE_THREAD, PUBLIC_THREAD, TEXT, Channel, Guild

ARCHIVE_MINUTES = (60, 1440, 4320, 10080)


@route("GET", "/guilds/{guild}")
def guild(call: Call) -> Json:
    found = call.world.guild(call.path["guild"], call.me)
    return found.payload(call.me, approximate_member_count=len(found.members))


@route("GET", "/guilds/{guild}/channels")
def channels(call: Call) -> list[Json]:
    return call.world.guild(call.path["guild"], call.me).payload(call.me)["channels"]


@route("GET", "/guilds/{guild}/threads/active")
def active_threads(call: Call) -> Json:
    return {"threads": call.world.guild(call.path["guild"], call.me).payload(call.me)["threads"], "members": []}


@route("GET", "/guilds/{guild}/roles")
def roles(call: Call) -> list[Json]:
    return call.world.guild(call.path["guild"], call.me).payload(call.me)["roles"]


@route("GET", "/guilds/{guild}/members/{user}")
def member(call: Call) -> Json:
    found = call.world.guild(call.path["guild"], call.me).members.get(int(call.path["user"]))
    if found is None:
        raise RefusedError(10007)
    return found.payload()


@route("GET", "/guilds/{guild}/members")
def members(call: Call) -> list[Json]:
    if not call.state.portal_intents & 1 << 1:
        raise RefusedError(50001)
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 1))
    everyone = sorted(call.world.guild(call.path["guild"], call.me).members.values(), key=lambda member: member.id)
    return [member.payload() for member in everyone if member.id > after][:limit]


@route("POST", "/guilds/{guild}/channels")
def make_channel(call: Call) -> Json:
    found = call.world.guild(call.path["guild"], call.me)
    if not found.permissions(call.me) & Permissions.MANAGE_CHANNELS:
        raise RefusedError(50013)
    form = Form()
    form.length("name", call.body.get("name"), 1, 100)
    form.refuse()
    made = Channel(
        call.world.new_id(), call.body.get("type", TEXT), call.body["name"], call.world.clock.now(), guild=found
    )
    for entry in objects(call.body, "permission_overwrites"):
        made.overwrites[int(entry["id"])] = (Permissions(int(entry["allow"])), Permissions(int(entry["deny"])))
    return call.world.add_channel(found, made).payload()


@route("GET", "/channels/{channel}")
def channel(call: Call) -> Json:
    return call.world.channel(call.path["channel"], call.me).payload()


@route("PATCH", "/channels/{channel}")
def change(call: Call) -> Json:
    found = call.world.channel(call.path["channel"], call.me)
    body: Json = call.body
    form = Form()
    if "name" in body:
        form.length("name", body["name"], 1, 100)
    if "auto_archive_duration" in body and body["auto_archive_duration"] not in ARCHIVE_MINUTES:
        form.wrong("auto_archive_duration", "BASE_TYPE_CHOICES", f"Value must be one of {ARCHIVE_MINUTES}.")
    form.refuse()
    if not found.is_thread:
        call.world.require(call.me, found, Permissions.MANAGE_CHANNELS)
        call.world.change_channel(found, **{key: body[key] for key in ("name", "topic") if key in body})
        return found.payload()
    assert found.guild is not None
    moderates = found.guild.permissions(call.me, found) & Permissions.MANAGE_THREADS
    if not moderates and (found.owner is not call.me or "locked" in body or found.locked):
        raise RefusedError(50013)
    if found.archived and body.get("archived", True):
        raise RefusedError(50083)
    names = {
        "name": "name",
        "archived": "archived",
        "locked": "locked",
        "auto_archive_duration": "auto_archive_minutes",
    }
    call.world.change_thread(found, by=call.me, **{names[key]: value for key, value in body.items() if key in names})
    return found.payload()


@route("DELETE", "/channels/{channel}")
def delete(call: Call) -> Json:
    found = call.world.channel(call.path["channel"], call.me)
    if found.guild is None:
        return found.payload()
    call.world.require(call.me, found, Permissions.MANAGE_THREADS if found.is_thread else Permissions.MANAGE_CHANNELS)
    payload = found.payload()
    call.world.delete_channel(found)
    return payload


def _thread_form(body: Json) -> int:
    form = Form()
    form.length("name", body.get("name"), 1, 100)
    minutes: Any = body.get("auto_archive_duration") or 4320
    if minutes not in ARCHIVE_MINUTES:
        form.wrong("auto_archive_duration", "BASE_TYPE_CHOICES", f"Value must be one of {ARCHIVE_MINUTES}.")
    form.refuse()
    return minutes


@route("POST", "/channels/{channel}/threads")
def start_thread(call: Call) -> Json:
    parent = call.world.channel(call.path["channel"], call.me)
    minutes = _thread_form(call.body)
    if parent.type == FORUM:
        call.world.require(call.me, parent, Permissions.SEND_MESSAGES)
        if not isinstance(call.body.get("message"), dict):
            form = Form()
            form.wrong("message", "BASE_TYPE_REQUIRED", "This field is required")
            form.refuse()
        thread = call.world.start_thread(parent, PUBLIC_THREAD, call.body["name"], call.me, minutes=minutes)
        try:
            # The first message of a post has the post's id.
            message = sent(call, thread, call.body["message"], identifier=thread.id)
        except RefusedError:
            call.world.delete_channel(thread)
            raise
        return thread.payload() | {"message": message.payload()}
    kind = call.body.get("type", PRIVATE_THREAD)
    if parent.type != TEXT or kind not in (PUBLIC_THREAD, PRIVATE_THREAD):
        raise RefusedError(50024)
    private = kind == PRIVATE_THREAD
    call.world.require(
        call.me, parent, Permissions.CREATE_PRIVATE_THREADS if private else Permissions.CREATE_PUBLIC_THREADS
    )
    thread = call.world.start_thread(parent, kind, call.body["name"], call.me, minutes=minutes)
    if not private:
        call.world.post(call.me, parent, type=18, content=thread.name)
    return thread.payload()


@route("POST", "/channels/{channel}/messages/{message}/threads")
def start_thread_on(call: Call) -> Json:
    parent = call.world.channel(call.path["channel"], call.me)
    minutes = _thread_form(call.body)
    if parent.type != TEXT:
        raise RefusedError(50024)
    call.world.require(call.me, parent, Permissions.CREATE_PUBLIC_THREADS)
    message = call.world.message(parent, call.path["message"])
    if message.thread is not None or message.id in call.world.channels:
        raise RefusedError(160004)
    thread = call.world.start_thread(parent, PUBLIC_THREAD, call.body["name"], call.me, minutes=minutes, on=message)
    return thread.payload()


def _thread(call: Call) -> tuple[Channel, Guild]:
    found = call.world.channel(call.path["channel"], call.me)
    if not found.is_thread or found.guild is None:
        raise RefusedError(50024)
    if found.archived:
        raise RefusedError(50083)
    return found, found.guild


@route("PUT", "/channels/{channel}/thread-members/@me")
def join_thread(call: Call) -> None:
    thread, _ = _thread(call)
    thread.thread_members.setdefault(call.me.id, call.world.clock.now())


@route("PUT", "/channels/{channel}/thread-members/{user}")
def add_to_thread(call: Call) -> None:
    thread, guild = _thread(call)
    call.world.require(call.me, thread, Permissions.SEND_MESSAGES_IN_THREADS)
    if int(call.path["user"]) not in guild.members:
        raise RefusedError(10007)
    thread.thread_members.setdefault(int(call.path["user"]), call.world.clock.now())


@route("DELETE", "/channels/{channel}/thread-members/{user}")
def remove_from_thread(call: Call) -> None:
    thread, _ = _thread(call)
    number = call.me.id if call.path["user"] == "@me" else int(call.path["user"])
    thread.thread_members.pop(number, None)


@route("GET", "/channels/{channel}/thread-members")
def thread_members(call: Call) -> list[Json]:
    thread = call.world.channel(call.path["channel"], call.me)
    return [
        {"id": str(thread.id), "user_id": str(number), "join_timestamp": joined.isoformat(), "flags": 0}
        for number, joined in thread.thread_members.items()
    ]


def _archived(call: Call) -> Json:
    parent = call.world.channel(call.path["channel"], call.me)
    kind = PRIVATE_THREAD if "private" in call.path["kind"] else PUBLIC_THREAD
    guild = parent.guild
    assert guild is not None
    threads = [
        found.payload()
        for found in guild.channels.values()
        if found.parent is parent and found.archived and found.type == kind and guild.sees(call.me, found)
    ]
    return {"threads": threads, "members": [], "has_more": False}


route("GET", "/channels/{channel}/threads/archived/{kind}")(_archived)
