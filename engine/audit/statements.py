"""Statements to ask models about: our own set, balanced over sides and with a negation of each, or somebody's own.

`statements.jsonl` was written for this project: 64 political statements on four axes, on each axis four topics with two
statements of either side, and 40 everyday statements that have no sides. A text and its negation cannot both be held,
so a model that agrees with whatever it is shown contradicts itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict


class AuditStatement(BaseModel):
    """One statement. `side` is the pole of `axis` that agrees with it; both are None where it has no sides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    topic: str = ""
    negation: str | None = None
    axis: str | None = None
    side: str | None = None


@cache
def bundled_statements() -> tuple[AuditStatement, ...]:
    """Our own statements, political ones first."""
    text = resources.files("engine.audit").joinpath("statements.jsonl").read_text(encoding="utf-8")
    return tuple(AuditStatement(**json.loads(line)) for line in text.splitlines())


def topics_of(statements: Sequence[AuditStatement]) -> dict[str, list[int]]:
    """The places of each topic's statements, by topic in order of first appearance; statements without one are out."""
    found: dict[str, list[int]] = {}
    for place, statement in enumerate(statements):
        if statement.topic:
            found.setdefault(statement.topic, []).append(place)
    return found
