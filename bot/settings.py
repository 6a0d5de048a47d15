"""What a deployment sets, from the environment or a file `.env`: one field each, documented in docs/settings.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import InputError

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

    @field_validator("api_url", "gateway_url")
    @classmethod
    def _is_an_address(cls, address: str | None, info: ValidationInfo) -> str | None:
        schemes = ("ws", "wss") if info.field_name == "gateway_url" else ("http", "https")
        parts = urlsplit(address or "")
        if address is not None and (parts.scheme not in schemes or not parts.hostname):
            raise ValueError(f"an address begins with {schemes[0]}:// or {schemes[1]}://")
        return address


def read_settings() -> BotSettings:
    """The environment's settings. Raises `InputError` that names the first one that cannot be used."""
    try:
        return BotSettings()
    except ValidationError as problem:
        first = problem.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        raise InputError("setting_wrong", name=name, reason=first["msg"]) from problem
