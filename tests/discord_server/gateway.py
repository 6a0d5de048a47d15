"""The gateway: sessions of clients, what each is told, and all the ways in which a connection ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from aiohttp import WSMsgType, web

from tests.discord_server.refusing import Json
from tests.discord_server.things import Channel, Guild, User

GUILDS, MEMBERS, MESSAGES, REACTIONS, DMS, DM_REACTIONS, CONTENT = (1 << n for n in (0, 1, 9, 10, 12, 13, 15))
PRIVILEGED = MEMBERS | 1 << 8 | CONTENT
HEARTBEAT_SECONDS = 41.25
MOST_SENDS, SENDS_WINDOW = 120, 60.0
LARGEST_CHUNK = 1000
LONGEST_DELAY = 0.1
"""Seconds for which an event is held back at most where they are reordered."""


@dataclass(eq=False)
class Session:
    """What the gateway knows of one shard of one client; it outlives its connection, for a resume."""

    id: str
    user: User
    shard: tuple[int, int]
    intents: int
    sequence: int = 0
    sent: list[Json] = field(default_factory=list[Json])
    connection: Connection | None = None
    heartbeats: list[float] = field(default_factory=list[float])
    """When each came, in seconds of the event loop's clock."""

    def event(self, name: str, data: Json) -> None:
        """Number an event, keep it and, if somebody listens, send it."""
        self.sequence += 1
        frame: Json = {"op": 0, "t": name, "s": self.sequence, "d": data}
        self.sent.append(frame)
        if self.connection is not None:
            self.connection.send(frame)

    def holds(self, guild: Guild | None) -> bool:
        """Whether a guild (or direct messages) belongs to this shard."""
        number, count = self.shard
        return number == (0 if guild is None else (guild.id >> 22) % count)


class Connection:
    """A websocket with a queue, so that telling never waits."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.socket, self._transport = socket, transport
        self._queue: asyncio.Queue[Json | tuple[int, str]] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())
        self.closed_here = False
        """Whether the server hung up, not the client."""

    def send(self, frame: Json) -> None:
        """Send after what was sent before."""
        self._queue.put_nowait(frame)

    def close(self, code: int, reason: str = "") -> None:
        """Close with a code after what was sent before."""
        self.closed_here = True
        self._queue.put_nowait((code, reason))

    def cut(self) -> None:
        """Lose the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    async def ended(self) -> None:
        """Stop writing."""
        self._writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._writer

    async def _write(self) -> None:
        while True:
            frame = await self._queue.get()
            try:
                if isinstance(frame, tuple):
                    await self.socket.close(code=frame[0], message=frame[1].encode())
                    return
                await self.socket.send_str(json.dumps(frame))
            except ConnectionError:
                return


