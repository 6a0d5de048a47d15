"""A pause to cool off: nothing is taken, and the deadlines move by its length."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.errors import DeliberationError
from engine.deliberation.rules import require_stage
from engine.deliberation.state import Changes, State
from engine.deliberation.words import words

WHILE_PAUSED: Final[frozenset[type[c.Command]]] = frozenset(
    {
        # Taking back, being forgotten, and what keeps people safe
        c.WithdrawOpinion,
        c.WithdrawCritique,
        c.WithdrawQuickVote,
        c.SetSharing,
        c.ForgetMember,
        c.Report,
        c.Hide,
        c.Restore,
        c.ApproveOpinion,
        c.RejectOpinion,
        c.RemoveOpinion,
        c.RemoveMember,
        c.Withdraw,
        c.Resume,
        # What machines bring back of what was said before, and where it is shown
        c.RecordDraft,
        c.FailDraft,
        c.RecordPosted,
    }
)
"""What a paused deliberation takes."""


def pause(state: State, command: c.Pause) -> tuple[e.AnyEvent, ...]:
    """As long as a moderator wants; the log and the result say how often."""
    require_stage(state, "collecting", "critique", "polling")
    reason = None if command.reason is None else words(command.reason, "reason")
    return (e.Paused(at=command.at, request=command.request, reason=reason, moderator=command.moderator),)


def resume(state: State, command: c.Resume) -> tuple[e.AnyEvent, ...]:
    """The phase has as much time left as it had; a clock that went back takes none away."""
    if state.paused_at is None:
        raise DeliberationError("not_paused")
    until = state.until + max(0, command.at - state.paused_at)
    return (e.Resumed(at=command.at, request=command.request, until=until, moderator=command.moderator),)


def paused(state: State, event: e.Paused) -> Changes:
    """What `evolve` makes of it."""
    return {"paused_at": event.at, "acts": replace(state.acts, pauses=state.acts.pauses + 1)}


def resumed(state: State, event: e.Resumed) -> Changes:
    """What `evolve` makes of it: reminders move with the deadline."""
    return {"paused_at": None, "since": state.since + event.until - state.until, "until": event.until}
