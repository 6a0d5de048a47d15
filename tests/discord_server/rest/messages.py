"""Messages, pins and reactions."""

from __future__ import annotations

import re

from tests.discord_server import bodies
from tests.discord_server.clock import iso
from tests.discord_server.interactions import edited, kept
from tests.discord_server.permissions import Permissions
from tests.discord_server.refusing import Form, Json, RefusedError
from tests.discord_server.rest.routes import Call, route
from tests.discord_server.things import Channel, Message

CONTENT_INTENT = 1 << 15
EMOJI = re.compile(r"[^\w\s<>:]{1,8}|\w+:\d+")


@route("POST", "/channels/{channel}/messages")
def send(call: Call) -> Json:
    channel = call.world.channel(call.path["channel"], call.me)
    call.world.may_post(call.me, channel, files=bool(call.files))
    return sent(call, channel, call.body).payload()


def sent(call: Call, channel: Channel, body: Json, identifier: int | None = None) -> Message:
    """Check a body and post it."""
    flags = bodies.check(body, call.files)
    replies_to = None
    if reference := body.get("message_reference"):
        replies_to = channel.messages.get(int(reference["message_id"]))
        if replies_to is None and reference.get("fail_if_not_exists", True):
            form = Form()
            form.wrong("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
            form.refuse()
    return call.world.post(
        call.me,
        channel,
        unique=bool(body.get("enforce_nonce")),
        identifier=identifier,
        content=str(body.get("content") or ""),
        embeds=body.get("embeds") or [],
        components=body.get("components") or [],
        attachments=kept(call.world, body, call.files, ()),
        flags=flags,
        nonce=None if body.get("nonce") is None else str(body["nonce"]),
        allowed_mentions=body.get("allowed_mentions"),
        replies_to=replies_to,
        type=0 if replies_to is None else 19,
    )


def _named(call: Call, *, history: bool = True) -> Message:
    channel = call.world.channel(call.path["channel"], call.me)
    if history:
        call.world.require(call.me, channel, Permissions.READ_MESSAGE_HISTORY)
    return call.world.message(channel, call.path["message"])


def _awake(message: Message) -> Message:
    if message.channel.archived:
        raise RefusedError(50083)
    return message


def _payload(call: Call, message: Message) -> Json:
    readable = (
        bool(call.state.portal_intents & CONTENT_INTENT)
        or message.author is call.me
        or message.channel.guild is None
        or call.me in message.mentioned()
    )
    return message.payload(with_content=readable)


@route("GET", "/channels/{channel}/messages")
def history(call: Call) -> list[Json]:
    channel = call.world.channel(call.path["channel"], call.me)
    if channel.guild and not channel.guild.permissions(call.me, channel) & Permissions.READ_MESSAGE_HISTORY:
        return []
    limit = int(call.query.get("limit", 50))
    form = Form()
    form.number("limit", limit, 1, 100)
    form.refuse()
    messages = channel.said()
    if "after" in call.query:
        messages = [message for message in messages if message.id > int(call.query["after"])][:limit]
    elif "before" in call.query:
        messages = [message for message in messages if message.id < int(call.query["before"])][-limit:]
    elif "around" in call.query:
        earlier = sum(message.id < int(call.query["around"]) for message in messages)
        start = max(0, earlier - limit // 2)
        messages = messages[start : start + limit]
    else:
        messages = messages[-limit:]
    return [_payload(call, message) for message in reversed(messages)]


@route("GET", "/channels/{channel}/messages/pins")
def pins(call: Call) -> Json:
    channel = call.world.channel(call.path["channel"], call.me)
    items = [
        {"pinned_at": iso(message.pinned_at or message.created_at), "message": _payload(call, message)}
        for message in channel.pins
    ]
    return {"items": items, "has_more": False}


@route("PUT", "/channels/{channel}/messages/pins/{message}")
def pin(call: Call) -> None:
    message = _awake(_named(call))
    call.world.require(call.me, message.channel, Permissions.PIN_MESSAGES)
    call.world.pin(message, call.me)


@route("DELETE", "/channels/{channel}/messages/pins/{message}")
def unpin(call: Call) -> None:
    message = _awake(_named(call))
    call.world.require(call.me, message.channel, Permissions.PIN_MESSAGES)
    call.world.unpin(message)


@route("POST", "/channels/{channel}/messages/bulk-delete")
def delete_many(call: Call) -> None:
    channel = call.world.channel(call.path["channel"], call.me)
    call.world.require(call.me, channel, Permissions.MANAGE_MESSAGES)
    form = Form()
    form.count("messages", call.body.get("messages"), 2, 100)
    form.refuse()
    for number in call.body["messages"]:
        if int(number) in channel.messages:
            call.world.delete(channel.messages[int(number)])


@route("GET", "/channels/{channel}/messages/{message}")
def one(call: Call) -> Json:
    return _payload(call, _named(call))


@route("PATCH", "/channels/{channel}/messages/{message}")
def edit(call: Call) -> Json:
    message = _awake(_named(call, history=False))
    if message.author is not call.me:
        raise RefusedError(50005)
    edited(call.world, message, call.body, call.files)
    return message.payload()


@route("DELETE", "/channels/{channel}/messages/{message}")
def delete(call: Call) -> None:
    message = _awake(_named(call, history=False))
    if message.author is not call.me:
        call.world.require(call.me, message.channel, Permissions.MANAGE_MESSAGES)
    call.world.delete(message)


@route("PUT", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me")
def react(call: Call) -> None:
    message = _awake(_named(call))
    if not EMOJI.fullmatch(call.path["emoji"]):
        raise RefusedError(10014)
    if call.path["emoji"] not in message.reactions:
        call.world.require(call.me, message.channel, Permissions.ADD_REACTIONS)
    call.world.react(message, call.path["emoji"], call.me)


@route("DELETE", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me")
def unreact(call: Call) -> None:
    call.world.unreact(_awake(_named(call)), call.path["emoji"], call.me)


@route("DELETE", "/channels/{channel}/messages/{message}/reactions/{emoji}/{user}")
def unreact_other(call: Call) -> None:
    message = _awake(_named(call))
    call.world.require(call.me, message.channel, Permissions.MANAGE_MESSAGES)
    call.world.unreact(message, call.path["emoji"], call.world.users[int(call.path["user"])])


@route("GET", "/channels/{channel}/messages/{message}/reactions/{emoji}")
def reacted(call: Call) -> list[Json]:
    return [user.payload() for user in _named(call).reactions.get(call.path["emoji"], [])]


@route("POST", "/channels/{channel}/typing")
def typing(call: Call) -> None:
    call.world.may_post(call.me, call.world.channel(call.path["channel"], call.me))
