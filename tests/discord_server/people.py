"""People who use Discord: what they say, press, choose and type, and what they then see."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.discord_server import pressing, things
from tests.discord_server import typed as typing_in
from tests.discord_server.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    DEFER_UPDATE,
    MODAL,
)
from tests.discord_server.permissions import Permissions, named
from tests.discord_server.refusing import Json
from tests.discord_server.replies import Answer, Modal, NoAnswerError, NotOfferedError
from tests.discord_server.things import FORUM, PRIVATE_THREAD, PUBLIC_THREAD, TEXT, Channel, Message, Role, User

if TYPE_CHECKING:
    from tests.discord_server.server import LoopbackDiscord

PATIENCE = 60.0
"""Seconds that a person looks at "thinking ..."."""
GLANCE = 1.0
"""Seconds that a person waits for something to happen after a click that only was acknowledged."""


@dataclass(eq=False)
class Guild(things.Guild):
    """A server, and what its owner does to it."""

    @property
    def discord(self) -> LoopbackDiscord:
        """The Discord it is on."""
        return self._discord

    @discord.setter
    def discord(self, discord: LoopbackDiscord) -> None:
        self._discord = discord

    def role(self, name: str, *permissions: str) -> Role:
        """A role with permissions by name: `guild.role("Moderators", "manage_threads")`."""
        role = Role(self.discord.world.new_id(), name, named(permissions), len(self.roles))
        self.roles[role.id] = role
        payload = {"guild_id": str(self.id), "role": role.payload()}
        self.discord.world.tell("GUILD_ROLE_CREATE", payload, guild=self)
        return role

    def member(
        self,
        name: str,
        *,
        roles: list[Role] | None = None,
        locale: str = "en-US",
        account_days: float = 400,
        member_days: float = 100,
    ) -> Member:
        """Somebody who joined some days ago, with an account of some age."""
        user = self.discord.world.add_user(name, locale=locale, days_old=account_days)
        return self.admits(user, *(roles or []), days=member_days)

    def admits(self, user: User, *roles: Role, days: float = 100) -> Member:
        """An account joins, or comes back."""
        joined = self.discord.world.clock.now() - timedelta(days=days)
        member = Member(user, self, joined, list(roles))
        self.discord.world.add_member(member)
        return member

    def text_channel(self, name: str = "general", *, denies: tuple[str, ...] = ()) -> Channel:
        """A text channel; `denies` names what members in general, and so the bot, may not do there."""
        return self._channel(TEXT, name, denies)

    def forum(self, name: str = "forum", *, denies: tuple[str, ...] = ()) -> Channel:
        """A forum channel."""
        return self._channel(FORUM, name, denies)

    def _channel(self, kind: int, name: str, denies: tuple[str, ...]) -> Channel:
        world = self.discord.world
        channel = Channel(world.new_id(), kind, name, world.clock.now(), guild=self, position=len(self.channels))
        # The bot's own role would win over @everyone's in a channel only if it were named there: it is not.
        channel.overwrites = things.default_overwrites(self, named(denies))
        world.add_channel(self, channel)
        return channel

    def threads(self, channel: Channel | None = None) -> list[Channel]:
        """Threads of a channel, or all, oldest first."""
        return [c for c in self.channels.values() if c.is_thread and channel in (None, c.parent)]

    def grants_bot(self, permissions: Permissions) -> None:
        """Give the bot's own role other permissions."""
        role = self.members[self.discord.bot.id].roles[0]
        role.permissions = permissions
        payload = {"guild_id": str(self.id), "role": role.payload()}
        self.discord.world.tell("GUILD_ROLE_UPDATE", payload, guild=self)

    def kicks_bot(self) -> None:
        """Remove the bot."""
        self.discord.world.remove_member(self.members[self.discord.bot.id])

    def archives(self, thread: Channel, *, locked: bool = False) -> None:
        """Close a thread, as a moderator or time does."""
        self.discord.world.change_thread(thread, archived=True, locked=locked)

    def reopens(self, thread: Channel) -> None:
        """Open it again."""
        self.discord.world.change_thread(thread, archived=False, locked=False)

    def locks(self, thread: Channel) -> None:
        """Let only moderators write."""
        self.discord.world.change_thread(thread, locked=True)

    def deletes(self, what: Channel | Message) -> None:
        """A moderator deletes a channel, thread or message."""
        if isinstance(what, Channel):
            self.discord.world.delete_channel(what)
        else:
            self.discord.world.delete(what)


