"""What a deployment sets, from the environment or a file `.env`: one field each, documented in docs/settings.md."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import InputError
from bot.languages import known_language
from bot.live.share import Share, parse_ids

Seconds = Annotated[float, Field(ge=0)]


def _data_folder() -> Path:
    return user_data_path("accord", appauthor=False)


class BotSettings(BaseSettings):
    """Settings of `accord run`. Each is read from ACCORD_<NAME>, the token from DISCORD_TOKEN as well."""

    model_config = SettingsConfigDict(
        env_prefix="ACCORD_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    token: SecretStr | None = Field(default=None, validation_alias=AliasChoices("DISCORD_TOKEN", "ACCORD_TOKEN"))
    data: Path = Field(default_factory=_data_folder)
    """Folder of the database and of the bot's own notes."""
    redis_url: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("REDIS_URL", "ACCORD_REDIS_URL", "redis_url")
    )
    """Keeps both in Redis instead, for several processes."""
    model: str = "bundled"
    adapter: str = "default"
    """A LoRA adapter's path, "none", or what comes with the model."""
    threads: Annotated[int, Field(ge=1)] | None = None
    runner: str | None = None
    """module:function that takes the models' place in the model process."""
    language: str = "en"
    """Where a server names none that the catalogue has."""
    log_level: str = "INFO"

    api_url: str | None = None
    gateway_url: str | None = None
    application_id: int | None = None
    guild: int | None = None
    """Commands are registered in this server only; there at once, everywhere otherwise."""
    message_content: bool = False
    """Whether the bot has the privileged message-content intent."""
    members_intent: bool = False
    """Whether the bot has the privileged server-members intent."""
    import_before_start: str | None = None

    moderator_permission: str = "manage_threads"
    help_text: str | None = None
    """Shown to whoever a report of self-harm is about."""
    retention_days: Annotated[int, Field(ge=1)] = 90
    learning: bool = False
    """Whether later deliberations start from how members voted who allow it."""
    acts_per_minute: Annotated[int, Field(ge=1)] = 20
    """What one member may send in a minute."""

    draft_quiet_seconds: Seconds = 45
    draft_ceiling_seconds: Seconds = 300
    draft_from_members: Annotated[int, Field(ge=1)] = 2
    """How many must have spoken before the first draft."""
    card_quiet_seconds: Seconds = 1.5
    card_ceiling_seconds: Seconds = 10
    tick_seconds: Annotated[float, Field(gt=0)] = 30
    """How often the clock is looked at beside the moments that are known."""
    late_after_seconds: Seconds = 300
    """What is done later than this after it was due says so."""

    drafting: Literal["here", "workers"] = "here"
    """Whether the bot drafts itself, or leaves it to `accord worker` by way of Redis."""
    worker_silent_seconds: Annotated[float, Field(gt=0)] = 15
    """A worker that is not heard for so long loses its job to another."""
    shard_count: Annotated[int, Field(ge=1)] | None = None
    """How many shards all processes of the bot have together; Discord is asked where none is set."""
    shard_ids: str | None = None
    """Which of them this process has, for example 0-3 or 0,2; all where none is set."""

    metrics_port: Annotated[int, Field(ge=0, le=65535)] | None = None
    """Serves /metrics and /healthz, in the bot and in workers; nothing listens where none is set."""
    metrics_host: str = "127.0.0.1"

    @property
    def share(self) -> Share:
        """The servers that this process answers for."""
        if self.shard_ids is None or self.shard_count is None:
            return Share()
        return Share(parse_ids(self.shard_ids), self.shard_count)

    @model_validator(mode="after")
    def _check_shards(self) -> BotSettings:
        if self.shard_ids is not None:
            try:
                ids = parse_ids(self.shard_ids)
            except ValueError as problem:
                raise PydanticCustomError("shards", "shard_ids reads 0-3 or 0,2") from problem
            if self.shard_count is None or not ids or ids[-1] >= self.shard_count:
                raise PydanticCustomError("shards", "shard_ids names shards below shard_count, which must be set")
        return self

    @field_validator("language")
    @classmethod
    def _is_a_language(cls, tag: str) -> str:
        try:
            return known_language(tag)
        except InputError as problem:
            raise PydanticCustomError("language", "a language is two letters, as in en or pt-BR") from problem

    @field_validator("api_url", "gateway_url")
    @classmethod
    def _is_an_address(cls, address: str | None, info: ValidationInfo) -> str | None:
        schemes = ("ws", "wss") if info.field_name == "gateway_url" else ("http", "https")
        parts = urlsplit(address or "")
        if address is not None and (parts.scheme not in schemes or not parts.hostname):
            raise ValueError(f"an address begins with {schemes[0]}:// or {schemes[1]}://")
        return address


SECRETS = Path("/run/secrets")
"""Where containers find their secrets: a file per setting, for example `discord_token`."""


def read_settings() -> BotSettings:
    """The environment's settings. Raises `InputError` that names the first one that cannot be used."""
    secrets = Path(os.environ.get("ACCORD_SECRETS") or SECRETS)
    try:
        return BotSettings(_secrets_dir=secrets if secrets.is_dir() else None)  # pyright: ignore[reportCallIssue]
    except ValidationError as problem:
        first = problem.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else first["type"]
        raise InputError("setting_wrong", name=name, reason=first["msg"]) from problem
