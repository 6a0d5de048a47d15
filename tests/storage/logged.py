"""Events for the log's tests: made by the deliberation itself, so that they are as in real life."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from engine.deliberation import commands as c
from engine.deliberation.decide import decide
from engine.deliberation.events import AnyEvent
from engine.deliberation.evolve import fold
from engine.deliberation.settings import Settings


class Scripted:
    """Commands with invented times, requests and entropy; the same calls make the same events."""

    def __init__(self, name: str = "d") -> None:
        self.name = name
        self.events: tuple[AnyEvent, ...] = ()

    def do(self, command: type[Any], **fields: Any) -> tuple[AnyEvent, ...]:
        number = len(self.events)
        entropy = hashlib.sha256(f"{self.name}{number}".encode()).hexdigest()
        made = command(at=1_000 + number, request=f"{self.name}-{number}", entropy=entropy, **fields)
        new = decide(fold(self.events) if self.events else None, made)
        self.events += new
        return new


def opened(name: str = "d", **settings: Any) -> Scripted:
    script = Scripted(name)
    script.do(c.Open, question="Where do we meet?", moderator="mod", settings=Settings(**settings))
    return script


def spoken(texts: Sequence[str], name: str = "d", **settings: Any) -> Scripted:
    script = opened(name, **settings)
    for number, text in enumerate(texts):
        script.do(c.GiveOpinion, member=f"m{number}", text=text)
    return script
