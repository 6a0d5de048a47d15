"""All that this Discord holds, and what can happen to it; whatever happens is told to the gateway."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from tests.discord_server.clock import Clock, Snowflakes, iso
from tests.discord_server.permissions import Permissions
from tests.discord_server.refusing import Json, RefusedError
from tests.discord_server.things import (
    DM,
    FORUM,
    Attachment,
    Channel,
    Guild,
    Membership,
    Message,
    Role,
    User,
)

NONCE_REMEMBERED = 300
"""Seconds for which a nonce is not taken twice ("the past few minutes")."""
MOST_PINS, MOST_REACTIONS = 250, 20


class Tell(Protocol):
    """How the world reaches the clients."""

    def __call__(
        self,
        event: str,
        data: Json | Callable[[bool], Json],
        *,
        guild: Guild | None,
        channel: Channel | None = None,
        user: User | None = None,
    ) -> None:
        """Send an event to whom it concerns; a function of data is asked with whether message content is wanted."""
        ...


class World:
    """Users, guilds, channels and messages of one Discord."""

    def __init__(self, clock: Clock, tell: Tell, address: Callable[[], str]) -> None:
        self.clock, self.tell, self._address = clock, tell, address
        self.new_id = Snowflakes(clock)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.files: dict[int, Attachment] = {}
        self._nonces: dict[tuple[int, str], tuple[float, Message]] = {}

    # --- looking up -----------------------------------------------------------------------------------------------

    def guild(self, number: str | int, seen_by: User) -> Guild:
        """A guild that the user is in, or 10004."""
        guild = self.guilds.get(int(number))
        if guild is None or seen_by.id not in guild.members:
            raise RefusedError(10004)
        return guild

    def channel(self, number: str | int, seen_by: User) -> Channel:
        """A channel that the user sees: 10003 where there is none, 50001 where it is not shown to them."""
        channel = self.channels.get(int(number))
        if channel is None:
            raise RefusedError(10003)
        if channel.guild is None:
            if seen_by not in channel.recipients:
                raise RefusedError(50001)
        elif not channel.guild.sees(seen_by, channel):
            raise RefusedError(50001)
        return channel

    def message(self, channel: Channel, number: str | int) -> Message:
        """A message that stands in the channel for all; 10008 for others."""
        message = channel.messages.get(int(number))
        if message is None or message.only_for is not None:
            raise RefusedError(10008)
        return message

    def require(self, user: User, channel: Channel, *wanted: Permissions) -> None:
        """Raise 50013 unless the user may do all of it there."""
        if channel.guild is None:
            return
        granted = channel.guild.permissions(user, channel)
        for permission in wanted:
            if not granted & permission:
                raise RefusedError(50013, message=f"Missing Permissions ({permission.name})")

    def direct(self, one: User, other: User) -> Channel:
        """The conversation of two, made when it is first asked for."""
        for channel in self.channels.values():
            if channel.type == DM and set(channel.recipients) == {one, other}:
                return channel
        channel = Channel(self.new_id(), DM, other.name, self.clock.now(), recipients=(one, other))
        self.channels[channel.id] = channel
        return channel

    # --- messages -------------------------------------------------------------------------------------------------

    def may_post(self, author: User, channel: Channel, *, files: bool = False) -> None:
        """Raise where the author cannot write."""
        if channel.type == FORUM:
            raise RefusedError(50008)
        if channel.guild is None:
            if any(user is not author and not user.takes_dms for user in channel.recipients):
                raise RefusedError(50007)
            return
        if channel.locked and not channel.guild.permissions(author, channel) & Permissions.MANAGE_THREADS:
            raise RefusedError(160005)
        self.require(
            author,
            channel,
            Permissions.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permissions.SEND_MESSAGES,
            *((Permissions.ATTACH_FILES,) if files else ()),
        )

    def post(
        self, author: User, channel: Channel, *, unique: bool = False, identifier: int | None = None, **fields: Any
    ) -> Message:
        """Put a message into a channel; with `unique`, one of the same author and nonce stands for it."""
        nonce = fields.get("nonce")
        if unique and nonce is not None:
            sent = self._nonces.get((author.id, nonce))
            if sent is not None and self.clock.seconds() - sent[0] < NONCE_REMEMBERED:
                return sent[1]
        message = Message(identifier or self.new_id(), channel, author, self.clock.now(), **fields)
        if nonce is not None:
            self._nonces[author.id, nonce] = (self.clock.seconds(), message)
        if channel.archived and message.only_for is None:
            # Writing wakes an archived thread; a locked one has refused before.
            self.change_thread(channel, archived=False)
        if channel.is_thread:
            channel.thread_members.setdefault(author.id, message.created_at)
        channel.messages[message.id] = message
        self._tell_message("MESSAGE_CREATE", message)
        return message

    def edit(self, message: Message, **fields: Any) -> None:
        """Change what a message shows."""
        message.earlier.append(message.text)
        for name, value in fields.items():
            setattr(message, name, value)
        message.edited_at = self.clock.now()
        self._tell_message("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        """Take a message away."""
        message.channel.messages.pop(message.id, None)
        message.deleted = True
        if message.only_for is None:
            self._about(message, "MESSAGE_DELETE", {"id": str(message.id), "channel_id": str(message.channel.id)})

    def pin(self, message: Message, by: User) -> None:
        """Pin a message; the channel says so."""
        if message.pinned_at is not None:
            return
        if len(message.channel.pins) >= MOST_PINS:
            raise RefusedError(30003)
        message.pinned_at = self.clock.now()
        self._tell_message("MESSAGE_UPDATE", message)
        self._tell_pins(message.channel)
        self.post(by, message.channel, type=6, replies_to=message)

    def unpin(self, message: Message) -> None:
        """Take a message from the pins."""
        message.pinned_at = None
        self._tell_message("MESSAGE_UPDATE", message)
        self._tell_pins(message.channel)

    def react(self, message: Message, emoji: str, user: User) -> None:
        """Add somebody's reaction."""
        if emoji not in message.reactions and len(message.reactions) >= MOST_REACTIONS:
            raise RefusedError(30010)
        users = message.reactions.setdefault(emoji, [])
        if user not in users:
            users.append(user)
            self._tell_reaction("MESSAGE_REACTION_ADD", message, emoji, user)

    def unreact(self, message: Message, emoji: str, user: User) -> None:
        """Take somebody's reaction back."""
        if user in message.reactions.get(emoji, []):
            message.reactions[emoji].remove(user)
            self._tell_reaction("MESSAGE_REACTION_REMOVE", message, emoji, user)

    # --- channels and threads -------------------------------------------------------------------------------------

    def add_channel(self, guild: Guild, channel: Channel) -> Channel:
        """Make a channel or thread known."""
        guild.channels[channel.id] = self.channels[channel.id] = channel
        event = "THREAD_CREATE" if channel.is_thread else "CHANNEL_CREATE"
        more = {"newly_created": True} if channel.is_thread else {}
        self.tell(event, channel.payload() | more, guild=guild, channel=channel)
        return channel

    def start_thread(
        self, parent: Channel, kind: int, name: str, owner: User, *, minutes: int = 4320, on: Message | None = None
    ) -> Channel:
        """Open a thread below a text channel or forum; on a message it has the message's id."""
        assert parent.guild is not None
        moment = self.clock.now()
        thread = Channel(
            id=self.new_id() if on is None else on.id,
            type=kind,
            name=name,
            created_at=moment,
            guild=parent.guild,
            parent=parent,
            owner=owner,
            auto_archive_minutes=minutes,
            thread_members={owner.id: moment},
        )
        if on is not None:
            on.thread = thread
        return self.add_channel(parent.guild, thread)

    def change_thread(self, thread: Channel, *, by: User | None = None, **fields: Any) -> None:
        """Archive, lock, rename (the thread says so), ..."""
        if fields.get("archived", thread.archived) != thread.archived:
            thread.archived_at = self.clock.now()
        renamed = fields.get("name", thread.name) != thread.name
        self.change_channel(thread, **fields)
        if renamed and by is not None:
            self.post(by, thread, type=4, content=thread.name)

    def change_channel(self, channel: Channel, **fields: Any) -> None:
        """Set fields of a channel."""
        for name, value in fields.items():
            setattr(channel, name, value)
        event = "THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE"
        self.tell(event, channel.payload(), guild=channel.guild, channel=channel)

    def delete_channel(self, channel: Channel) -> None:
        """Take a channel away, with its threads."""
        assert channel.guild is not None
        for thread in [other for other in channel.guild.channels.values() if other.parent is channel]:
            del self.channels[thread.id], channel.guild.channels[thread.id]
        payload = channel.payload()
        event = "THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE"
        # Told before it is gone: afterwards nobody sees it.
        self.tell(event, payload, guild=channel.guild, channel=channel)
        del self.channels[channel.id], channel.guild.channels[channel.id]

    # --- members --------------------------------------------------------------------------------------------------

    def add_user(self, name: str, *, locale: str = "en-US", bot: bool = False, days_old: float = 400) -> User:
        """An account that was made some days ago."""
        made = self.clock.now() - timedelta(days=days_old)
        user = User(
            (int(made.timestamp() * 1000) - 1_420_070_400_000 << 22) | (self.new_id() & 0x3FFFFF), name, locale, bot
        )
        while user.id in self.users:
            user.id += 1
        self.users[user.id] = user
        return user

    def add_member(self, member: Membership) -> None:
        """Somebody joins."""
        member.guild.members[member.id] = member
        self.tell("GUILD_MEMBER_ADD", member.payload() | {"guild_id": str(member.guild.id)}, guild=member.guild)

    def change_member(self, member: Membership, roles: list[Role]) -> None:
        """Somebody's roles change."""
        member.roles = roles
        self.tell("GUILD_MEMBER_UPDATE", member.payload() | {"guild_id": str(member.guild.id)}, guild=member.guild)

    def remove_member(self, member: Membership) -> None:
        """Somebody leaves; for a bot its guild is gone."""
        guild = member.guild
        if member.user.bot:
            self.tell("GUILD_DELETE", {"id": str(guild.id)}, guild=guild, user=member.user)
            guild.members.pop(member.id, None)
            return
        guild.members.pop(member.id, None)
        gone = {"guild_id": str(guild.id), "user": member.user.payload()}
        self.tell("GUILD_MEMBER_REMOVE", gone, guild=guild)

    def add_file(self, filename: str, data: bytes, **fields: Any) -> Attachment:
        """Keep an uploaded file and give it an address."""
        number = self.new_id()
        attachment = Attachment(number, filename, data, f"{self._address()}/attachments/{number}/{filename}", **fields)
        self.files[number] = attachment
        return attachment

    # --- telling --------------------------------------------------------------------------------------------------

    def _tell_message(self, event: str, message: Message) -> None:
        if message.only_for is not None:
            return
        channel, guild = message.channel, message.channel.guild

        def data(with_content: bool) -> Json:
            payload = message.payload(with_content=with_content)
            if guild is not None:
                payload["guild_id"] = str(guild.id)
                member = guild.members.get(message.author.id)
                if member is not None:
                    payload["member"] = member.payload(with_user=False)
            else:
                payload["channel_type"] = DM
            return payload

        self.tell(event, data, guild=guild, channel=channel)

    def _about(self, message: Message, event: str, data: Json) -> None:
        guild = message.channel.guild
        more = {} if guild is None else {"guild_id": str(guild.id)}
        self.tell(event, data | more, guild=guild, channel=message.channel)

    def _tell_reaction(self, event: str, message: Message, emoji: str, user: User) -> None:
        guild = message.channel.guild
        data: Json = {
            "user_id": str(user.id),
            "channel_id": str(message.channel.id),
            "message_id": str(message.id),
            "message_author_id": str(message.author.id),
            "emoji": {"id": None, "name": emoji},
            "burst": False,
            "type": 0,
        }
        if guild is not None and user.id in guild.members and event.endswith("ADD"):
            data["member"] = guild.members[user.id].payload()
        self._about(message, event, data)

    def _tell_pins(self, channel: Channel) -> None:
        pins = channel.pins
        data: Json = {
            "channel_id": str(channel.id),
            "last_pin_timestamp": iso(pins[0].pinned_at) if pins and pins[0].pinned_at else None,
        }
        if channel.guild is not None:
            data["guild_id"] = str(channel.guild.id)
        self.tell("CHANNEL_PINS_UPDATE", data, guild=channel.guild, channel=channel)
