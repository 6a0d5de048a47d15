"""The written thread as data."""

from __future__ import annotations

import tomllib
from importlib import resources

from engine.deliberation.events import Frozen
from engine.deliberation.member_events import Vote


class ScriptedMember(Frozen):
    """What one neighbour says, how they react to what others say, and their words against what they do not like."""

    name: str
    opinion: str
    agrees: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    disagrees: tuple[str, ...] = ()
    critique: str | None = None
    reason: str | None = None
    publish: bool = False

    @property
    def reactions(self) -> list[tuple[str, Vote]]:
        """Whose opinion, and 1 for agree, 0 for pass, -1 for disagree."""
        return [
            *((name, 1) for name in self.agrees),
            *((name, 0) for name in self.passes),
            *((name, -1) for name in self.disagrees),
        ]


class Thread(Frozen):
    """The question and everyone who speaks, in order."""

    question: str
    background: str
    member: tuple[ScriptedMember, ...]


def written_thread() -> Thread:
    """The thread that comes with Accord."""
    return Thread.model_validate(
        tomllib.loads(resources.files("bot.demo").joinpath("thread.toml").read_text(encoding="utf-8"))
    )
