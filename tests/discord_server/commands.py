"""Which application commands Discord takes: names, descriptions, options, choices, localisations."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, cast

from tests.discord_server.refusing import Form, Json, inner, objects

CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP = 1, 2
STRING, INTEGER, NUMBER = 3, 4, 10
NAME = re.compile(r"^[-_'\w]{1,32}$")
LOCALES = frozenset(
    (
        *(
            "id",
            "da",
            "de",
            "en-GB",
            "en-US",
            "es-ES",
            "es-419",
            "fr",
            "hr",
            "it",
            "lt",
            "hu",
            "nl",
            "no",
            "pl",
            "pt-BR",
        ),
        *("ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"),
    )
)
MOST = {CHAT_INPUT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
LONGEST_COMMAND = 8000
"""Characters of a command's names, descriptions and values, its options' included."""


def check(commands: Any) -> None:
    """Raise for a set of commands that is not accepted."""
    form = Form()
    if not isinstance(commands, list):
        form.wrong("_", "LIST_TYPE_CONVERT", "Must be a list.")
        form.refuse()
    all_commands = cast("list[Json]", commands)
    for number, command in enumerate(all_commands):
        _command(form, str(number), command)
    kinds = Counter(command.get("type", CHAT_INPUT) for command in all_commands)
    for kind, most in MOST.items():
        if kinds[kind] > most:
            form.wrong("_", "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer commands of type {kind}.")
    names = Counter((command.get("type", CHAT_INPUT), command.get("name")) for command in all_commands)
    for (_, name), times in names.items():
        if times > 1:
            form.wrong("_", "APPLICATION_COMMANDS_DUPLICATE_NAME", f"Application command names must be unique: {name}")
    form.refuse()


def _command(form: Form, field: str, command: Json) -> None:
    kind = command.get("type", CHAT_INPUT)
    if kind == CHAT_INPUT:
        _name(form, field, command)
        _described(form, field, command)
        _options(form, field, command.get("options") or [], depth=0)
    elif kind in (USER_MENU, MESSAGE_MENU):
        form.length(f"{field}.name", command.get("name"), 1, 32)
        for locale, text in _localised(form, field, command, "name").items():
            form.length(f"{field}.name_localizations.{locale}", text, 1, 32)
        for key in ("description", "options"):
            if command.get(key):
                form.wrong(
                    f"{field}.{key}", "APPLICATION_COMMAND_CONTEXT_MENU", f"Context menu commands have no {key}."
                )
    else:
        form.wrong(f"{field}.type", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3}.")
    permissions = command.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdigit():
        form.wrong(f"{field}.default_member_permissions", "NUMBER_TYPE_COERCE", "Must be a number.")
    if _size(command) > LONGEST_COMMAND:
        form.wrong(field, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({LONGEST_COMMAND})")


def _name(form: Form, field: str, thing: Json) -> None:
    texts = {"name": thing.get("name")} | {
        f"name_localizations.{locale}": text for locale, text in _localised(form, field, thing, "name").items()
    }
    for key, text in texts.items():
        if not isinstance(text, str) or not NAME.match(text) or text != text.lower():
            form.wrong(f"{field}.{key}", "APPLICATION_COMMAND_INVALID_NAME", f"Command name is invalid: {text!r}")


def _described(form: Form, field: str, thing: Json) -> None:
    form.length(f"{field}.description", thing.get("description"), 1, 100)
    for locale, text in _localised(form, field, thing, "description").items():
        form.length(f"{field}.description_localizations.{locale}", text, 1, 100)


def _localised(form: Form, field: str, thing: Json, key: str) -> dict[str, Any]:
    texts: dict[str, Any] = thing.get(f"{key}_localizations") or {}
    for locale in texts:
        if locale not in LOCALES:
            form.wrong(
                f"{field}.{key}_localizations.{locale}", "BASE_TYPE_CHOICES", f"{locale!r} is no locale of Discord."
            )
    return texts


def _options(form: Form, field: str, options: list[Json], depth: int) -> None:
    if not form.count(f"{field}.options", options, 0, 25):
        return
    nested = [option.get("type") in (SUBCOMMAND, GROUP) for option in options]
    if any(nested) and not all(nested):
        form.wrong(
            f"{field}.options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Subcommands stand beside no options."
        )
    for name, times in Counter(option.get("name") for option in options).items():
        if times > 1:
            form.wrong(
                f"{field}.options", "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", f"Option {name!r} is there twice."
            )
    optional_seen = False
    for number, option in enumerate(options):
        place = f"{field}.options.{number}"
        _name(form, place, option)
        _described(form, place, option)
        kind = option.get("type")
        if kind == GROUP and depth == 0:
            _options(form, place, option.get("options") or [], depth=1)
        elif kind == SUBCOMMAND and depth < 2:
            _options(form, place, option.get("options") or [], depth=2)
        elif kind in (SUBCOMMAND, GROUP) or kind not in range(1, 12):
            form.wrong(f"{place}.type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", f"Type {kind} cannot stand here.")
        else:
            if option.get("required") and optional_seen:
                form.wrong(
                    place,
                    "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                    "Required options must be before optional ones.",
                )
            optional_seen |= not option.get("required")
            _value_option(form, place, option)


def _value_option(form: Form, field: str, option: Json) -> None:
    kind, choices = option.get("type"), cast("list[Json]", option.get("choices") or [])
    if choices and option.get("autocomplete"):
        form.wrong(field, "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", "Autocomplete and choices exclude each other.")
    if option.get("autocomplete") and kind not in (STRING, INTEGER, NUMBER):
        form.wrong(field, "APPLICATION_COMMAND_AUTOCOMPLETE_TYPE", "Only texts and numbers can be completed.")
    form.count(f"{field}.choices", choices, 0, 25)
    for number, choice in enumerate(choices):
        check_choice(form, f"{field}.choices.{number}", choice, kind)
    for key, most in (("min_length", 6000), ("max_length", 6000)):
        if option.get(key) is not None:
            form.number(f"{field}.{key}", option[key], 0 if key == "min_length" else 1, most)


def check_choice(form: Form, field: str, choice: Json, kind: Any) -> None:
    """Note what is wrong with a choice of an option or an autocompletion."""
    form.length(f"{field}.name", choice.get("name"), 1, 100)
    for locale, text in _localised(form, field, choice, "name").items():
        form.length(f"{field}.name_localizations.{locale}", text, 1, 100)
    if kind == STRING:
        form.length(f"{field}.value", choice.get("value"), 1, 100)
    elif kind in (INTEGER, NUMBER):
        form.number(f"{field}.value", choice.get("value"), -(2**53), 2**53)


def _size(thing: Json) -> int:
    own = 0
    for key in ("name", "description"):
        localised = [len(text) for text in inner(thing, f"{key}_localizations").values()]
        own += max([len(thing.get(key) or ""), *localised])
    own += sum(len(choice["name"]) + len(str(choice["value"])) for choice in objects(thing, "choices"))
    return own + sum(_size(option) for option in objects(thing, "options"))
