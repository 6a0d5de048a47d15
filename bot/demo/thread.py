"""The written thread as data."""

from __future__ import annotations

import tomllib
from importlib import resources

from engine.deliberation.events import Frozen


class ScriptedMember(Frozen):
    """What one neighbour says, and would say against a statement they do not like."""

    name: str
    opinion: str
    critique: str | None = None
    reason: str | None = None
    publish: bool = False


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
