"""Where few ballots would tell who gave which grade, no result tells the grades one by one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from discord import ui
from rich.console import Console

from bot.catalogue import say, speech_for
from bot.discord.places import Place
from bot.discord.results import result_card as discord_card
from bot.rendering.result import result_card
from bot.rendering.summary import summary
from tests.engine.deliberation.world import World

GRADES = (7, 6, 2)


def ended(**settings: int) -> World:
    world = World(quorum={"ballots": 1}, rounds=1, **settings)
    for member in ("m1", "m2", "m3"):
        world.say(member)
    world.draft()
    world.open_poll()
    for number, grade in enumerate(GRADES):
        world.vote(f"v{number}", *[grade] * len(world.statements()))
    world.close_poll()
    return world


def in_discord(world: World) -> str:
    view = discord_card(world.state, "d1", Place(guild=1, channel=2), speech_for(None), "0" * 64)
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))


def in_the_terminal(world: World) -> str:
    screen = io.StringIO()
    Console(file=screen, width=100).print(result_card(world.state, ()))
    return screen.getvalue()


def in_the_summary(world: World, path: Path) -> str:
    summary(world.state, path)
    return path.read_text()


@pytest.mark.parametrize("least", [3, 4])
def test_the_grades_are_told_one_by_one_only_from_enough_ballots(least: int, tmp_path: Path) -> None:
    world = ended(ballots_shown_from=least)
    for told in (in_discord(world), in_the_terminal(world), in_the_summary(world, tmp_path / "summary.md")):
        words = " ".join(told.replace("│", " ").split())
        assert "2 of 3 agree" in words, "the outcome rests on this"
        assert (say("grade.7") in words) is (least == 3)
        assert (say("result.withheld", least=4) in words) is (least == 4)


def test_the_result_in_discord_says_which_statement_each_letter_of_the_charts_is() -> None:
    world = ended(ballots_shown_from=3, shortlist=2)
    told = in_discord(world)
    assert "**A** Draft 0" in told
    assert "**B** Draft 1" in told
