"""What a button, select or modal says when it comes back: a verb, the deliberation and what else it needs.

Everything that is needed to answer stands in the `custom_id` or in the log, so a card that was posted before a restart
still works. Discord allows 100 characters.
"""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "accord"
NO_DELIBERATION = "-"
LIMIT = 100


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed `custom_id`."""

    verb: str
    deliberation: str
    rest: tuple[str, ...] = ()


def custom_id(verb: str, deliberation: str = NO_DELIBERATION, *rest: str) -> str:
    """The `custom_id` of something that asks for `verb`."""
    made = ":".join((PREFIX, verb, deliberation, *rest))
    assert len(made) <= LIMIT, made
    return made


def parse(found: str) -> Address | None:
    """What a `custom_id` says; None if it is not ours."""
    prefix, *parts = found.split(":")
    if prefix != PREFIX or len(parts) < 2:
        return None
    return Address(parts[0], parts[1], tuple(parts[2:]))