class Gateway:
    """All sessions."""

    def __init__(
        self,
        *,
        who: Callable[[str], User | None],
        guilds: Callable[[User], list[Guild]],
        address: Callable[[], str],
        portal_intents: Callable[[], int],
    ) -> None:
        self._who, self._guilds, self._address, self._portal_intents = who, guilds, address, portal_intents
        self.sessions: list[Session] = []
        self.heartbeat_seconds = HEARTBEAT_SECONDS
        self.duplicating = False
        """Whether every event is sent twice."""
        self.reordering: random.Random | None = None
        """By what chance what people do overtakes what was done shortly before; in order where there is none."""
        self.altering: Callable[[Json], Json] = lambda data: data
        """What is done to the data of each event on its way out."""
        self.closings: list[tuple[int | None, str]] = []
        """How each connection ended: the code, and what the server minded."""
        self.presences: list[Json] = []

    # --- telling --------------------------------------------------------------------------------------------------

    def tell(
        self,
        event: str,
        data: Json | Callable[[bool], Json],
        *,
        guild: Guild | None,
        channel: Channel | None = None,
        user: User | None = None,
    ) -> None:
        """Send an event to each session that it concerns."""
        needed = _intent(event, guild)
        for session in self.sessions:
            if user is not None and session.user is not user:
                continue
            if not session.holds(guild) or (needed and not session.intents & needed):
                continue
            if guild is not None and session.user.id not in guild.members:
                continue
            if channel is not None and guild is not None and not guild.sees(session.user, channel):
                continue
            if channel is not None and guild is None and session.user not in channel.recipients:
                continue
            payload = data(self._reads(session, data)) if callable(data) else data
            for _ in range(2 if self.duplicating else 1):
                altered = self.altering(json.loads(json.dumps(payload)))
                if self.reordering is not None and event.startswith(("MESSAGE_", "INTERACTION_")):
                    delay = self.reordering.uniform(0, LONGEST_DELAY)
                    asyncio.get_running_loop().call_later(delay, session.event, event, altered)
                else:
                    session.event(event, altered)

    def raw(self, event: str, data: Any) -> None:
        """Send anything at all to every session, as it is."""
        for session in self.sessions:
            session.event(event, data)

    def _reads(self, session: Session, data: Callable[[bool], Json]) -> bool:
        payload = data(False)
        if session.intents & CONTENT or "guild_id" not in payload:
            return True
        mine = str(session.user.id)
        return payload["author"]["id"] == mine or any(named["id"] == mine for named in payload["mentions"])

    # --- endings --------------------------------------------------------------------------------------------------

    @property
    def connected(self) -> list[Session]:
        """Sessions with somebody at the other end."""
        return [session for session in self.sessions if session.connection is not None]

    def reconnect(self) -> None:
        """Opcode 7: ask all clients to come again and resume."""
        self._to_all({"op": 7, "d": None})

    def invalidate(self, *, resumable: bool = False) -> None:
        """Opcode 9; not resumable sessions are forgotten."""
        self._to_all({"op": 9, "d": resumable})
        if not resumable:
            self.sessions = []

    def close(self, code: int = 4000) -> None:
        """Close all connections with a code."""
        for session in self.connected:
            cast("Connection", session.connection).close(code)

    def cut(self) -> None:
        """Lose all connections, as when a cable is pulled."""
        for session in self.connected:
            cast("Connection", session.connection).cut()

    def forget_sessions(self) -> None:
        """So that a resume ends in a new READY."""
        for session in self.sessions:
            session.id = "forgotten"

    def _to_all(self, frame: Json) -> None:
        for session in self.connected:
            cast("Connection", session.connection).send(frame)

    # --- a connection ---------------------------------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """A client connects."""
        socket = web.WebSocketResponse(max_msg_size=4096 * 4, autoping=True)
        await socket.prepare(request)
        connection = Connection(socket, request.transport)
        talk = _Talk(self, connection)
        connection.send({"op": 10, "d": {"heartbeat_interval": round(self.heartbeat_seconds * 1000), "_trace": []}})
        try:
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT or not await talk.hears(frame.data):
                    break
        except ConnectionError:
            pass
        finally:
            await connection.ended()
            session = talk.session
            if session is not None and session.connection is connection:
                session.connection = None
                # A client that says goodbye does not mean to resume.
                if socket.close_code in (1000, 1001) and session in self.sessions and not connection.closed_here:
                    self.sessions.remove(session)
            self.closings.append((socket.close_code, talk.minded))
        return socket

    def begin(self, session: Session) -> None:
        """READY, and the guilds."""
        self.sessions.append(session)
        guilds = [guild for guild in self._guilds(session.user) if session.holds(guild)]
        session.event(
            "READY",
            self.altering(
                {
                    "v": 10,
                    "user": session.user.payload() | {"verified": True, "mfa_enabled": False, "email": None},
                    "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                    "session_id": session.id,
                    "resume_gateway_url": self._address(),
                    "shard": list(session.shard),
                    "application": {"id": str(session.user.id), "flags": 0},
                    "private_channels": [],
                    "relationships": [],
                }
            ),
        )
        for guild in guilds:
            session.event("GUILD_CREATE", self.altering(guild.payload(session.user)))

    def login(self, token: str) -> User | None:
        """Whose token it is."""
        return self._who(token)

    def allowed_intents(self) -> int:
        """What the developer portal grants: all that is not privileged, and what is switched on."""
        return ~PRIVILEGED | self._portal_intents()

    def guild_of(self, user: User, number: Any) -> Guild | None:
        """A guild that the user is in."""
        return next((guild for guild in self._guilds(user) if str(guild.id) == str(number)), None)


