"""What moderators did, for the result; and what moderators should look at, for them: bursts of votes and opinions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from engine.deliberation.events import AnyEvent, BallotCast, OpinionGiven, QuickVoteCast

_ABOUT: Final = ("opinion", "member", "rule", "draft", "poll", "statement", "text")
"""Which field names what an act was about."""


@dataclass(frozen=True, slots=True)
class ModeratorAct:
    """One thing that a moderator did: `what` is the event's kind, `about` the id of what it was done to."""

    at: int
    moderator: str
    what: str
    about: str | None
    reason: str | None


def moderator_acts(events: Iterable[AnyEvent]) -> tuple[ModeratorAct, ...]:
    """Everything in a log that a moderator did, in its order; what the schedule did is not among it."""
    acts: list[ModeratorAct] = []
    for event in events:
        fields = event.model_dump(include={"moderator", "reason", "because", *_ABOUT})
        if fields.get("moderator") is not None:
            about = next((fields[name] for name in _ABOUT if fields.get(name) is not None), None)
            reason = fields.get("reason") or fields.get("because")
            acts.append(ModeratorAct(event.at, fields["moderator"], event.kind, about, reason))
    return tuple(acts)


@dataclass(frozen=True, slots=True)
class Burst:
    """Many came at once: `count` of them from `since` to `until`."""

    what: Literal["opinions", "votes"]
    count: int
    since: int
    until: int


def bursts(events: Iterable[AnyEvent], *, count: int = 10, seconds: int = 60) -> tuple[Burst, ...]:
    """Whenever `count` (at least 2) opinions, or first votes of different people, fell into `seconds`; joined up.

    For people to look at. Nothing is ever discounted because of it.
    """
    opinions: list[int] = []
    votes: list[int] = []
    voted: set[tuple[str, str]] = set()
    for event in events:
        if isinstance(event, OpinionGiven):
            opinions.append(event.at)
        elif isinstance(event, BallotCast | QuickVoteCast):
            occasion = event.poll if isinstance(event, BallotCast) else ""
            if (event.voter, occasion) not in voted:
                voted.add((event.voter, occasion))
                votes.append(event.at)
    return (*_bursts("opinions", opinions, count, 1000 * seconds), *_bursts("votes", votes, count, 1000 * seconds))


def _bursts(what: Literal["opinions", "votes"], times: list[int], count: int, window: int) -> list[Burst]:
    """Clocks of several processes differ, so the times are sorted first."""
    ordered = sorted(times)
    spans: list[list[int]] = []
    for first in range(len(ordered) - count + 1):
        last = first + count - 1
        if ordered[last] - ordered[first] <= window:
            if spans and first <= spans[-1][1]:
                spans[-1][1] = last
            else:
                spans.append([first, last])
    return [Burst(what, last - first + 1, ordered[first], ordered[last]) for first, last in spans]
