"""Everything that people read: `en.toml`, `discord.en.toml` and those of the audits; other languages beside them.

Plain templates with named parameters, and where a number decides about the form, a table of CLDR's plural categories
(`one`, `other`, ...) chosen by the parameter `count`. That is all that the texts need: gettext would add a compiled
file per language and English sentences as keys, Fluent a library and a language of its own. Discord's locales name the
file. What a language lacks (the command line, outside English) is said in English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, cast

FALLBACK = "en"
LANGUAGES = ("en", "ja", "zh")
FILES = ("{language}.toml", "discord.{language}.toml", "audit.{language}.toml", "audit_votes.{language}.toml")
PLURAL_CATEGORY: Mapping[str, Callable[[int], str]] = {
    "en": lambda count: "one" if count == 1 else "other",
    "ja": lambda _: "other",
    "zh": lambda _: "other",
}
"""Which form a number takes in each language (CLDR's rules for whole numbers)."""
NAMED_PARAMETERS = frozenset({"phase", "allowed", "field", "how", "permission", "missing"})
"""Parameters of errors whose values are names that the catalogue has words for."""


@dataclass(frozen=True)
class Speech:
    """The catalogue in one language."""

    language: str = FALLBACK

    def say(self, key: str, /, **parameters: Any) -> str:
        """The text named `key` ("draft.winner") with its parameters put in.

        A key that the catalogue does not have is a fault of the program: `KeyError`.
        """
        for language in (self.language, FALLBACK):
            found = texts(language)
            template = found.get(key)
            if template is None and "count" in parameters:
                template = found.get(f"{key}.{PLURAL_CATEGORY[language](int(parameters['count']))}")
            if template is not None:
                return template.format(**parameters)
        raise KeyError(key)

    def knows(self, key: str) -> bool:
        """Whether there is such a text without forms for numbers."""
        return key in texts(self.language) or key in texts(FALLBACK)

    def error_sentence(self, code: str, parameters: Mapping[str, Any]) -> str:
        """What happened, what was kept and what to do, for an error's code; names the code if nobody wrote it."""
        spelled = {name: self._spelled(name, value) for name, value in parameters.items()}
        fault = f"fault.{code}.{parameters.get('fault')}"
        if self.knows(fault):
            spelled["fault"] = self.say(fault)
        key = f"error.{code}" if self.knows(f"error.{code}") else "error.unwritten"
        return self.say(key, **{**spelled, "code": code})

    def _spelled(self, name: str, value: object) -> object:
        """A parameter as people read it: lists in one line, and what the engine calls phases and fields in words."""
        if isinstance(value, tuple | list):
            return ", ".join(str(self._spelled(name, item)) for item in cast("tuple[object, ...]", value))
        return self.named(str(value)) if name in NAMED_PARAMETERS else value

    def named(self, name: str) -> str:
        """What a program calls by `name` in words: a phase, a field, a permission of Discord's."""
        return self.say(f"named.{name}") if self.knows(f"named.{name}") else name.replace("_", " ")


ENGLISH = Speech()


def say(key: str, /, **parameters: Any) -> str:
    """`Speech.say` in English, for the command line."""
    return ENGLISH.say(key, **parameters)


def error_sentence(code: str, parameters: Mapping[str, Any]) -> str:
    """`Speech.error_sentence` in English, for the command line."""
    return ENGLISH.error_sentence(code, parameters)


def speech_for(locale: str | None) -> Speech:
    """The catalogue's language for a locale as Discord or a browser names it ("ja", "zh-CN", "en-GB").

    Who reads traditional Chinese gets English: the Chinese texts are in simplified characters.
    """
    if is_traditional_chinese(locale):
        return Speech()
    language = (locale or "").partition("-")[0].lower()
    return Speech(language if language in LANGUAGES else FALLBACK)


def is_traditional_chinese(locale: str | None) -> bool:
    """Whether a locale is Chinese as it is written in Taiwan, Hong Kong and Macau."""
    language, *parts = (locale or "").lower().replace("_", "-").split("-")
    return language == "zh" and not {"tw", "hk", "mo", "hant"}.isdisjoint(parts)


@cache
def texts(language: str = FALLBACK) -> dict[str, str]:
    """All texts of a language by key; tables of the file are joined with dots."""
    found: dict[str, str] = {}
    for name in FILES:
        file = resources.files("bot.catalogue").joinpath(name.format(language=language))
        if file.is_file():
            _collect(tomllib.loads(file.read_text(encoding="utf-8")), "", found)
    return found


def _collect(table: dict[str, Any], prefix: str, found: dict[str, str]) -> None:
    for name, value in table.items():
        if isinstance(value, dict):
            _collect(cast("dict[str, Any]", value), f"{prefix}{name}.", found)
        else:
            found[prefix + name] = str(value).strip()