class _Talk:
    """What is said over one connection."""

    def __init__(self, gateway: Gateway, connection: Connection) -> None:
        self._gateway, self._connection = gateway, connection
        self.session: Session | None = None
        self.minded = ""
        self._sends: list[float] = []
        self._answers: dict[int, Callable[[Any], Awaitable[bool]]] = {
            1: self._heartbeat,
            2: self._identify,
            3: self._presence,
            4: self._ignore,
            6: self._resume,
            8: self._members,
        }

    async def hears(self, text: str) -> bool:
        """Answer a frame; whether the connection goes on."""
        now = asyncio.get_running_loop().time()
        self._sends = [moment for moment in self._sends if moment > now - SENDS_WINDOW] + [now]
        if len(self._sends) > MOST_SENDS:
            return self._end(4008, "more than 120 frames a minute")
        try:
            frame = json.loads(text)
            answer = self._answers.get(frame["op"])
        except (ValueError, KeyError, TypeError):
            return self._end(4002, "a frame that is no JSON object with an op")
        if answer is None:
            return self._end(4001, f"opcode {frame['op']}")
        if self.session is None and frame["op"] not in (1, 2, 6):
            return self._end(4003, "said something before identifying")
        return await answer(frame.get("d"))

    def _end(self, code: int, minded: str) -> bool:
        self.minded = minded
        self._connection.close(code, minded)
        return True

    async def _heartbeat(self, _: Any) -> bool:
        if self.session is not None:
            self.session.heartbeats.append(asyncio.get_running_loop().time())
        self._connection.send({"op": 11})
        return True

    async def _identify(self, data: Json) -> bool:
        if self.session is not None:
            return self._end(4005, "identified twice")
        user = self._gateway.login(str(data.get("token", "")))
        if user is None:
            return self._end(4004, "a token of nobody's")
        number, count = data.get("shard", (0, 1))
        if not 0 <= number < count:
            return self._end(4010, f"shard {number} of {count}")
        intents = data.get("intents")
        if not isinstance(intents, int) or intents >> 27:
            return self._end(4013, f"intents {intents}")
        if intents & ~self._gateway.allowed_intents():
            return self._end(4014, f"privileged intents {intents:b} that the portal does not grant")
        self.session = Session(f"session-{id(self)}-{len(self._gateway.sessions)}", user, (number, count), intents)
        self.session.connection = self._connection
        self._gateway.begin(self.session)
        return True

    async def _resume(self, data: Json) -> bool:
        user = self._gateway.login(str(data.get("token", "")))
        if user is None:
            return self._end(4004, "a token of nobody's")
        known = [session for session in self._gateway.sessions if session.id == data.get("session_id")]
        if not known or data.get("seq") is None or data["seq"] > known[0].sequence:
            self._connection.send({"op": 9, "d": False})
            return True
        self.session = session = known[0]
        for frame in session.sent:
            if frame["s"] > data["seq"]:
                self._connection.send(frame)
        session.connection = self._connection
        session.event("RESUMED", {"_trace": []})
        return True

    async def _presence(self, data: Json) -> bool:
        self._gateway.presences.append(data)
        return True

    async def _ignore(self, _: Any) -> bool:
        return True

    async def _members(self, data: Json) -> bool:
        session = cast("Session", self.session)
        guild = self._gateway.guild_of(session.user, data.get("guild_id"))
        if guild is None:
            return True
        wanted = {str(number) for number in _listed(data.get("user_ids"))}
        query, limit = data.get("query"), data.get("limit") or 0
        if not session.intents & MEMBERS and not wanted and not (query and 0 < limit <= 100):
            return self._end(4014, "asked for all members without the members intent")
        if wanted:
            found = [member for member in guild.members.values() if str(member.id) in wanted]
        else:
            found = [m for m in guild.members.values() if m.name.lower().startswith((query or "").lower())]
            found = found[:limit] if limit else found
        missing = wanted - {str(member.id) for member in found}
        chunks = [found[start : start + LARGEST_CHUNK] for start in range(0, len(found), LARGEST_CHUNK)] or [[]]
        for number, chunk in enumerate(chunks):
            answer: Json = {
                "guild_id": str(guild.id),
                "members": [member.payload() for member in chunk],
                "chunk_index": number,
                "chunk_count": len(chunks),
                "not_found": sorted(missing),
            }
            if data.get("nonce"):
                answer["nonce"] = data["nonce"]
            session.event("GUILD_MEMBERS_CHUNK", answer)
        return True


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _intent(event: str, guild: Guild | None) -> int:
    """The intents of which one is needed for an event; 0 for those that everyone gets."""
    if event.startswith("GUILD_MEMBER_"):
        return MEMBERS
    if event.startswith("MESSAGE_REACTION"):
        return DM_REACTIONS if guild is None else REACTIONS
    if event.startswith("MESSAGE_"):
        return DMS if guild is None else MESSAGES
    if event.startswith(("GUILD_", "CHANNEL_", "THREAD_")):
        return GUILDS
    return 0
