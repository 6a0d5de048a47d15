"""The whole: one Discord on the loopback, with REST, gateway and the means to disturb both."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from aiohttp import web

from tests.discord_server.clock import Clock
from tests.discord_server.gateway import CONTENT, MEMBERS, Gateway
from tests.discord_server.interactions import SECONDS_TO_ANSWER, Interactions
from tests.discord_server.people import Guild
from tests.discord_server.permissions import BOT, Permissions, named
from tests.discord_server.refusing import Json, RefusedError
from tests.discord_server.rest import accounts, answers, guilds, messages
from tests.discord_server.rest.routes import ROUTES, Call, Handler, State, parsed
from tests.discord_server.things import Role, User, everyone_role
from tests.discord_server.visible import deep
from tests.discord_server.world import World

MODULES = (accounts, answers, guilds, messages)
"""Imported for the routes that they register."""

TOKEN = "token-of-the-bot"
PATIENCE = 60.0
"""Seconds after which `until` gives up."""
TURNS = 20
"""Looks in a row at which `settled` wants to see nothing new."""
BUCKET, BUCKET_SECONDS = 5, 5.0
"""Messages that may be sent to, or edited in, one channel within some seconds."""
PREFIX = "/api/v10"
T = TypeVar("T")


@dataclass
class Request:
    """What a client asked."""

    method: str
    path: str
    body: Any
    at: float
    """Seconds of the event loop's clock."""
    status: int = 0
    code: int | None = None
    """Discord's, where it was refused."""
    problem: str = ""


@dataclass
class Disturbance:
    """What happens to the next requests of a kind."""

    method: str
    path: re.Pattern[str]
    times: int
    before: Callable[[web.Request], Awaitable[web.StreamResponse | None]] | None = None
    """Done in place of the request unless it gives None."""
    after: Callable[[web.Request], None] | None = None
    """Done when the request was done and before it is answered."""


