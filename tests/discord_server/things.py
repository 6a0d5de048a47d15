"""What a Discord holds: users, roles, guilds, channels, messages; each knows the payload that clients get of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.discord_server import visible
from tests.discord_server.clock import iso
from tests.discord_server.permissions import ALL, EVERYONE, Permissions
from tests.discord_server.refusing import Json

TEXT, DM, PUBLIC_THREAD, PRIVATE_THREAD, FORUM = 0, 1, 11, 12, 15
"""Channel types."""
SUPPRESS_EMBEDS, EPHEMERAL, LOADING, SUPPRESS_NOTIFICATIONS, COMPONENTS_V2 = 1 << 2, 1 << 6, 1 << 7, 1 << 12, 1 << 15
"""Message flags."""


@dataclass(eq=False)
class User:
    """An account."""

    id: int
    name: str
    locale: str = "en-US"
    bot: bool = False
    takes_dms: bool = True

    @property
    def mention(self) -> str:
        """How a text names them."""
        return f"<@{self.id}>"

    def payload(self) -> Json:
        """The user object."""
        return {
            "id": str(self.id),
            "username": self.name if self.bot else self.name.lower().replace(" ", "_"),
            "global_name": None if self.bot else self.name,
            "discriminator": "0",
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }


@dataclass(eq=False)
class Role:
    """A role of a guild."""

    id: int
    name: str
    permissions: Permissions
    position: int

    @property
    def mention(self) -> str:
        """How a text names it."""
        return f"<@&{self.id}>"

    def payload(self) -> Json:
        """The role object."""
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(int(self.permissions)),
            "position": self.position,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": True,
            "flags": 0,
        }


@dataclass(eq=False)
class Membership:
    """A user in a guild."""

    user: User
    guild: Guild
    joined_at: datetime
    roles: list[Role] = field(default_factory=list["Role"])
    nick: str | None = None

    @property
    def id(self) -> int:
        """The user's."""
        return self.user.id

    @property
    def name(self) -> str:
        """As the others see it."""
        return self.nick or self.user.name

    def payload(self, *, with_user: bool = True) -> Json:
        """The member object."""
        member: Json = {
            "nick": self.nick,
            "avatar": None,
            "roles": [str(role.id) for role in self.roles],
            "joined_at": iso(self.joined_at),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "communication_disabled_until": None,
        }
        return member | {"user": self.user.payload()} if with_user else member


@dataclass(eq=False)
class Guild:
    """A server."""

    id: int
    name: str
    owner: User
    locale: str
    everyone: Role
    created_at: datetime
    roles: dict[int, Role] = field(default_factory=dict[int, "Role"])
    members: dict[int, Membership] = field(default_factory=dict[int, "Membership"])
    channels: dict[int, Channel] = field(default_factory=dict[int, "Channel"])

    def permissions(self, user: User, channel: Channel | None = None) -> Permissions:
        """What a user may do, in the guild or in one of its channels."""
        if user is self.owner:
            return ALL
        member = self.members.get(user.id)
        if member is None:
            return Permissions(0)
        granted = self.everyone.permissions
        for role in member.roles:
            granted |= role.permissions
        if granted & Permissions.ADMINISTRATOR:
            return ALL
        place = channel.parent or channel if channel is not None else None
        if place is None:
            return granted
        for target in (self.everyone.id, *(role.id for role in member.roles), user.id):
            allow, deny = place.overwrites.get(target, (Permissions(0), Permissions(0)))
            granted = granted & ~deny | allow
        if not granted & Permissions.VIEW_CHANNEL:
            return Permissions(0)
        return granted

    def sees(self, user: User, channel: Channel) -> bool:
        """Whether a user can look into a channel; private threads show to their members and to moderators."""
        granted = self.permissions(user, channel)
        if not granted & Permissions.VIEW_CHANNEL:
            return False
        if channel.type == PRIVATE_THREAD:
            return user.id in channel.thread_members or bool(granted & Permissions.MANAGE_THREADS)
        return True

    def payload(self, me: User, **more: Any) -> Json:
        """The guild object; `me` sees only the channels that it may."""
        seen = [channel for channel in self.channels.values() if self.sees(me, channel)]
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "owner_id": str(self.owner.id),
            "preferred_locale": self.locale,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "afk_timeout": 300,
            "afk_channel_id": None,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "features": [],
            "emojis": [],
            "stickers": [],
            "roles": [role.payload() for role in self.roles.values()],
            "member_count": len(self.members),
            "channels": [channel.payload() for channel in seen if not channel.is_thread],
            "threads": [channel.payload() for channel in seen if channel.is_thread and not channel.archived],
            # Without presences, Discord sends the bot itself only: whoever needs the others asks for them.
            "members": [self.members[me.id].payload()] if me.id in self.members else [],
            "large": len(self.members) > 250,
            "joined_at": iso(self.created_at),
            "unavailable": False,
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            **more,
        }


