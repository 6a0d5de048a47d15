"""When reminders and deadlines fall due: pure functions of a state and the time."""

from __future__ import annotations

from dataclasses import dataclass

from engine.deliberation.afterwards import expires_at, follow_up_at
from engine.deliberation.minority import settle_at
from engine.deliberation.state import State


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder of the current phase and the moment it falls due; its name tells phase, round and share passed."""

    name: str
    at: int


def reminders(state: State) -> tuple[Reminder, ...]:
    """All of the current phase, sent or not, in time order. An extension moves them, but sends none twice."""
    if state.stage == "closed" or state.paused_at is not None:
        return ()
    return tuple(
        Reminder(f"{state.stage}/{state.round}/{share:g}", state.since + round(share * (state.until - state.since)))
        for share in sorted(set(state.settings.reminder_shares))
    )


def due_reminder(state: State, at: int) -> Reminder | None:
    """The one reminder to send now, if any.

    After an outage the newest stands for those before it: once it is sent they are stale. None after the deadline.
    """
    if at >= state.until:
        return None
    newest = None
    for reminder in reminders(state):
        if reminder.name in state.reminders:
            newest = None  # those before it are stale, even if an extension moved it into the future
        elif reminder.at <= at:
            newest = reminder
    return newest


def next_due(state: State, at: int) -> int | None:
    """When to look again, at `at` or later: the next unsent reminder or the deadline.

    After the end the moments to settle the minority view, to follow up and to let personal text expire; None while
    paused and once all is done.
    """
    if state.paused_at is not None:
        return None
    if state.stage == "closed":
        all_moments = (settle_at(state), follow_up_at(state), expires_at(state))
        moments = [moment for moment in all_moments if moment is not None]
        return max(at, min(moments)) if moments else None
    moments = [one.at for one in reminders(state) if one.at > at and one.name not in state.reminders]
    if due_reminder(state, at) is not None or at >= state.until:
        return at
    return min([state.until, *moments])
