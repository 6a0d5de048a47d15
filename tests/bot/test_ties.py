"""Where a lottery chose, or the burden on the change did, people are told so."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalogue import ENGLISH
from bot.rendering.result import count_lines
from bot.rendering.summary import summary
from engine.deliberation.events import PollClosed
from tests.engine.deliberation.world import World


def two_statements_voted_on(*grades: tuple[int, int]) -> World:
    world = World(quorum={"ballots": 1}, ballots_shown_from=2, rounds=1, shortlist=2)
    for member in ("m1", "m2", "m3"):
        world.say(member)
    world.draft()
    world.open_poll()
    for number, pair in enumerate(grades):
        world.vote(f"v{number}", *pair)
    world.close_poll()
    return world


@pytest.mark.parametrize(
    ("grades", "told"),
    [
        (((6, 6), (7, 7)), "a lottery drew this one: lottery(seed="),
        (((6, 2), (2, 2)), "was level in first place, so it stays as it is"),
    ],
)
def test_the_result_tells_how_a_tie_was_broken(grades: tuple[tuple[int, int], ...], told: str, tmp_path: Path) -> None:
    world = two_statements_voted_on(*grades)
    assert told in " ".join(count_lines(world.state, world.last(PollClosed), ENGLISH))
    summary(world.state, tmp_path / "summary.md")
    assert told in (tmp_path / "summary.md").read_text()


def test_a_clear_result_speaks_of_no_tie() -> None:
    world = two_statements_voted_on((7, 2), (7, 3))
    assert not any("level" in line for line in count_lines(world.state, world.last(PollClosed), ENGLISH))
