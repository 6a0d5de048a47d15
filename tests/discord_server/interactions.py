"""Interactions: what a person did, the one answer that it may have, and the messages that follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.discord_server import bodies, commands, components
from tests.discord_server.refusing import Form, Json, RefusedError, inner, objects
from tests.discord_server.things import EPHEMERAL, LOADING, Channel, Guild, Message, User
from tests.discord_server.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
"""What the person did."""
REPLY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, OPEN_MODAL = 4, 5, 6, 7, 8, 9
"""What the bot may answer."""
SECONDS_TO_ANSWER, SECONDS_OF_TOKEN = 3.0, 15 * 60.0

Files = dict[str, tuple[str, bytes]]
"""Uploads: name and bytes by form field."""


@dataclass(eq=False)
class Interaction:
    """One thing that one person did."""

    id: int
    token: str
    kind: int
    user: User
    application: User
    channel: Channel
    guild: Guild | None
    at: float
    source: Message | None
    """The message whose component was used, also of the modal that it opened."""
    payload: Json
    answered: int | None = None
    """The type of the answer."""
    answered_after: float | None = None
    """Seconds."""
    original: Message | None = None
    modal: Json | None = None
    choices: list[Json] | None = None
    focused_type: int = 3
    """The type of the option that is being completed."""
    followups: list[Message] = field(default_factory=list[Message])
    refused: list[RefusedError] = field(default_factory=list[RefusedError])
    """Answers that were not taken."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever there is something new for the person to see."""

    @property
    def thinking(self) -> bool:
        """Whether the person sees "thinking ..."."""
        return self.original is not None and self.original.loading

    def metadata(self) -> Json:
        """What a message says of where it came from."""
        return {
            "id": str(self.id),
            "type": self.kind,
            "user": self.user.payload(),
            "authorizing_integration_owners": {},
            "name": inner(self.payload, "data").get("name", ""),
        }