@dataclass(eq=False)
class Channel:
    """A text channel, forum, thread or direct conversation."""

    id: int
    type: int
    name: str
    created_at: datetime
    guild: Guild | None = None
    parent: Channel | None = None
    topic: str | None = None
    overwrites: dict[int, tuple[Permissions, Permissions]] = field(
        default_factory=dict[int, tuple[Permissions, Permissions]]
    )
    messages: dict[int, Message] = field(default_factory=dict[int, "Message"])
    position: int = 0
    recipients: tuple[User, ...] = ()
    owner: User | None = None
    archived: bool = False
    locked: bool = False
    archived_at: datetime | None = None
    auto_archive_minutes: int = 4320
    thread_members: dict[int, datetime] = field(default_factory=dict[int, datetime])

    @property
    def is_thread(self) -> bool:
        """Whether it hangs below another channel."""
        return self.type in (PUBLIC_THREAD, PRIVATE_THREAD)

    @property
    def mention(self) -> str:
        """How a text names it."""
        return f"<#{self.id}>"

    @property
    def pins(self) -> list[Message]:
        """Pinned messages, newest first."""
        pinned = [message for message in self.messages.values() if message.pinned_at is not None]
        return sorted(pinned, key=lambda message: message.pinned_at or message.created_at, reverse=True)

    def said(self) -> list[Message]:
        """Messages in order, without those that only one person sees."""
        return [message for message in self.messages.values() if message.only_for is None]

    def payload(self) -> Json:
        """The channel object."""
        if self.type == DM:
            return {
                "id": str(self.id),
                "type": DM,
                "last_message_id": self._last(),
                "recipients": [user.payload() for user in self.recipients if not user.bot],
                "flags": 0,
            }
        assert self.guild is not None
        payload: Json = {
            "id": str(self.id),
            "type": self.type,
            "guild_id": str(self.guild.id),
            "name": self.name,
            "parent_id": None if self.parent is None else str(self.parent.id),
            "last_message_id": self._last(),
            "rate_limit_per_user": 0,
            "flags": 0,
        }
        if self.is_thread:
            assert self.owner is not None
            return payload | {
                "owner_id": str(self.owner.id),
                "message_count": max(0, len(self.said()) - 1),
                "total_message_sent": len(self.said()),
                "member_count": min(50, len(self.thread_members)),
                "applied_tags": [],
                "thread_metadata": {
                    "archived": self.archived,
                    "locked": self.locked,
                    "auto_archive_duration": self.auto_archive_minutes,
                    "archive_timestamp": iso(self.archived_at or self.created_at),
                    "create_timestamp": iso(self.created_at),
                    **({"invitable": True} if self.type == PRIVATE_THREAD else {}),
                },
            }
        payload |= {
            "position": self.position,
            "topic": self.topic,
            "nsfw": False,
            "default_auto_archive_duration": self.auto_archive_minutes,
            "permission_overwrites": [
                {
                    "id": str(target),
                    "type": 0 if target in self.guild.roles else 1,
                    "allow": str(int(allow)),
                    "deny": str(int(deny)),
                }
                for target, (allow, deny) in self.overwrites.items()
            ],
        }
        if self.type == FORUM:
            payload |= {
                "available_tags": [],
                "default_reaction_emoji": None,
                "default_sort_order": None,
                "default_forum_layout": 0,
            }
        return payload

    def _last(self) -> str | None:
        said = self.said()
        return str(said[-1].id) if said else None


@dataclass(eq=False)
class Attachment:
    """A file on a message."""

    id: int
    filename: str
    data: bytes
    url: str
    description: str | None = None
    title: str | None = None
    ephemeral: bool = False

    def payload(self) -> Json:
        """The attachment object."""
        payload: Json = {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.data),
            "url": self.url,
            "proxy_url": self.url,
            "content_type": _content_type(self.filename),
        }
        if self.description is not None:
            payload["description"] = self.description
        if self.title is not None:
            payload["title"] = self.title
        return payload | {"ephemeral": True} if self.ephemeral else payload


