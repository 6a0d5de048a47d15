"""Everything that people read, in one place per language: `en.toml` here, other languages beside it.

Plain templates with named parameters, and where a number decides about the form, a table of CLDR's plural categories
(`one`, `other`, ...) chosen by the parameter `count`. That is all that the texts need: gettext would add a compiled
file per language and English sentences as keys, Fluent a library and a language of its own. Discord's locales name the
file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any, cast

FALLBACK = "en"
PLURAL_CATEGORY: Mapping[str, Callable[[int], str]] = {"en": lambda count: "one" if count == 1 else "other"}
"""Which form a number takes in each language (CLDR's rules for whole numbers)."""
NAMED_PARAMETERS = frozenset({"phase", "allowed", "field", "how"})
"""Parameters of errors whose values are names that the catalogue has words for."""


def say(key: str, /, **parameters: Any) -> str:
    """The text named `key` ("draft.winner") with its parameters put in.

    A key that the catalogue does not have is a fault of the program: `KeyError`.
    """
    template = texts().get(key)
    if template is None:
        category = PLURAL_CATEGORY[FALLBACK](int(parameters["count"])) if "count" in parameters else "other"
        template = texts()[f"{key}.{category}"]
    return template.format(**parameters)


def error_sentence(code: str, parameters: Mapping[str, Any]) -> str:
    """What happened, what was kept and what to do, for an error's code; names the code itself if nobody wrote it."""
    spelled = {name: _spelled(name, value) for name, value in parameters.items()}
    key = f"error.{code}" if f"error.{code}" in texts() else "error.unwritten"
    return say(key, **{**spelled, "code": code})


def _spelled(name: str, value: object) -> object:
    """A parameter as people read it: lists in one line, and what the engine calls phases and fields in words."""
    if isinstance(value, tuple | list):
        return ", ".join(str(_spelled(name, item)) for item in cast("tuple[object, ...]", value))
    return texts().get(f"named.{value}", value) if name in NAMED_PARAMETERS else value


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
