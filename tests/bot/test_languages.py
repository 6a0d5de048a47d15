from __future__ import annotations

import pytest

from bot.catalogue import LANGUAGES, speech_for
from bot.discord.presets import spelled
from bot.errors import InputError
from bot.languages import known_language
from bot.settings import BotSettings


@pytest.mark.parametrize("tag", ["en", "pt-BR", "zh-TW", "EN", *LANGUAGES])
def test_a_language_is_taken_as_it_is_written(tag: str) -> None:
    assert known_language(tag) == tag


@pytest.mark.parametrize("tag", ["xx", "english", "", "e", "en-", "en_GB", "日本語"])
def test_what_is_no_language_is_refused_by_name(tag: str) -> None:
    with pytest.raises(InputError) as refused:
        known_language(tag)
    assert (refused.value.code, refused.value.parameters) == ("language_unknown", {"given": tag})
    with pytest.raises(ValueError, match="language"):
        BotSettings(_env_file=None, language=tag)  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (48 * 3600, "2 days"),
        (86_400 + 12 * 3600, "1 day 12 hours"),
        (90 * 60, "1 hour 30 minutes"),
        (86_400 + 3600 + 60, "1 day 1 hour"),
        (10, "1 minute"),
    ],
)
def test_a_duration_is_told_in_plain_words(seconds: int, words: str) -> None:
    assert spelled(seconds, speech_for("en")) == words


def test_a_duration_in_other_languages() -> None:
    assert spelled(36 * 3600, speech_for("ja")) == "1日12時間"
    assert spelled(36 * 3600, speech_for("zh-CN")) == "1 天12 小时"