@dataclass(eq=False)
class Message:
    """A message; `only_for` is the one person who sees an ephemeral one."""

    id: int
    channel: Channel
    author: User
    created_at: datetime
    content: str = ""
    embeds: list[Json] = field(default_factory=list[Json])
    components: list[Json] = field(default_factory=list[Json])
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    flags: int = 0
    type: int = 0
    nonce: str | None = None
    allowed_mentions: Json | None = None
    """As the bot sent it last; None where it named nothing."""
    replies_to: Message | None = None
    interaction: Json | None = None
    only_for: User | None = None
    edited_at: datetime | None = None
    pinned_at: datetime | None = None
    deleted: bool = False
    reactions: dict[str, list[User]] = field(default_factory=dict[str, list[User]])
    earlier: list[str] = field(default_factory=list[str])
    """Its text before each edit."""
    thread: Channel | None = None

    @property
    def text(self) -> str:
        """All that a person can read on it: words, embeds, labels of what can be pressed, names of files."""
        return visible.message_text(self.content, self.embeds, self.components, [a.filename for a in self.attachments])

    @property
    def ephemeral(self) -> bool:
        """Whether one person alone sees it."""
        return self.only_for is not None

    @property
    def loading(self) -> bool:
        """Whether it shows "thinking ..."."""
        return bool(self.flags & LOADING)

    @property
    def link(self) -> str:
        """Its address, as people copy it."""
        guild = self.channel.guild
        return f"https://discord.com/channels/{'@me' if guild is None else guild.id}/{self.channel.id}/{self.id}"

    @property
    def buttons(self) -> list[str]:
        """Labels of the buttons that can be pressed."""
        return [
            visible.label_of(part)
            for part in visible.walk(self.components)
            if part.get("type") == 2 and not part.get("disabled") and part.get("style") != 5
        ]

    def payload(self, *, with_content: bool = True, nested: bool = False) -> Json:
        """The message object; without the message-content intent its words are left out."""
        payload: Json = {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.payload(),
            "content": self.content if with_content else "",
            "timestamp": iso(self.created_at),
            "edited_timestamp": None if self.edited_at is None else iso(self.edited_at),
            "tts": False,
            "mention_everyone": False,
            "mentions": [user.payload() for user in self.mentioned()],
            "mention_roles": [],
            "attachments": [attachment.payload() for attachment in self.attachments] if with_content else [],
            "embeds": self.embeds if with_content else [],
            "components": self._shown_components() if with_content else [],
            "reactions": [
                {"emoji": {"id": None, "name": emoji}, "count": len(users), "me": False, "me_burst": False}
                for emoji, users in self.reactions.items()
                if users
            ],
            "pinned": self.pinned_at is not None,
            "type": self.type,
            "flags": self.flags,
        }
        if self.nonce is not None:
            payload["nonce"] = self.nonce
        if self.author.bot:
            payload["application_id"] = str(self.author.id)
        if self.interaction is not None:
            payload["interaction_metadata"] = self.interaction
        if self.replies_to is not None:
            payload["message_reference"] = {
                "type": 0,
                "message_id": str(self.replies_to.id),
                "channel_id": str(self.channel.id),
            }
            if not nested:
                answered = self.replies_to
                payload["referenced_message"] = (
                    None if answered.deleted else answered.payload(with_content=with_content, nested=True)
                )
        if self.thread is not None:
            payload["thread"] = self.thread.payload()
        return payload

    def mentioned(self) -> list[User]:
        """Whom its words name, less those that `allowed_mentions` keeps from being told."""
        guild = self.channel.guild
        known = (
            {user.id: user for user in self.channel.recipients}
            if guild is None
            else {member.id: member.user for member in guild.members.values()}
        )
        named = [known[number] for number in visible.user_mentions(self.content, self.components) if number in known]
        if self._tells_whom_it_replies_to and self.replies_to is not None and self.replies_to.author not in named:
            named.append(self.replies_to.author)
        if self.allowed_mentions is not None and "users" not in self.allowed_mentions.get("parse", []):
            told = {str(number) for number in self.allowed_mentions.get("users", [])}
            return [user for user in named if str(user.id) in told]
        return named

    @property
    def _tells_whom_it_replies_to(self) -> bool:
        """People's clients ping the author of what they reply to unless that is switched off."""
        return self.type == 19 and (not self.author.bot or bool((self.allowed_mentions or {}).get("replied_user")))

    def _shown_components(self) -> list[Json]:
        """With attachment:// resolved, as clients get it."""
        urls = {f"attachment://{attachment.filename}": attachment.url for attachment in self.attachments}
        return visible.resolved(self.components, urls)


def default_overwrites(guild: Guild, deny: Permissions) -> dict[int, tuple[Permissions, Permissions]]:
    """A channel where members in general may not do something."""
    return {guild.everyone.id: (Permissions(0), deny)} if deny else {}


def everyone_role(identifier: int) -> Role:
    """The role that all have; its id is the guild's."""
    return Role(identifier, "@everyone", EVERYONE, 0)


def _content_type(filename: str) -> str:
    kinds = {"png": "image/png", "json": "application/json", "jsonl": "application/jsonl", "csv": "text/csv"}
    return kinds.get(filename.rpartition(".")[2], "text/plain; charset=utf-8")