class Interactions:
    """All of them, and the rules."""

    def __init__(self, world: World, seconds_to_answer: float) -> None:
        self._world = world
        self.seconds_to_answer = seconds_to_answer
        self.all: dict[str, Interaction] = {}
        """By token."""
        self.slowest = 0.0
        """Seconds that the slowest answer took."""

    def begin(
        self, kind: int, user: User, application: User, channel: Channel, data: Json, source: Message | None
    ) -> Interaction:
        """Somebody did something; the bot hears of it."""
        world, guild = self._world, channel.guild
        number = world.new_id()
        token = f"interaction-{number}"
        payload: Json = {
            "id": str(number),
            "application_id": str(application.id),
            "type": kind,
            "token": token,
            "version": 1,
            "data": data,
            "channel_id": str(channel.id),
            "channel": channel.payload(),
            "locale": user.locale,
            "entitlements": [],
            "authorizing_integration_owners": {"0": "0" if guild is None else str(guild.id)},
            "context": 1 if guild is None else 0,
            "attachment_size_limit": bodies.LARGEST_FILES,
            "app_permissions": "0",
        }
        if guild is None:
            payload["user"] = user.payload()
        else:
            payload["channel"]["permissions"] = payload["app_permissions"] = str(
                int(guild.permissions(application, channel))
            )
            payload["guild_id"] = str(guild.id)
            payload["guild_locale"] = guild.locale
            payload["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
            member = guild.members[user.id].payload()
            payload["member"] = member | {"permissions": str(int(guild.permissions(user, channel)))}
        if source is not None:
            payload["message"] = source.payload()
        interaction = Interaction(
            number, token, kind, user, application, channel, guild, world.clock.seconds(), source, payload
        )
        self.all[token] = interaction
        world.tell("INTERACTION_CREATE", payload, guild=guild, user=application)
        return interaction

    # --- the answer -----------------------------------------------------------------------------------------------

    def answer(self, number: str, token: str, body: Json, files: Files) -> Json:
        """POST /interactions/{id}/{token}/callback."""
        interaction = self.all.get(token)
        if interaction is None or str(interaction.id) != number:
            raise RefusedError(10062)
        try:
            return self._answer(interaction, body, files)
        except RefusedError as refused:
            interaction.refused.append(refused)
            raise

    def _answer(self, interaction: Interaction, body: Json, files: Files) -> Json:
        waited = self._world.clock.seconds() - interaction.at
        if interaction.answered is not None:
            raise RefusedError(40060)
        if waited > self.seconds_to_answer:
            raise RefusedError(10062)
        kind, data = body.get("type"), inner(body, "data")
        from_component = interaction.source is not None
        allowed: set[int] = {
            COMMAND: {REPLY, DEFER, OPEN_MODAL},
            COMPONENT: {REPLY, DEFER, DEFER_UPDATE, UPDATE, OPEN_MODAL},
            AUTOCOMPLETE: {CHOICES},
            MODAL: {REPLY, DEFER} | ({DEFER_UPDATE, UPDATE} if from_component else set[int]()),
        }[interaction.kind]
        if kind not in allowed:
            form = Form()
            form.wrong("type", "BASE_TYPE_CHOICES", f"Value must be one of {sorted(allowed)}, not {kind}.")
            form.refuse()
        actions: dict[Any, Callable[[Interaction, Json, Files], None]] = {
            REPLY: self._reply,
            DEFER: self._defer,
            DEFER_UPDATE: lambda interaction, data, files: None,
            UPDATE: self._update,
            CHOICES: self._choose,
            OPEN_MODAL: self._open_modal,
        }
        actions[kind](interaction, data, files)
        interaction.answered, interaction.answered_after = kind, waited
        self.slowest = max(self.slowest, waited)
        interaction.changed.set()
        shown = interaction.original
        answer: Json = {"id": str(interaction.id), "type": interaction.kind}
        resource: Json = {"type": kind}
        if shown is not None:
            answer |= {
                "response_message_id": str(shown.id),
                "response_message_loading": shown.loading,
                "response_message_ephemeral": shown.ephemeral,
            }
            resource["message"] = shown.payload()
        return {"interaction": answer, "resource": resource}

    def _reply(self, interaction: Interaction, data: Json, files: Files) -> None:
        flags = bodies.check(data, files, interaction=True)
        interaction.original = self._send(interaction, data, files, flags)

    def _defer(self, interaction: Interaction, data: Json, files: Files) -> None:
        flags = LOADING | (int(data.get("flags") or 0) & EPHEMERAL)
        interaction.original = self._send(interaction, {}, {}, flags)

    def _update(self, interaction: Interaction, data: Json, files: Files) -> None:
        assert interaction.source is not None
        edited(self._world, interaction.source, data, files, interaction=True)
        interaction.original = interaction.source

    def _choose(self, interaction: Interaction, data: Json, files: Files) -> None:
        form = Form()
        if form.count("data.choices", data.get("choices"), 0, 25):
            for number, choice in enumerate(data["choices"]):
                commands.check_choice(form, f"data.choices.{number}", choice, interaction.focused_type)
        form.refuse()
        interaction.choices = data["choices"]

    def _open_modal(self, interaction: Interaction, data: Json, files: Files) -> None:
        form = Form()
        components.check_modal(form, data)
        form.refuse()
        interaction.modal = data

    # --- what follows ---------------------------------------------------------------------------------------------

    def open(self, application: str, token: str) -> Interaction:
        """The interaction whose token is used; 15 minutes long, and only once it was answered."""
        interaction = self.all.get(token)
        if interaction is None or str(interaction.application.id) != application:
            raise RefusedError(10015)
        if self._world.clock.seconds() - interaction.at > SECONDS_OF_TOKEN:
            raise RefusedError(50027)
        if interaction.answered is None:
            raise RefusedError(10015)
        return interaction

    def follow(self, interaction: Interaction, body: Json, files: Files) -> Message:
        """POST /webhooks/{application}/{token}: another message; after a deferral it takes the place of "thinking"."""
        flags = bodies.check(body, files, interaction=True)
        if interaction.original is not None and interaction.original.loading:
            message = interaction.original
            edited(self._world, message, body, files, interaction=True, flags=flags & ~EPHEMERAL)
        else:
            message = self._send(interaction, body, files, flags)
            interaction.followups.append(message)
        interaction.changed.set()
        return message

    def shown(self, interaction: Interaction, which: str) -> Message:
        """The message that a follow-up request names: @original or an id."""
        if which == "@original":
            original = interaction.original
            if original is None and interaction.answered == DEFER_UPDATE:
                original = interaction.source
            if original is None or original.deleted:
                raise RefusedError(10008)
            return original
        for message in (*interaction.followups, interaction.original, interaction.source):
            if message is not None and str(message.id) == which and not message.deleted:
                return message
        raise RefusedError(10008)

    def edit(self, interaction: Interaction, which: str, body: Json, files: Files) -> Message:
        """PATCH of a message that was sent with the token."""
        message = self.shown(interaction, which)
        edited(self._world, message, body, files, interaction=True)
        interaction.changed.set()
        return message

    def delete(self, interaction: Interaction, which: str) -> None:
        """DELETE of such a message."""
        self._world.delete(self.shown(interaction, which))
        interaction.changed.set()

    def _send(self, interaction: Interaction, data: Json, files: Files, flags: int) -> Message:
        hidden = bool(flags & EPHEMERAL)
        return self._world.post(
            interaction.application,
            interaction.channel,
            content=str(data.get("content") or ""),
            embeds=data.get("embeds") or [],
            components=data.get("components") or [],
            attachments=kept(self._world, data, files, (), ephemeral=hidden),
            flags=flags,
            allowed_mentions=data.get("allowed_mentions"),
            only_for=interaction.user if hidden else None,
            interaction=interaction.metadata(),
            type=20 if interaction.kind == COMMAND and interaction.original is None else 0,
        )


def edited(
    world: World,
    message: Message,
    body: Json,
    files: Files,
    *,
    interaction: bool = False,
    flags: int | None = None,
) -> None:
    """Apply a PATCH to a message, if Discord would."""
    before: Json = {"flags": message.flags, "content": message.content, "embeds": message.embeds}
    if message.loading:
        before["flags"] = 0
    kept_files = frozenset(attachment.filename for attachment in message.attachments)
    checked = bodies.check(body, files, before=before, interaction=interaction, kept_files=kept_files)
    sticky = message.flags & EPHEMERAL
    fields: Json = {"flags": (checked if flags is None else flags) & ~LOADING | sticky}
    if "content" in body:
        fields["content"] = str(body["content"] or "")
    for name in ("embeds", "components"):
        if name in body:
            fields[name] = body[name] or []
    if "attachments" in body or files:
        fields["attachments"] = kept(world, body, files, tuple(message.attachments), ephemeral=message.ephemeral)
    fields["allowed_mentions"] = body.get("allowed_mentions")
    emptied = {"content": message.content, "embeds": message.embeds, "components": message.components} | fields
    if not any(emptied[name] for name in ("content", "embeds", "components")) and not fields.get(
        "attachments", message.attachments
    ):
        raise RefusedError(50006)
    world.edit(message, **fields)


def kept(world: World, body: Json, files: Files, before: tuple[Any, ...], *, ephemeral: bool = False) -> list[Any]:
    """The attachments that a message has afterwards: those of before that are named, and new ones."""
    described = {str(entry.get("id")): entry for entry in objects(body, "attachments")}
    stay = [old for old in before if "attachments" not in body or str(old.id) in described]
    for form_field, (filename, data) in files.items():
        entry: Json = described.get(form_field.removeprefix("files[").removesuffix("]"), {})
        name = entry.get("filename") or filename
        stay.append(
            world.add_file(
                name, data, description=entry.get("description"), title=entry.get("title"), ephemeral=ephemeral
            )
        )
    return stay