@dataclass(eq=False)
class Member(things.Membership):
    """A person in a guild."""

    @property
    def discord(self) -> LoopbackDiscord:
        """The Discord they are on."""
        assert isinstance(self.guild, Guild)
        return self.guild.discord

    # --- writing --------------------------------------------------------------------------------------------------

    async def says(self, channel: Channel, text: str, *, reply_to: Message | None = None) -> Message:
        """Write a message. `f"{discord.bot.mention} ..."` speaks to the bot."""
        world = self.discord.world
        world.channel(channel.id, self.user)
        world.may_post(self.user, channel)
        kind = 0 if reply_to is None else 19
        message = world.post(self.user, channel, content=text, replies_to=reply_to, type=kind)
        await asyncio.sleep(0)
        return message

    async def edits(self, message: Message, text: str) -> None:
        """Change what they wrote."""
        assert message.author is self.user, "nobody can edit what another wrote"
        self.discord.world.edit(message, content=text)
        await asyncio.sleep(0)

    async def deletes(self, message: Message) -> None:
        """Take away what they wrote."""
        assert message.author is self.user, "use guild.deletes for what a moderator deletes"
        self.discord.world.delete(message)
        await asyncio.sleep(0)

    async def reacts(self, message: Message, emoji: str) -> None:
        """Add a reaction."""
        self.discord.world.react(message, emoji, self.user)
        await asyncio.sleep(0)

    async def unreacts(self, message: Message, emoji: str) -> None:
        """Take a reaction back."""
        self.discord.world.unreact(message, emoji, self.user)
        await asyncio.sleep(0)

    async def starts_thread(self, channel: Channel, name: str, *, text: str = "", private: bool = False) -> Channel:
        """Open a thread, or a post in a forum, with a first message."""
        world = self.discord.world
        thread = world.start_thread(channel, PRIVATE_THREAD if private else PUBLIC_THREAD, name, self.user)
        if text or channel.type == FORUM:
            first = thread.id if channel.type == FORUM else None
            world.post(self.user, thread, identifier=first, content=text or name)
        await asyncio.sleep(0)
        return thread

    async def renames(self, thread: Channel, name: str) -> None:
        """Give a thread another name; a message in it says so."""
        self.discord.world.change_thread(thread, by=self.user, name=name)
        await asyncio.sleep(0)

    @property
    def dms(self) -> list[Message]:
        """What the bot wrote to them privately."""
        channel = self.discord.world.direct(self.discord.bot, self.user)
        return [message for message in channel.said() if message.author is self.discord.bot]

    # --- coming and going -----------------------------------------------------------------------------------------

    def leaves(self) -> None:
        """Leave the guild."""
        self.discord.world.remove_member(self)

    def gains(self, role: Role) -> None:
        """Get a role."""
        self.discord.world.change_member(self, [*self.roles, role])

    def loses(self, role: Role) -> None:
        """Lose a role."""
        self.discord.world.change_member(self, [held for held in self.roles if held is not role])

    # --- using the bot --------------------------------------------------------------------------------------------

    async def slash(self, channel: Channel, command: str, /, *, forced: bool = False, **options: Any) -> Answer:
        """`await ada.slash(channel, "deliberation open", question="...")`; names may be localised.

        `forced` also sends what the client would not offer, as a manipulated client can.
        """
        offered, data, types = typing_in.command(self.discord, self.guild, command, options)
        del types
        if not forced:
            typing_in.check_offered(self, channel, offered)
        return await self._does(COMMAND, channel, data)

    async def autocompletes(
        self, channel: Channel, command: str, /, option: str, typed: str = "", **options: Any
    ) -> list[tuple[str, Any]]:
        """What is offered (name and value) while an option is being typed."""
        _, data, types = typing_in.command(self.discord, self.guild, command, {**options, option: typed}, typing=option)
        answer = await self._does(AUTOCOMPLETE, channel, data, focused_type=types[option])
        return [(choice["name"], choice["value"]) for choice in answer.interaction.choices or []]

    async def uses_menu(self, message: Message, command: str) -> Answer:
        """Right-click a message, Apps, and the command."""
        data = typing_in.message_menu(self.discord, self.guild, message, command)
        return await self._does(COMMAND, message.channel, data)

    async def clicks(self, message: Message, button: str) -> Answer:
        """Press the button with this label, emoji or custom id."""
        self._looks_at(message)
        found = pressing.button(message, button)
        data: Json = {"component_type": 2, "custom_id": found["custom_id"], "id": found.get("id", 0)}
        return await self._does(COMPONENT, message.channel, data, source=message)

    async def selects(self, message: Message, select: str, *values: str) -> Answer:
        """Choose options, by label or value, in the select with this placeholder or custom id ("" for the only one)."""
        self._looks_at(message)
        found = pressing.select(message, select)
        data: Json = {
            "component_type": found["type"],
            "custom_id": found["custom_id"],
            "values": pressing.chosen(found, values),
            "id": found.get("id", 0),
        }
        return await self._does(COMPONENT, message.channel, data, source=message)

    async def submits(self, modal: Modal, values: dict[str, Any] | None = None) -> Answer:
        """Fill in a form by labels or custom ids and send it; what is not named stays as it opened."""
        data = pressing.filled_in(modal, values or {}, self.discord.world)
        source = modal.interaction.source
        return await self._does(MODAL, modal.interaction.channel, data, source=source)

    def _looks_at(self, message: Message) -> None:
        if message.deleted:
            raise NotOfferedError("the message is gone")
        if message.only_for not in (None, self.user):
            raise NotOfferedError(f"only {message.only_for and message.only_for.name} sees this message")
        if message.channel.guild is not None and not message.channel.guild.sees(self.user, message.channel):
            raise NotOfferedError(f"{self.name} does not see #{message.channel.name}")

    async def _does(
        self, kind: int, channel: Channel, data: Json, *, source: Message | None = None, focused_type: int = 3
    ) -> Answer:
        discord = self.discord
        interaction = discord.interactions.begin(kind, self.user, discord.bot, channel, data, source)
        interaction.focused_type = focused_type
        answer = Answer(interaction, self)
        try:
            await asyncio.wait_for(interaction.changed.wait(), discord.interactions.seconds_to_answer)
        except TimeoutError:
            refused = "; ".join(str(problem) for problem in interaction.refused)
            raise NoAnswerError(
                f"{discord.bot.name} did not answer {self.name} within {discord.interactions.seconds_to_answer:.0f} s"
                + (f": Discord refused {refused}" if refused else f" ({_said(data)})")
                + (f"; the server crashed: {discord.crashes[-1]}" if discord.crashes else "")
            ) from None
        await self._watches(answer)
        return answer

    async def _watches(self, answer: Answer) -> None:
        """Wait for what comes after a deferral."""
        interaction = answer.interaction
        loop = asyncio.get_running_loop()
        patience = GLANCE if interaction.answered == DEFER_UPDATE else PATIENCE
        deadline = loop.time() + patience
        interaction.changed.clear()
        while interaction.thinking or (interaction.answered == DEFER_UPDATE and not interaction.followups):
            try:
                await asyncio.wait_for(interaction.changed.wait(), deadline - loop.time())
            except TimeoutError:
                if interaction.thinking:
                    raise NoAnswerError(f"{self.name} still sees 'thinking ...' after {patience} s") from None
                return
            if interaction.answered == DEFER_UPDATE:
                return
            interaction.changed.clear()


def _said(data: Json) -> str:
    return str(data.get("custom_id") or data.get("name") or data)
