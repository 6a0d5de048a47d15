"""One person's interaction with one deliberation: who, where, in which language, and how to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import discord

from bot.catalogue import Speech, speech_for
from bot.discord.errors import RefusalError
from bot.discord.office import Office
from bot.discord.places import Place
from bot.discord.wording import CONTENT, cut
from bot.live.deliberations import Person
from engine.deliberation.events import AnyEvent
from engine.deliberation.state import State

Interaction: TypeAlias = "discord.Interaction[Any]"


@dataclass(frozen=True)
class Visit:
    """What a handler is given."""

    office: Office
    interaction: Interaction
    deliberation: str
    speech: Speech
    rest: tuple[str, ...] = ()
    """What else stood in the custom_id."""

    @property
    def state(self) -> State:
        """The deliberation as it stands."""
        return self.office.deliberations.state(self.deliberation)

    @property
    def place(self) -> Place:
        """Where it is."""
        found = self.office.places.get(self.deliberation)
        if found is None:
            raise RefusalError("no_deliberation_here")
        return found

    @property
    def user(self) -> discord.User | discord.Member:
        """Who came."""
        return self.interaction.user

    def say(self, key: str, /, **parameters: Any) -> str:
        """A text in the person's language."""
        return self.speech.say(key, **parameters)

    async def person(self) -> Person:
        """What they are called in this deliberation."""
        return await self.office.deliberations.person(self.deliberation, str(self.user.id))

    async def moderator(self) -> str:
        """What they are called as a moderator: another pseudonym than the one they speak under."""
        person = await self.office.deliberations.person(self.deliberation, f"moderator:{self.user.id}")
        return person.member

    async def do(
        self, kind: type[Any], *, suffix: str = "", request: str | None = None, **fields: Any
    ) -> tuple[AnyEvent, ...]:
        """Do a command in the name of this interaction: a second arrival of it changes nothing."""
        name = request or f"discord:{self.interaction.id}{suffix}"
        return await self.office.deliberations.do(self.deliberation, kind, name, **fields)

    async def answer(
        self,
        text: str,
        view: discord.ui.View | None = None,
        files: Sequence[discord.File] = (),
        *,
        replace: bool = False,
    ) -> None:
        """Tell them alone. `replace`: in place of the ephemeral message that their click came from."""
        await answer(self.interaction, text, view, files, replace=replace)


async def answer(
    interaction: Interaction,
    text: str,
    view: discord.ui.View | None = None,
    files: Sequence[discord.File] = (),
    *,
    replace: bool = False,
) -> None:
    """Tell the person alone, whether or not the interaction was answered before."""
    words = cut(text, CONTENT)
    nobody = discord.AllowedMentions.none()
    if view is not None:
        view.stop()  # What comes back is read from its custom_id; the library need not remember the view.
    answered = interaction.response.is_done()
    if replace and not answered and interaction.type is not discord.InteractionType.application_command:
        await interaction.response.edit_message(
            content=words, view=view, attachments=list(files), allowed_mentions=nobody
        )
        return
    send = interaction.followup.send if answered else interaction.response.send_message
    await send(
        words,
        view=discord.utils.MISSING if view is None else view,
        files=list(files),
        ephemeral=True,
        allowed_mentions=nobody,
        suppress_embeds=True,
    )


def speech_of(interaction: Interaction) -> Speech:
    """The language of the person who came."""
    return speech_for(str(interaction.locale))
