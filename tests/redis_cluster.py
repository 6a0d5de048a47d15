"""A real Redis Cluster for tests: three primaries on free ports, each with an append-only file of its own."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import redis

from tests.redis_server import RedisServer

SLOTS = 16_384


class RedisTrio:
    """Started by `start`; `url` names the first of them, from which a client finds the others."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.servers: list[RedisServer] = []
        for number in range(3):
            (folder / str(number)).mkdir()
            settings = ("--cluster-enabled", "yes", "--appendonly", "yes", "--appendfsync", "always", *more)
            self.servers.append(RedisServer(folder / str(number), *settings, bus=True))

    @property
    def url(self) -> str:
        return self.servers[0].url.removesuffix("/0")

    def start(self) -> RedisTrio:
        clients: list[Any] = [redis.Redis(port=server.start().port) for server in self.servers]
        for number, client in enumerate(clients):
            first, last = SLOTS * number // 3, SLOTS * (number + 1) // 3
            client.execute_command("CLUSTER ADDSLOTS", *range(first, last))
            client.execute_command("CLUSTER SET-CONFIG-EPOCH", number + 1)
        for server in self.servers[1:]:
            clients[0].execute_command("CLUSTER MEET", "127.0.0.1", server.port)
        for client in clients:
            client.close()
        self.gathers()
        return self

    def gathers(self) -> None:
        """Wait until each of them sees all others."""
        for server in self.servers:
            client: Any = redis.Redis(port=server.port)
            for _ in range(600):
                if client.execute_command("CLUSTER INFO").get("cluster_state") == "ok":
                    break
                time.sleep(0.05)
            else:
                raise AssertionError("the cluster does not come together")
            client.close()

    def counts(self) -> list[int]:
        """How many keys each of them holds."""
        counts: list[int] = []
        for server in self.servers:
            client: Any = redis.Redis(port=server.port)
            counts.append(client.dbsize())
            client.close()
        return counts

    def emptied(self) -> str:
        for server in self.servers:
            client: Any = redis.Redis(port=server.port)
            client.flushall()
            client.close()
        return self.url

    def kill(self) -> None:
        for server in self.servers:
            server.kill()