class LoopbackDiscord:
    """`async with LoopbackDiscord() as discord:`; README.md says what it can do."""

    def __init__(
        self,
        *,
        message_content: bool = True,
        members: bool = True,
        shards: int = 1,
        seconds_to_answer: float = SECONDS_TO_ANSWER,
    ) -> None:
        """The two privileged intents are what the developer portal grants; `shards` is what it recommends.

        Tests of what is said rather than when give a bot on a busy machine more `seconds_to_answer` than Discord does.
        """
        self.clock = Clock()
        self._port = 0
        self.gateway = Gateway(
            who=self._whose,
            guilds=lambda user: [guild for guild in self.world.guilds.values() if user.id in guild.members],
            address=lambda: self.gateway_url,
            portal_intents=lambda: self._state.portal_intents,
        )
        self.world = World(self.clock, self.gateway.tell, lambda: f"http://127.0.0.1:{self._port}")
        self.interactions = Interactions(self.world, seconds_to_answer)
        self.bot = self.world.add_user("Accord", bot=True)
        self.owner = self.world.add_user("Olive Owner")
        self._tokens = {TOKEN: self.bot}
        self._state = State(
            world=self.world,
            interactions=self.interactions,
            commands={},
            portal_intents=(CONTENT if message_content else 0) | (MEMBERS if members else 0),
            gateway_address=lambda: self.gateway_url,
            shards=shards,
        )
        self.requests: list[Request] = []
        self.crashes: list[str] = []
        """Tracebacks of this server's own mistakes."""
        self.altering: Callable[[Any], Any] = lambda data: data
        """What is done to each answer of REST and each event on its way out."""
        self.gateway.altering = lambda data: self.altering(data)
        self.enforces_buckets = False
        """Whether sending and editing are limited to 5 in 5 seconds a channel."""
        self._buckets: dict[tuple[str, str], list[float]] = {}
        self._disturbances: list[Disturbance] = []
        self._happened: set[asyncio.Event] = set()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> LoopbackDiscord:
        """Listen on a free port."""
        app = web.Application(client_max_size=64 << 20)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/attachments/{number}/{name}", self._file)
        for method, path, handler in ROUTES:
            app.router.add_route(method, PREFIX + path, self._answering(handler))
        app.router.add_route("*", PREFIX + "/{rest:.*}", self._answering(_no_such_route))
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        await self.down()

    async def down(self) -> None:
        """An outage: nothing answers until `up`; what the server knows stays."""
        if self._runner is not None:
            self.gateway.close(1001)
            await asyncio.sleep(0)
            await self._runner.cleanup()
            self._runner = None

    async def up(self) -> None:
        """The outage is over; the address is the same."""
        if self._runner is None:
            await self.__aenter__()

    def _whose(self, token: str) -> User | None:
        return self._tokens.get(token)

    # --- addresses ------------------------------------------------------------------------------------------------

    @property
    def api_url(self) -> str:
        """In place of https://discord.com/api/v10."""
        return f"http://127.0.0.1:{self._port}{PREFIX}"

    @property
    def gateway_url(self) -> str:
        """In place of wss://gateway.discord.gg/."""
        return f"ws://127.0.0.1:{self._port}/gateway/"

    @property
    def token(self) -> str:
        """The bot's."""
        return TOKEN

    # --- making a world -------------------------------------------------------------------------------------------

    def guild(self, name: str = "Harbour Club", *, locale: str = "en-US", bot_permissions: Permissions = BOT) -> Guild:
        """A server that the bot is in, with a role of its own."""
        world = self.world
        number = world.new_id()
        everyone = everyone_role(number)
        guild = Guild(number, name, self.owner, locale, everyone, self.clock.now(), {everyone.id: everyone})
        guild.discord = self
        world.guilds[guild.id] = guild
        guild.admits(self.owner)
        self.invite(guild, bot_permissions)
        return guild

    def invite(self, guild: Guild, permissions: Permissions = BOT) -> None:
        """The bot comes (back) into a guild."""
        role = Role(self.world.new_id(), self.bot.name, permissions, len(guild.roles))
        guild.roles[role.id] = role
        guild.admits(self.bot, role)
        self.world.tell("GUILD_CREATE", guild.payload(self.bot), guild=guild)

    def other_bot(self, name: str) -> str:
        """Another application; gives its token."""
        token = f"token-of-{name}"
        self._tokens[token] = self.world.add_user(name, bot=True)
        return token

    def commands(self, guild: Guild | None = None) -> list[Json]:
        """What the bot has registered, for a guild or globally."""
        return self._state.commands.get((self.bot.id, None if guild is None else guild.id), [])

    # --- watching -------------------------------------------------------------------------------------------------

    @property
    def refusals(self) -> list[Request]:
        """Requests that Discord did not accept, 429 aside. A story may claim that there are none."""
        return [request for request in self.requests if request.status >= 400 and request.status != 429]

    def asked(self, method: str, path: str) -> list[Request]:
        """Requests of a kind so far; `path` is a regular expression that the whole path matches."""
        return [r for r in self.requests if r.method == method and re.fullmatch(path, r.path)]

    async def until(self, condition: Callable[[], T], *, patience: float = PATIENCE, what: str = "") -> T:
        """Wait until a condition holds, and give its value; AssertionError after `patience` seconds."""
        happened = asyncio.Event()
        self._happened.add(happened)
        deadline = asyncio.get_running_loop().time() + patience
        try:
            while not (value := condition()):
                left = deadline - asyncio.get_running_loop().time()
                if left <= 0:
                    raise AssertionError(f"waited {patience} s in vain{f' for {what}' if what else ''}: {self._news()}")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(happened.wait(), min(left, 0.1))
                happened.clear()
            return value
        finally:
            self._happened.discard(happened)

    async def settled(self, quiet: float = 0.25, *, patience: float = PATIENCE) -> None:
        """Wait until no request has come for some seconds, in which the event loop had its turns."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        turns, seen = 0, len(self.requests)
        while loop.time() - start < patience:
            await asyncio.sleep(quiet / TURNS)
            # Counted in turns, so that a machine that is busy otherwise makes this wait longer.
            turns, seen = (turns + 1 if len(self.requests) == seen else 0), len(self.requests)
            if turns == TURNS:
                return
        raise AssertionError(f"no {quiet} s of quiet within {patience} s")

    async def ready(self, sessions: int = 1) -> None:
        """Wait until so many shards are connected."""
        await self.until(lambda: len(self.gateway.connected) >= sessions, what="the bot's login")

    def _news(self) -> str:
        last = [f"{r.method} {r.path} {r.status} {r.problem}".rstrip() for r in self.requests[-5:]]
        return f"last requests: {last}; crashes: {self.crashes[-1:]}"

    # --- disturbing -----------------------------------------------------------------------------------------------

    def limits(
        self, method: str, path: str, *, times: int = 1, retry_after: float = 0.05, by_cloudflare: bool = False
    ) -> None:
        """Answer the next requests with 429, as Discord does or as the proxy before it does."""

        async def limited(_: web.Request) -> web.StreamResponse:
            return _limited(retry_after, by_cloudflare=by_cloudflare)

        self._disturb(method, path, times, before=limited)

    def fails(self, method: str, path: str, *, status: int = 500, code: int = 0, times: int = 1) -> None:
        """Answer the next requests with an error, without doing anything."""

        async def failed(_: web.Request) -> web.StreamResponse:
            if status >= 500:
                return web.Response(status=status, text="upstream error")
            return _refused(RefusedError(code, status=status))

        self._disturb(method, path, times, before=failed)

    def slows(self, method: str, path: str, seconds: float, *, times: int = 1) -> None:
        """Take some seconds for the next requests."""

        async def slowed(_: web.Request) -> None:
            await asyncio.sleep(seconds)

        self._disturb(method, path, times, before=slowed)

    def loses_answer(self, method: str, path: str, *, times: int = 1, then: Callable[[], None] | None = None) -> None:
        """Do the next requests, but cut the connection before they are answered; `then` is called after that."""

        def cut(request: web.Request) -> None:
            if request.transport is not None:
                request.transport.close()
            if then is not None:
                then()

        self._disturb(method, path, times, after=cut)

    def has_a_bad_day(self, seed: int, *, share: float = 0.1) -> None:
        """Answer this share of all requests, drawn from the seed, with a 429 of a moment."""
        chance = random.Random(seed)

        async def perhaps(_: web.Request) -> web.StreamResponse | None:
            return _limited(0.02) if chance.random() < share else None

        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            self._disturb(method, r"/(channels|interactions|webhooks|users/@me/channels).*", 10**9, before=perhaps)

    def adds_unknown_fields(self) -> None:
        """Put a field that nobody knows into every object that leaves the server."""
        self.altering = lambda data: deep(data, lambda part: part | {"field_of_tomorrow": {"kind": [1]}})

    def leaves_out(self, *fields: str) -> None:
        """Leave optional fields out of every object that leaves the server."""
        self.altering = lambda data: deep(
            data, lambda part: {key: value for key, value in part.items() if key not in fields}
        )

    def _disturb(self, method: str, path: str, times: int, **how: Any) -> None:
        self._disturbances.append(Disturbance(method, re.compile(path), times, **how))

    def _disturbance(self, request: Request) -> Disturbance | None:
        for disturbance in self._disturbances:
            if disturbance.method == request.method and disturbance.path.fullmatch(request.path):
                disturbance.times -= 1
                if disturbance.times == 0:
                    self._disturbances.remove(disturbance)
                return disturbance
        return None

    # --- answering ------------------------------------------------------------------------------------------------

    def _answering(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            asked = Request(request.method, request.path.removeprefix(PREFIX), None, asyncio.get_running_loop().time())
            self.requests.append(asked)
            disturbance = self._disturbance(asked)
            response: web.StreamResponse | None = None
            if disturbance is not None and disturbance.before is not None:
                response = await disturbance.before(request)
            if response is None:
                response = await self._done(handler, request, asked)
            asked.status = response.status
            for happened in self._happened:
                happened.set()
            if disturbance is not None and disturbance.after is not None:
                disturbance.after(request)
            return response

        return answer

    async def _done(self, handler: Handler, request: web.Request, asked: Request) -> web.StreamResponse:
        try:
            body, files = await parsed(request)
            asked.body = body
            user = self._tokens.get(request.headers.get("Authorization", "").removeprefix("Bot "))
            if not asked.path.startswith(("/interactions", "/webhooks")) and user is None:
                raise RefusedError(0)
            headers = self._bucket(asked)
            if headers is None:
                return _limited(BUCKET_SECONDS / BUCKET)
            call = Call(self._state, dict(request.match_info), dict(request.query), body, files, user)
            return _answered(self.altering(json.loads(json.dumps(handler(call)))), headers)
        except RefusedError as refused:
            asked.code, asked.problem = refused.code, str(refused)
            return _refused(refused)
        except Exception:  # noqa: BLE001 - the server's own mistakes must show in the tests, not as a 500 that is retried
            self.crashes.append(traceback.format_exc())
            return _refused(RefusedError(-1, status=400, message="the loopback Discord itself failed"))

    def _bucket(self, asked: Request) -> dict[str, str] | None:
        """Headers of the request's rate limit; None where it is used up."""
        if not self.enforces_buckets or not re.fullmatch(r"/channels/\d+/messages(/\d+)?", asked.path):
            return {}
        if asked.method not in ("POST", "PATCH"):
            return {}
        bucket = (asked.method, asked.path.split("/")[2])
        recent = [moment for moment in self._buckets.get(bucket, []) if moment > asked.at - BUCKET_SECONDS]
        if len(recent) >= BUCKET:
            return None
        self._buckets[bucket] = [*recent, asked.at]
        left = BUCKET_SECONDS - (asked.at - self._buckets[bucket][0])
        return {
            "X-RateLimit-Limit": str(BUCKET),
            "X-RateLimit-Remaining": str(BUCKET - len(recent) - 1),
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Reset": f"{self.clock.seconds() + left:.3f}",
            "X-RateLimit-Bucket": f"{asked.method}-messages",
        }

    async def _file(self, request: web.Request) -> web.StreamResponse:
        attachment = self.world.files.get(int(request.match_info["number"]))
        if attachment is None:
            raise web.HTTPNotFound
        return web.Response(body=attachment.data)


def grants(*names: str) -> Permissions:
    """`grants("manage_threads")`: permissions by name."""
    return named(names)


def _no_such_route(call: Call) -> Any:
    raise RefusedError(0, status=404, message="404: Not Found")


def _answered(data: Any, headers: dict[str, str]) -> web.StreamResponse:
    if data is None:
        return web.Response(status=204, headers=headers)
    # Clients compare the content type as a whole: no charset.
    return web.Response(body=json.dumps(data).encode(), headers={"Content-Type": "application/json"} | headers)


def _refused(refused: RefusedError) -> web.StreamResponse:
    body = json.dumps(refused.body()).encode()
    return web.Response(status=refused.status, body=body, headers={"Content-Type": "application/json"})


def _limited(retry_after: float, *, by_cloudflare: bool = False) -> web.StreamResponse:
    if by_cloudflare:
        return web.Response(status=429, text="error code: 1015", headers={"Retry-After": str(round(retry_after))})
    body = {"message": "You are being rate limited.", "retry_after": retry_after, "global": False}
    return web.Response(
        status=429,
        body=json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "Via": "1.1 google",
            "Retry-After": str(max(1, round(retry_after))),
            "X-RateLimit-Scope": "user",
        },
    )
