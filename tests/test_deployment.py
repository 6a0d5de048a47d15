"""What compose.yaml and the Dockerfile promise about the program holds of the program."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from bot.__main__ import app
from bot.settings import BotSettings, read_settings
from tests.redis_server import find_server

ROOT = Path(__file__).resolve().parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def test_every_command_setting_and_secret_that_is_named_exists() -> None:
    commands = {command.name for command in app.registered_commands}
    known = {f"ACCORD_{name.upper()}" for name in BotSettings.model_fields}
    for name in ("bot", "worker"):
        service = COMPOSE["services"][name]
        assert service["command"][0] in commands
        assert set(service["environment"]) <= known
        assert set(service["secrets"]) <= COMPOSE["secrets"].keys()
    set_in_image = re.findall(r"\b(ACCORD_[A-Z_]+)=", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert set(set_in_image) <= known


def test_secrets_are_read_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("REDIS_URL", "DISCORD_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "discord_token").write_text("a-token\n")
    (tmp_path / "redis_url").write_text("redis://:hunter2@redis:6379/0")
    monkeypatch.setenv("ACCORD_SECRETS", str(tmp_path))
    settings = read_settings()
    assert settings.token is not None
    assert settings.token.get_secret_value() == "a-token"
    assert settings.redis_url is not None
    assert settings.redis_url.get_secret_value() == "redis://:hunter2@redis:6379/0"
    assert "hunter2" not in repr(settings)


def test_the_redis_of_compose_keeps_what_it_acknowledges_and_asks_for_its_password(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2\n")
    shell, flag, command = COMPOSE["services"]["redis"]["command"]
    command = command.replace("$$", "$").replace("/run/secrets/redis_password", str(tmp_path / "password"))
    command = command.replace("--dir /data", f"--dir {tmp_path} --unixsocket {tmp_path}/socket --port 0")
    command = command.replace("redis-server", find_server())
    server = subprocess.Popen([shell, flag, command], stdout=subprocess.DEVNULL)
    client: Any = redis.Redis(unix_socket_path=f"{tmp_path}/socket", password="hunter2")
    try:
        for _ in range(100):
            try:
                assert client.config_get("append*")["appendfsync"] == "always"
                break
            except redis.ConnectionError:
                time.sleep(0.05)
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        stranger: Any = redis.Redis(unix_socket_path=f"{tmp_path}/socket")
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()
        stranger.close()
        arguments = Path(f"/proc/{client.info('server')['process_id']}/cmdline").read_bytes()
        assert b"hunter2" not in arguments
    finally:
        client.close()
        server.terminate()  # as `docker stop` does, whose signal only the first process gets
        assert server.wait(60) == 0
