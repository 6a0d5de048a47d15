"""Which bodies Discord takes for a message: words, embeds, files, mentions, flags."""

from __future__ import annotations

from typing import Any, cast

from tests.discord_server import components
from tests.discord_server.refusing import Form, Json, RefusedError, inner, objects
from tests.discord_server.things import COMPONENTS_V2, EPHEMERAL, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS

LONGEST_CONTENT, LONGEST_NONCE = 2000, 25
LARGEST_FILES = 10 << 20
"""Bytes of all files of a request, in a guild without boosts."""
MOST_FILES = 10


def check(
    body: Json,
    files: dict[str, tuple[str, bytes]],
    *,
    before: Json | None = None,
    interaction: bool = False,
    kept_files: frozenset[str] = frozenset(),
) -> int:
    """Raise for a body that is not accepted; gives the message's flags.

    `files` are the uploads by field name; `before` is the message that is edited; `interaction` allows ephemeral ones.
    """
    form = Form()
    settable = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2 | (EPHEMERAL if interaction else 0)
    flags: Any = body.get("flags") or 0
    if not isinstance(flags, int) or flags & ~settable:
        form.wrong("flags", "BITFIELD_INVALID", f"Flags {flags} cannot be set.")
        flags = 0
    had_v2 = before is not None and bool(before.get("flags", 0) & COMPONENTS_V2)
    v2 = had_v2 or bool(flags & COMPONENTS_V2)
    if body.get("content") is not None:
        form.length("content", str(body["content"]), 0, LONGEST_CONTENT)
    if v2:
        _nothing_beside_components(form, body, before, had_v2=had_v2)
    if body.get("nonce") is not None:
        form.length("nonce", str(body["nonce"]), 0, LONGEST_NONCE)
    if body.get("embeds"):
        _embeds(form, body["embeds"])
    if body.get("allowed_mentions") is not None:
        _allowed_mentions(form, body["allowed_mentions"])
    names = _files(form, body, files) | (kept_files if "attachments" not in body else frozenset[str]())
    if body.get("components") is not None:
        names |= {attachment["filename"] for attachment in objects(body, "attachments") if "filename" in attachment}
        components.check_message(form, body["components"], v2=v2, files=names | kept_files)
    form.refuse()
    if sum(len(data) for _, data in files.values()) > LARGEST_FILES:
        raise RefusedError(40005)
    if (
        before is None
        and not any(body.get(key) for key in ("content", "embeds", "components", "poll", "sticker_ids"))
        and not files
    ):
        raise RefusedError(50006)
    return flags | (COMPONENTS_V2 if v2 else 0)


def _nothing_beside_components(form: Form, body: Json, before: Json | None, *, had_v2: bool) -> None:
    for field in ("content", "embeds", "poll", "sticker_ids"):
        stays = field in ("content", "embeds") and before is not None and not had_v2 and before.get(field)
        if body.get(field) or (stays and field not in body):
            form.wrong(
                field,
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )
    if before is None and not body.get("components"):
        form.wrong("components", "BASE_TYPE_REQUIRED", "A V2 message needs components.")


def _embeds(form: Form, embeds: Any) -> None:
    if not form.count("embeds", embeds, 0, 10):
        return
    total = 0
    for number, embed in enumerate(cast("list[Json]", embeds)):
        texts: list[tuple[str, Any, int, int]] = [
            ("title", embed.get("title"), 0, 256),
            ("description", embed.get("description"), 0, 4096),
            ("footer.text", inner(embed, "footer").get("text"), 0, 2048),
            ("author.name", inner(embed, "author").get("name"), 0, 256),
        ]
        if form.count(f"embeds.{number}.fields", embed.get("fields") or [], 0, 25):
            for place, entry in enumerate(embed.get("fields") or []):
                texts.append((f"fields.{place}.name", entry.get("name") or "", 1, 256))
                texts.append((f"fields.{place}.value", entry.get("value") or "", 1, 1024))
        for field, text, least, most in texts:
            if text is not None:
                form.length(f"embeds.{number}.{field}", text, least, most)
                total += len(text)
    if total > 6000:
        form.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _allowed_mentions(form: Form, allowed: Any) -> None:
    if not isinstance(allowed, dict):
        form.wrong("allowed_mentions", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    said = cast("Json", allowed)
    parse: list[str] = said.get("parse") or []
    for number, kind in enumerate(parse):
        if kind not in ("roles", "users", "everyone"):
            form.wrong(f"allowed_mentions.parse.{number}", "BASE_TYPE_CHOICES", "One of roles, users, everyone.")
    for kind in ("users", "roles"):
        form.count(f"allowed_mentions.{kind}", said.get(kind) or [], 0, 100)
        if kind in parse and said.get(kind):
            form.wrong(
                "allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", f"parse and {kind} exclude another."
            )


def _files(form: Form, body: Json, files: dict[str, tuple[str, bytes]]) -> frozenset[str]:
    described: list[Json] = body.get("attachments") or []
    form.count("attachments", described, 0, MOST_FILES)
    if len(files) > MOST_FILES:
        form.wrong("files", "BASE_TYPE_MAX_LENGTH", f"Must be {MOST_FILES} or fewer in length.")
    uploaded = {name.removeprefix("files[").removesuffix("]") for name in files}
    for number, attachment in enumerate(described):
        for key in ("description", "title"):
            if attachment.get(key) is not None:
                form.length(f"attachments.{number}.{key}", attachment[key], 0, 1024)
        small = str(attachment.get("id")).isdigit() and int(attachment["id"]) < 1000
        if small and str(attachment["id"]) not in uploaded:
            form.wrong(f"attachments.{number}.id", "ATTACHMENT_NOT_FOUND", "No such file was uploaded.")
    return frozenset(filename for filename, _ in files.values())
