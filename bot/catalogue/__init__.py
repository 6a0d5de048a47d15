"""Everything that people read, in one place per language: `en.toml` here, other languages beside it."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any, cast

FALLBACK = "en"


def say(key: str, /, **parameters: Any) -> str:
    """The text named `key` ("draft.winner") with its parameters put in.

    A key that the catalogue does not have is a fault of the program: `KeyError`.
    """
    return texts()[key].format(**parameters)


def error_sentence(code: str, parameters: dict[str, Any]) -> str:
    """What happened, what was kept and what to do, for an error's code; names the code itself if nobody wrote it."""
    template = texts().get(f"error.{code}")
    if template is None:
        return say("error.unwritten", code=code)
    return template.format(**parameters)


@cache
def texts(language: str = FALLBACK) -> dict[str, str]:
    """All texts of a language by key; tables of the file are joined with dots."""
    raw = tomllib.loads(resources.files("bot.catalogue").joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    _collect(raw, "", found)
    return found


def _collect(table: dict[str, Any], prefix: str, found: dict[str, str]) -> None:
    for name, value in table.items():
        if isinstance(value, dict):
            _collect(cast("dict[str, Any]", value), f"{prefix}{name}.", found)
        else:
            found[prefix + name] = str(value).strip()
