"""What Discord refuses, this one refuses: each case by the code and the field that are named."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tests.discord_server import visible
from tests.discord_server.refusing import Json, wrong_fields
from tests.discord_server.server import LoopbackDiscord, grants
from tests.discord_server.things import COMPONENTS_V2, EPHEMERAL, Channel

Ask = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.fixture
async def ask(server: LoopbackDiscord) -> AsyncGenerator[Ask]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {server.token}"}) as session:

        async def asked(
            method: str, path: str, body: Any = None, files: dict[str, bytes] | None = None
        ) -> tuple[int, Any]:
            if files is not None:
                form = aiohttp.FormData(quote_fields=False)
                form.add_field("payload_json", json.dumps(body))
                for number, (name, data) in enumerate(files.items()):
                    form.add_field(f"files[{number}]", io.BytesIO(data), filename=name)
                arguments: dict[str, Any] = {"data": form}
            else:
                arguments = {"json": body} if body is not None else {}
            async with session.request(method, server.api_url + path, **arguments) as response:
                return response.status, await response.json() if response.status != 204 else None

        yield asked


@pytest.fixture
def channel(server: LoopbackDiscord) -> Channel:
    return server.guild().text_channel("general")


def row(*parts: Json) -> Json:
    return {"type": 1, "components": list(parts)}


def button(**more: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Yes", "custom_id": "yes"} | more


def select(count: int = 2, **more: Any) -> Json:
    options = [{"label": f"Option {number}", "value": str(number)} for number in range(count)]
    return {"type": 3, "custom_id": "pick", "options": options} | more


def text(content: str = "words") -> Json:
    return {"type": 10, "content": content}


def box(*parts: Json) -> Json:
    return {"type": 17, "components": list(parts)}


V1: list[tuple[str, Json, str]] = [
    ("2,001 characters", {"content": "x" * 2001}, "content: BASE_TYPE_MAX_LENGTH"),
    ("six rows", {"components": [row(button(custom_id=str(n))) for n in range(6)]}, "components: BASE_TYPE_BAD_LENGTH"),
    ("six buttons in a row", {"components": [row(*(button(custom_id=str(n)) for n in range(6)))]},
     "components.0.components: BASE_TYPE_BAD_LENGTH"),
    ("an empty row", {"components": [row()]}, "components.0.components: BASE_TYPE_BAD_LENGTH"),
    ("a button without a row", {"components": [button()]}, "components.0.type: UNION_TYPE_CHOICES"),
    ("a text without the flag", {"components": [text()]}, "components.0.type: UNION_TYPE_CHOICES"),
    ("a row in a row", {"components": [row(row(button()))]}, "components.0.components.0.type: UNION_TYPE_CHOICES"),
    ("a select beside a button", {"components": [row(button(), select())]},
     "components.0.components: COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
    ("a text input in a message", {"components": [row({"type": 4, "custom_id": "x", "style": 1, "label": "x"})]},
     "components.0.components.0.type: UNION_TYPE_CHOICES"),
    ("the same custom_id twice", {"components": [row(button(), button())]},
     "components: COMPONENT_CUSTOM_ID_DUPLICATED"),
    ("a label of 81 characters", {"components": [row(button(label="x" * 81))]},
     "components.0.components.0.label: BASE_TYPE_MAX_LENGTH"),
    ("a custom_id of 101 characters", {"components": [row(button(custom_id="x" * 101))]},
     "components.0.components.0.custom_id: BASE_TYPE_MAX_LENGTH"),
    ("a button without a custom_id", {"components": [row(button(custom_id=None))]},
     "components.0.components.0.custom_id: BASE_TYPE_REQUIRED"),
    ("a button with nothing on it", {"components": [row(button(label=""))]},
     "components.0.components.0: BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED"),
    ("a link with a custom_id", {"components": [row(button(style=5, url="https://example.org"))]},
     "components.0.components.0: BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"),
    ("a button of style 7", {"components": [row(button(style=7))]},
     "components.0.components.0.style: BASE_TYPE_CHOICES"),
    ("26 options", {"components": [row(select(26))]}, "components.0.components.0.options: BASE_TYPE_BAD_LENGTH"),
    ("no options", {"components": [row(select(0))]}, "components.0.components.0.options: BASE_TYPE_BAD_LENGTH"),
    ("an option of 101 characters", {"components": [row(select(options=[{"label": "x" * 101, "value": "1"}]))]},
     "components.0.components.0.options.0.label: BASE_TYPE_MAX_LENGTH"),
    ("an empty option", {"components": [row(select(options=[{"label": "", "value": "1"}]))]},
     "components.0.components.0.options.0.label: BASE_TYPE_BAD_LENGTH"),
    ("a description of 101 characters",
     {"components": [row(select(options=[{"label": "x", "value": "1", "description": "x" * 101}]))]},
     "components.0.components.0.options.0.description: BASE_TYPE_MAX_LENGTH"),
    ("an option's value twice", {"components": [row(select(options=[{"label": "x", "value": "1"}] * 2))]},
     "components.0.components.0.options: SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"),
    ("a placeholder of 151 characters", {"components": [row(select(placeholder="x" * 151))]},
     "components.0.components.0.placeholder: BASE_TYPE_MAX_LENGTH"),
    ("more to choose than there is", {"components": [row(select(2, max_values=3))]},
     "components.0.components.0.max_values: NUMBER_TYPE_MAX"),
    ("at least two and at most one", {"components": [row(select(2, min_values=2, max_values=1))]},
     "components.0.components.0: SELECT_COMPONENT_MIN_VALUES_OVER_MAX"),
    ("11 embeds", {"embeds": [{"title": "x"}] * 11}, "embeds: BASE_TYPE_BAD_LENGTH"),
    ("an embed's title of 257", {"embeds": [{"title": "x" * 257}]}, "embeds.0.title: BASE_TYPE_MAX_LENGTH"),
    ("an embed's description of 4,097", {"embeds": [{"description": "x" * 4097}]},
     "embeds.0.description: BASE_TYPE_MAX_LENGTH"),
    ("26 fields", {"embeds": [{"fields": [{"name": "x", "value": "y"}] * 26}]},
     "embeds.0.fields: BASE_TYPE_BAD_LENGTH"),
    ("a field without a value", {"embeds": [{"fields": [{"name": "x", "value": ""}]}]},
     "embeds.0.fields.0.value: BASE_TYPE_BAD_LENGTH"),
    ("6,001 characters in embeds", {"embeds": [{"description": "x" * 3001}, {"description": "x" * 3000}]},
     "embeds: MAX_EMBED_SIZE_EXCEEDED"),
    ("a nonce of 26 characters", {"nonce": "x" * 26}, "nonce: BASE_TYPE_MAX_LENGTH"),
    ("an ephemeral message of nobody's", {"flags": EPHEMERAL}, "flags: BITFIELD_INVALID"),
    ("mentions allowed twice over", {"allowed_mentions": {"parse": ["users"], "users": ["1"]}},
     "allowed_mentions: MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"),
    ("mentions of an unknown kind", {"allowed_mentions": {"parse": ["friends"]}},
     "allowed_mentions.parse.0: BASE_TYPE_CHOICES"),
    ("a reply to nothing", {"message_reference": {"message_id": "1"}}, "message_reference: REPLIES_UNKNOWN_MESSAGE"),
    ("a file that was not sent", {"attachments": [{"id": 0, "filename": "x.png"}]},
     "attachments.0.id: ATTACHMENT_NOT_FOUND"),
]  # fmt: skip
V2: list[tuple[str, Json, str]] = [
    ("41 components", {"components": [box(*(text() for _ in range(20))), box(*(text() for _ in range(19)))]},
     "components: COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
    ("4,001 characters in all", {"components": [text("x" * 2001), box(text("x" * 2000))]},
     "components: COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
    ("content beside components", {"content": "words", "components": [text()]},
     "content: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    ("embeds beside components", {"embeds": [{"title": "x"}], "components": [text()]},
     "embeds: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    ("a poll beside components", {"poll": {"question": {"text": "?"}}, "components": [text()]},
     "poll: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
    ("no components at all", {}, "components: BASE_TYPE_REQUIRED"),
    ("a box in a box", {"components": [box(box(text()))]}, "components.0.components.0.type: UNION_TYPE_CHOICES"),
    ("an empty box", {"components": [box()]}, "components.0.components: BASE_TYPE_BAD_LENGTH"),
    ("an empty text", {"components": [text("")]}, "components.0.content: BASE_TYPE_BAD_LENGTH"),
    ("a button outside a row", {"components": [box(button())]}, "components.0.components.0.type: UNION_TYPE_CHOICES"),
    ("a section of four texts",
     {"components": [{"type": 9, "components": [text()] * 4, "accessory": button()}]},
     "components.0.components: BASE_TYPE_BAD_LENGTH"),
    ("a section with nothing beside it", {"components": [{"type": 9, "components": [text()]}]},
     "components.0.accessory.type: UNION_TYPE_CHOICES"),
    ("a section with a select beside it", {"components": [{"type": 9, "components": [text()], "accessory": select()}]},
     "components.0.accessory.type: UNION_TYPE_CHOICES"),
    ("a gallery of 11", {"components": [{"type": 12, "items": [{"media": {"url": "https://a.b/c.png"}}] * 11}]},
     "components.0.items: BASE_TYPE_BAD_LENGTH"),
    ("a picture that is not attached", {"components": [{"type": 12, "items": [{"media": {"url": "attachment://c.png"}}]}]},
     "components.0.items.0.media.url: UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"),
    ("alt text of 1,025 characters",
     {"components": [{"type": 12, "items": [{"media": {"url": "https://a.b/c.png"}, "description": "x" * 1025}]}]},
     "components.0.items.0.description: BASE_TYPE_MAX_LENGTH"),
    ("a file from the web", {"components": [{"type": 13, "file": {"url": "https://a.b/c.txt"}}]},
     "components.0.file.url: URL_TYPE_INVALID_SCHEME"),
    ("a label in a message", {"components": [{"type": 18, "label": "x", "component": select()}]},
     "components.0.type: UNION_TYPE_CHOICES"),
    ("the same custom_id in two boxes", {"components": [box(row(button())), box(row(button()))]},
     "components: COMPONENT_CUSTOM_ID_DUPLICATED"),
    ("the same component id twice", {"components": [text() | {"id": 7}, text() | {"id": 7}]},
     "components: COMPONENT_ID_DUPLICATED"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "wrong"), [case[1:] for case in V1], ids=[case[0] for case in V1])
async def test_a_message_is_refused(ask: Ask, channel: Channel, body: Json, wrong: str):
    status, answer = await ask("POST", f"/channels/{channel.id}/messages", {"content": "hello"} | body)
    assert (status, answer["code"], wrong_fields(answer["errors"])) == (400, 50035, {wrong})
    assert channel.said() == []


@pytest.mark.parametrize(("body", "wrong"), [case[1:] for case in V2], ids=[case[0] for case in V2])
async def test_a_card_is_refused(ask: Ask, channel: Channel, body: Json, wrong: str):
    status, answer = await ask("POST", f"/channels/{channel.id}/messages", {"flags": COMPONENTS_V2} | body)
    assert (status, answer["code"], wrong_fields(answer["errors"])) == (400, 50035, {wrong})


async def test_what_is_just_within_the_limits_is_taken(ask: Ask, channel: Channel):
    rows = [row(*(button(custom_id=f"{n}/{m}", label="x" * 80) for m in range(5))) for n in range(5)]
    for body in (
        {"content": "x" * 2000, "components": rows},
        {"flags": COMPONENTS_V2, "components": [box(*(text("x" * 102) for _ in range(39)))]},
        {"content": "hi", "components": [row(select(25, min_values=0, max_values=25, placeholder="x" * 150))]},
    ):
        status, answer = await ask("POST", f"/channels/{channel.id}/messages", body)
        assert status == 200, answer
    assert len(list(visible.walk(channel.said()[1].components))) == 40


async def test_an_edit_is_held_to_the_same_limits(ask: Ask, channel: Channel):
    _, plain = await ask("POST", f"/channels/{channel.id}/messages", {"content": "hello"})
    path = f"/channels/{channel.id}/messages/{plain['id']}"
    for body, wrong in (
        ({"content": "x" * 2001}, "content: BASE_TYPE_MAX_LENGTH"),
        # It still has its content, so it cannot become a card.
        (
            {"flags": COMPONENTS_V2, "components": [text()]},
            "content: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
    ):
        status, answer = await ask("PATCH", path, body)
        assert (status, wrong_fields(answer["errors"])) == (400, {wrong})
    status, _ = await ask("PATCH", path, {"flags": COMPONENTS_V2, "components": [text()], "content": None})
    assert status == 200
    # A card stays a card, whether the flag comes along or not.
    status, answer = await ask("PATCH", path, {"content": "words"})
    assert wrong_fields(answer["errors"]) == {"content: MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"}
    status, answer = await ask("PATCH", path, {"components": []})
    assert (status, answer["code"]) == (400, 50006)


async def test_messages_without_anything_and_files_that_are_too_large_are_refused(ask: Ask, channel: Channel):
    path = f"/channels/{channel.id}/messages"
    assert (await ask("POST", path, {"content": ""}))[1]["code"] == 50006
    status, answer = await ask("POST", path, {"content": "x"}, {"big.bin": b"x" * (10 << 20) + b"x"})
    assert (status, answer["code"]) == (413, 40005)
    status, answer = await ask("POST", path, {"content": "x"}, {f"{n}.txt": b"x" for n in range(11)})
    assert wrong_fields(answer["errors"]) == {"files: BASE_TYPE_MAX_LENGTH"}


async def test_what_is_not_there_has_its_code(server: LoopbackDiscord, ask: Ask, channel: Channel):
    ada = server.guild("Elsewhere").member("Ada")
    message = await ada.says(ada.guild.text_channel(), "hello")  # type: ignore[attr-defined]
    for method, path, code in (
        ("GET", "/channels/1", 10003),
        ("POST", "/channels/1/messages", 10003),
        ("GET", f"/channels/{channel.id}/messages/1", 10008),
        ("PATCH", f"/channels/{channel.id}/messages/{message.id}", 10008),
        ("DELETE", f"/channels/{channel.id}/messages/1", 10008),
        ("PUT", f"/channels/{channel.id}/messages/pins/1", 10008),
        ("GET", "/guilds/1", 10004),
        ("GET", f"/guilds/{ada.guild.id}/members/1", 10007),
        ("GET", "/users/1", 10013),
        ("POST", "/webhooks/1/nonsense", 10015),
        ("POST", "/interactions/1/nonsense/callback", 10062),
    ):
        status, answer = await ask(method, path, {"content": "x"} if method in ("POST", "PATCH") else None)
        assert (method, path, status, answer["code"]) == (method, path, 404, code)
    status, answer = await ask("GET", "/no/such/route")
    assert (status, answer["message"]) == (404, "404: Not Found")


@pytest.mark.parametrize(
    ("taken", "method", "path", "body", "code"),
    [
        ("view_channel", "GET", "", None, 50001),
        ("send_messages", "POST", "/messages", {"content": "x"}, 50013),
        ("create_public_threads", "POST", "/threads", {"name": "x", "type": 11}, 50013),
        ("create_private_threads", "POST", "/threads", {"name": "x", "type": 12}, 50013),
        ("pin_messages", "PUT", "/messages/pins/{message}", None, 50013),
        ("add_reactions", "PUT", "/messages/{message}/reactions/%F0%9F%91%8D/@me", None, 50013),
        ("read_message_history", "GET", "/messages/{message}", None, 50013),
        ("manage_messages", "DELETE", "/messages/{message}", None, 50013),
        ("create_public_threads", "POST", "/messages/{message}/threads", {"name": "x"}, 50013),
    ],
)
async def test_without_the_permission_it_is_refused(
    server: LoopbackDiscord, ask: Ask, taken: str, method: str, path: str, body: Any, code: int
):
    guild = server.guild()
    channel = guild.text_channel()
    message = await guild.member("Ada").says(channel, "hello")
    whole = f"/channels/{channel.id}{path.format(message=message.id)}"
    bot_role, everyone = guild.members[server.bot.id].roles[0], guild.everyone
    before = everyone.permissions
    everyone.permissions &= ~grants(taken)
    guild.grants_bot(bot_role.permissions & ~grants(taken))
    status, answer = await ask(method, whole, body)
    assert (status, answer["code"]) == (403, code)
    everyone.permissions = before
    guild.grants_bot(bot_role.permissions | grants(taken))
    status, _ = await ask(method, whole, body)
    assert status < 300


async def test_a_file_needs_its_permission(server: LoopbackDiscord, ask: Ask):
    channel = server.guild().text_channel("no files", denies=("attach_files",))
    status, answer = await ask("POST", f"/channels/{channel.id}/messages", {"content": "x"}, {"x.txt": b"x"})
    assert (status, answer["code"]) == (403, 50013)


async def test_what_others_wrote_cannot_be_edited(server: LoopbackDiscord, ask: Ask):
    guild = server.guild()
    message = await guild.member("Ada").says(guild.text_channel(), "hello")
    status, answer = await ask("PATCH", f"/channels/{message.channel.id}/messages/{message.id}", {"content": "no"})
    assert (status, answer["code"]) == (403, 50005)


async def test_an_archived_thread_refuses_edits_and_a_locked_one_words(server: LoopbackDiscord, ask: Ask):
    guild = server.guild()
    channel = guild.text_channel()
    _, thread = await ask("POST", f"/channels/{channel.id}/threads", {"name": "boat", "type": 11})
    _, message = await ask("POST", f"/channels/{thread['id']}/messages", {"content": "hello"})
    one = f"/channels/{thread['id']}/messages/{message['id']}"
    there = guild.channels[int(thread["id"])]
    guild.archives(there)
    for method, path, body in (
        ("PATCH", one, {"content": "x"}),
        ("DELETE", one, None),
        ("PUT", f"/channels/{thread['id']}/messages/pins/{message['id']}", None),
        ("PUT", f"{one}/reactions/%F0%9F%91%8D/@me", None),
        ("PATCH", f"/channels/{thread['id']}", {"name": "new"}),
        ("PUT", f"/channels/{thread['id']}/thread-members/@me", None),
    ):
        status, answer = await ask(method, path, body)
        assert (method, path, status, answer["code"]) == (method, path, 400, 50083)
    assert (await ask("POST", f"/channels/{thread['id']}/messages", {"content": "awake"}))[0] == 200
    assert not there.archived
    guild.archives(there, locked=True)
    guild.grants_bot(guild.everyone.permissions)
    status, answer = await ask("POST", f"/channels/{thread['id']}/messages", {"content": "x"})
    assert (status, answer["code"]) == (400, 160005)
    status, answer = await ask("PATCH", f"/channels/{thread['id']}", {"archived": False, "locked": False})
    assert (status, answer["code"]) == (403, 50013)


async def test_threads_stand_only_where_they_can(server: LoopbackDiscord, ask: Ask):
    guild = server.guild()
    forum, channel = guild.forum(), guild.text_channel()
    message = await guild.member("Ada").says(channel, "hello")
    threads = f"/channels/{forum.id}/threads"
    status, answer = await ask("POST", threads, {"name": "post"})
    assert wrong_fields(answer["errors"]) == {"message: BASE_TYPE_REQUIRED"}
    status, answer = await ask("POST", threads, {"name": "x" * 101, "message": {"content": "x"}})
    assert wrong_fields(answer["errors"]) == {"name: BASE_TYPE_MAX_LENGTH"}
    status, answer = await ask("POST", threads, {"name": "post", "message": {"content": "x" * 2001}})
    assert status == 400
    assert guild.threads(forum) == []
    status, answer = await ask("POST", f"/channels/{forum.id}/messages", {"content": "x"})
    assert (status, answer["code"]) == (400, 50008)
    on = f"/channels/{channel.id}/messages/{message.id}/threads"
    status, thread = await ask("POST", on, {"name": "boat"})
    assert thread["id"] == str(message.id)
    assert (await ask("POST", on, {"name": "boat"}))[1]["code"] == 160004
    assert (await ask("POST", f"/channels/{thread['id']}/threads", {"name": "x", "type": 11}))[1]["code"] == 50024
    status, answer = await ask("POST", f"/channels/{channel.id}/threads", {"name": "x", "auto_archive_duration": 5})
    assert wrong_fields(answer["errors"]) == {"auto_archive_duration: BASE_TYPE_CHOICES"}


async def test_a_private_thread_is_hidden_from_who_was_not_added(server: LoopbackDiscord, ask: Ask):
    guild = server.guild(bot_permissions=grants("view_channel"))
    channel, ada = guild.text_channel(), guild.member("Ada")
    thread = await ada.starts_thread(channel, "secret", private=True)
    assert (await ask("GET", f"/channels/{thread.id}"))[1]["code"] == 50001
    thread.thread_members[server.bot.id] = server.clock.now()
    assert (await ask("GET", f"/channels/{thread.id}"))[0] == 200


async def test_who_takes_no_dms_gets_none(server: LoopbackDiscord, ask: Ask):
    ada = server.guild().member("Ada")
    _, dm = await ask("POST", "/users/@me/channels", {"recipient_id": str(ada.id)})
    assert (await ask("POST", f"/channels/{dm['id']}/messages", {"content": "psst"}))[0] == 200
    ada.user.takes_dms = False
    status, answer = await ask("POST", f"/channels/{dm['id']}/messages", {"content": "psst"})
    assert (status, answer["code"]) == (403, 50007)
    assert [message.text for message in ada.dms] == ["psst"]


async def test_a_nonce_counts_once_for_a_few_minutes(server: LoopbackDiscord, ask: Ask, channel: Channel):
    path, body = f"/channels/{channel.id}/messages", {"content": "closing soon", "nonce": "d7/0.75"}
    first = (await ask("POST", path, body | {"enforce_nonce": True}))[1]
    again = (await ask("POST", path, body | {"enforce_nonce": True}))[1]
    assert first["id"] == again["id"]
    assert len(channel.said()) == 1
    await ask("POST", path, body)
    assert len(channel.said()) == 2
    server.clock.advance(minutes=6)
    await ask("POST", path, body | {"enforce_nonce": True})
    assert len(channel.said()) == 3


async def test_without_a_token_nothing_is_said(server: LoopbackDiscord):
    async with aiohttp.ClientSession() as session, session.get(server.api_url + "/users/@me") as response:
        assert response.status == 401
        assert (await response.json())["message"] == "401: Unauthorized"


COMMAND = {"name": "opinion", "description": "Say it", "type": 1}
OPTION = {"name": "text", "description": "Your words", "type": 3}
COMMANDS: list[tuple[str, list[Json], str]] = [
    ("a name with capitals", [COMMAND | {"name": "Opinion"}], "0.name: APPLICATION_COMMAND_INVALID_NAME"),
    ("a name with a space", [COMMAND | {"name": "my opinion"}], "0.name: APPLICATION_COMMAND_INVALID_NAME"),
    ("a name of 33", [COMMAND | {"name": "x" * 33}], "0.name: APPLICATION_COMMAND_INVALID_NAME"),
    ("no description", [COMMAND | {"description": ""}], "0.description: BASE_TYPE_BAD_LENGTH"),
    ("a description of 101", [COMMAND | {"description": "x" * 101}], "0.description: BASE_TYPE_MAX_LENGTH"),
    ("two of a name", [COMMAND, COMMAND], "_: APPLICATION_COMMANDS_DUPLICATE_NAME"),
    ("a menu with a description", [{"name": "Add", "type": 3, "description": "x"}],
     "0.description: APPLICATION_COMMAND_CONTEXT_MENU"),
    ("a menu of 33 characters", [{"name": "x" * 33, "type": 3}], "0.name: BASE_TYPE_MAX_LENGTH"),
    ("26 options", [COMMAND | {"options": [OPTION | {"name": f"o{n}"} for n in range(26)]}],
     "0.options: BASE_TYPE_BAD_LENGTH"),
    ("an option twice", [COMMAND | {"options": [OPTION, OPTION]}],
     "0.options: APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED"),
    ("a required option after an optional one",
     [COMMAND | {"options": [OPTION, OPTION | {"name": "more", "required": True}]}],
     "0.options.1: APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"),
    ("26 choices",
     [COMMAND | {"options": [OPTION | {"choices": [{"name": str(n), "value": str(n)} for n in range(26)]}]}],
     "0.options.0.choices: BASE_TYPE_BAD_LENGTH"),
    ("a choice's value of 101", [COMMAND | {"options": [OPTION | {"choices": [{"name": "x", "value": "x" * 101}]}]}],
     "0.options.0.choices.0.value: BASE_TYPE_MAX_LENGTH"),
    ("autocomplete beside choices",
     [COMMAND | {"options": [OPTION | {"autocomplete": True, "choices": [{"name": "x", "value": "x"}]}]}],
     "0.options.0: APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES"),
    ("a subcommand beside an option",
     [COMMAND | {"options": [OPTION, {"name": "open", "description": "x", "type": 1}]}],
     "0.options: APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
    ("an unknown locale", [COMMAND | {"name_localizations": {"jp": "x"}}],
     "0.name_localizations.jp: BASE_TYPE_CHOICES"),
    ("a localised name with a space", [COMMAND | {"name_localizations": {"ja": "意見 です"}}],
     "0.name_localizations.ja: APPLICATION_COMMAND_INVALID_NAME"),
    ("a localised description of 101", [COMMAND | {"description_localizations": {"ja": "あ" * 101}}],
     "0.description_localizations.ja: BASE_TYPE_MAX_LENGTH"),
    ("more than 8,000 characters",
     [COMMAND | {"options": [{"name": f"s{n}", "description": "x" * 100, "type": 1, "options": [
         OPTION | {"name": f"o{m}", "description": "x" * 100} for m in range(10)]} for n in range(8)]}],
     "0: APPLICATION_COMMAND_TOO_LARGE"),
]  # fmt: skip


@pytest.mark.parametrize(("commands", "wrong"), [case[1:] for case in COMMANDS], ids=[case[0] for case in COMMANDS])
async def test_a_set_of_commands_is_refused(server: LoopbackDiscord, ask: Ask, commands: list[Json], wrong: str):
    status, answer = await ask("PUT", f"/applications/{server.bot.id}/commands", commands)
    assert (status, wrong in wrong_fields(answer["errors"])) == (400, True), answer
    assert server.commands() == []


async def test_commands_keep_their_ids_when_they_are_set_again(server: LoopbackDiscord, ask: Ask):
    path = f"/applications/{server.bot.id}/commands"
    _, first = await ask("PUT", path, [COMMAND])
    _, second = await ask("PUT", path, [COMMAND, COMMAND | {"name": "mine"}])
    assert first[0]["id"] == second[0]["id"] != second[1]["id"]
    assert (await ask("PUT", "/applications/1/commands", [COMMAND]))[1]["code"] == 50001
