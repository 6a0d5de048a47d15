from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.redis_cluster import RedisTrio
from tests.redis_server import RedisServer


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis")).start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def redis_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisTrio]:
    cluster = RedisTrio(tmp_path_factory.mktemp("cluster")).start()
    yield cluster
    cluster.kill()
