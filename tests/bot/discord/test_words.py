"""The texts that Discord's people read."""

from __future__ import annotations

import string

import pytest

from bot.catalogue import LANGUAGES, texts
from bot.discord.errors import CODES
from bot.discord.permissions import NEEDED
from bot.discord.presets import PRESETS
from bot.discord.reports import CATEGORIES


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_named_by_the_program_has_its_words(language: str) -> None:
    found = texts(language)
    for code, parameters in CODES.items():
        named = {name for _, name, _, _ in string.Formatter().parse(found[f"error.{code}"]) if name}
        assert named <= set(parameters)
    keys = [f"discord.permission.{name}" for name in NEEDED]
    keys += [f"discord.preset.{name}.{part}" for name in PRESETS for part in ("name", "about")]
    keys += [f"discord.report.category.{name}" for name in CATEGORIES]
    for key in keys:
        assert found[key]


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_buttons_and_presets_keep_to_discords_limits(language: str) -> None:
    for key, words in texts(language).items():
        if key.startswith("discord.command."):
            assert len(words) <= (32 if key.endswith(".name") else 100), key
        elif key.startswith("discord.button."):
            assert len(words) <= 80, key
        elif key.startswith("discord.preset."):
            assert len(words) <= 100, key
        elif key.startswith("discord."):
            assert len(words) <= 2000, key
