"""summary.md in the deliberation's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.catalogue import texts
from bot.rendering.summary import summary
from engine.deliberation import commands as c
from engine.deliberation.evolve import fold
from engine.report.rules import RULES
from tests.bot.rendering.test_report import rich
from tests.engine.deliberation.world import World

OWN_WORDS = re.compile(
    r"Where do the bins go\?|\d+ thinks so|And the bus\?|Draft \d+|\bNo\.|Taken away\."
    r"|\bm\d+\b|`[^`]*`|lottery\(seed=\d+\)"
)
"""What people, models and the log said."""


def page(world_events: World | None, folder: Path, language: str) -> str:
    path = folder / "summary.md"
    state = fold(rich(language=language)) if world_events is None else world_events.state
    summary(state, path, names={"m1": "m1"}, head="ab" * 32)
    return path.read_text(encoding="utf-8")


def removed(language: str) -> World:
    """An opinion was taken away, and too few voted."""
    world = World(language=language, shortlist=2, rounds=1)
    for number in range(4):
        world.say(f"m{number}", f"{number} thinks so")
    opinion = world.state.live_opinions[0].id
    world.do(c.RemoveOpinion, opinion=opinion, reason="Taken away.", moderator="mod")
    world.draft()
    world.open_poll()
    world.vote("v0", 7, 7)
    world.close_poll()
    return world


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_nothing_but_peoples_own_words_is_in_another_language(tmp_path: Path, language: str) -> None:
    for world in (None, removed(language), World(language=language)):
        told = page(world, tmp_path, language)
        left = OWN_WORDS.sub("", told)
        for rule in RULES:
            left = left.replace(rule.replace("_", "\\_"), "").replace(rule, "")
        assert not re.findall(r"[A-Za-z]{2,}", left.replace("AI", ""))
        assert texts(language)["summary.moderation"] in told


def test_a_language_that_the_catalogue_lacks_reads_english(tmp_path: Path) -> None:
    assert "## What members said" in page(removed("fr"), tmp_path, "fr")
