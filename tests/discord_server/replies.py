"""What a person gets to see after they did something."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.discord_server import visible
from tests.discord_server.interactions import DEFER_UPDATE, UPDATE, Interaction
from tests.discord_server.refusing import Json
from tests.discord_server.things import Message

if TYPE_CHECKING:
    from tests.discord_server.people import Member


class NoAnswerError(AssertionError):
    """What the person sees in red: "The application did not respond"."""


class NotOfferedError(AssertionError):
    """The person's client does not offer that: no such button, a disabled one, a command they may not use."""


class Modal:
    """A form that opened before a person."""

    def __init__(self, data: Json, interaction: Interaction) -> None:
        self.data, self.interaction = data, interaction

    @property
    def title(self) -> str:
        """Above the fields."""
        return self.data["title"]

    @property
    def custom_id(self) -> str:
        """What the bot knows it by."""
        return self.data["custom_id"]

    @property
    def text(self) -> str:
        """All that can be read on it."""
        return "\n".join([self.title, *visible.component_lines(self.data["components"])])

    @property
    def fields(self) -> dict[str, Json]:
        """The inputs by label."""
        fields: dict[str, Json] = {}
        for part in self.data["components"]:
            if part["type"] == 18:
                fields[part["label"]] = part["component"]
            elif part["type"] == 1:
                fields[part["components"][0]["label"]] = part["components"][0]
        return fields

    def value(self, field: str) -> Any:
        """What an input holds when it opens."""
        found = self.fields[field]
        if "options" in found:
            return [option["value"] for option in found["options"] if option.get("default")]
        return found.get("value", found.get("default"))


class Answer:
    """What came of an interaction, as the person sees it; messages are live."""

    def __init__(self, interaction: Interaction, member: Member) -> None:
        self.interaction, self._member = interaction, member

    @property
    def message(self) -> Message:
        """The reply, or the message that was updated; AssertionError where neither came."""
        shown = self.interaction.original
        if shown is None and self.interaction.followups:
            shown = self.interaction.followups[0]
        assert shown is not None, f"no message came, but {self.interaction.answered}"
        return shown

    @property
    def modal(self) -> Modal:
        """The form that opened; AssertionError where none did."""
        assert self.interaction.modal is not None, f"no modal opened; there is: {self.text!r}"
        return Modal(self.interaction.modal, self.interaction)

    @property
    def opened_modal(self) -> bool:
        """Whether a form opened."""
        return self.interaction.modal is not None

    @property
    def followups(self) -> list[Message]:
        """Messages after the first."""
        return self.interaction.followups

    @property
    def choices(self) -> list[str]:
        """Names of what was offered while typing."""
        return [choice["name"] for choice in self.interaction.choices or []]

    @property
    def ephemeral(self) -> bool:
        """Whether the reply is shown to this person alone."""
        return self.message.ephemeral

    @property
    def updated(self) -> bool:
        """Whether the message that was clicked changed in place."""
        return self.interaction.answered in (UPDATE, DEFER_UPDATE)

    @property
    def text(self) -> str:
        """All that the person can read of it: reply, form and later messages."""
        texts: list[str] = []
        if self.interaction.modal is not None:
            texts.append(self.modal.text)
        shown = [self.interaction.original, *self.interaction.followups]
        texts += [message.text for message in shown if message is not None and not message.deleted]
        return "\n".join(texts)

    async def later(self, *, patience: float = 10.0) -> Answer:
        """Wait for the next thing that comes of it: an edit or another message."""
        self.interaction.changed.clear()
        try:
            await asyncio.wait_for(self.interaction.changed.wait(), patience)
        except TimeoutError:
            raise NoAnswerError(f"nothing more came within {patience} s") from None
        return self
