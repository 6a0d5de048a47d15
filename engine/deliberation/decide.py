"""What a command leads to: `decide(state, command) -> events`. No clock, no randomness, no I/O.

The subjects are in modules of their own: `consent`, `speaking`, `reviewing`, `quick_votes`, `points` (is mine in it?),
`rounds` (drafting and critique), `voting`, `minority` (what those against say together), `moderation`, `pausing`,
`safety` (reports and hiding), `posting` and `afterwards`.

    collecting ──> critique (round + 1) ──> critique (round + 1) ...      OpenCritique, while rounds are left
        │              │
        └──────────────┴──> polling ──> closed: adopted, no decision, or not adopted for good
                               └──────> critique (round + 1): not adopted, rounds left
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from engine.deliberation import (
    afterwards,
    consent,
    minority,
    moderation,
    pausing,
    points,
    posting,
    quick_votes,
    reviewing,
    rounds,
    safety,
    speaking,
    voting,
)
from engine.deliberation import commands as c
from engine.deliberation.errors import DeliberationError
from engine.deliberation.events import AnyEvent
from engine.deliberation.state import State


def decide(state: State | None, command: c.AnyCommand) -> tuple[AnyEvent, ...]:
    """The events that a command leads to; None is the state before a deliberation is opened.

    A request that arrives again leads to none, whatever the state by then. Raises DeliberationError.
    """
    if state is None:
        if isinstance(command, c.Open):
            return moderation.open_deliberation(command)
        raise DeliberationError("not_opened")
    if command.request in state.requests:
        return ()
    if isinstance(command, c.Open):
        raise DeliberationError("already_opened")
    if state.paused_at is not None and type(command) not in pausing.WHILE_PAUSED:
        raise DeliberationError("paused")
    if state.expired is not None and type(command) not in _AFTER_EXPIRY:
        raise DeliberationError("expired")
    return _DECISIONS[type(command)](state, command)


_DECISIONS: Final[dict[type[c.Command], Callable[[State, Any], tuple[AnyEvent, ...]]]] = {
    c.TakePart: consent.take_part,
    c.SetSharing: consent.set_sharing,
    c.SetRule: moderation.set_rule,
    c.Extend: moderation.extend,
    c.Pause: pausing.pause,
    c.Resume: pausing.resume,
    c.GiveOpinion: speaking.give_opinion,
    c.ChangeOpinion: speaking.change_opinion,
    c.WithdrawOpinion: speaking.withdraw_opinion,
    c.ApproveOpinion: reviewing.approve,
    c.RejectOpinion: reviewing.reject,
    c.RemoveOpinion: moderation.remove_opinion,
    c.RemoveMember: moderation.remove_member,
    c.ForgetMember: moderation.forget_member,
    c.Report: safety.report,
    c.Hide: safety.hide,
    c.Restore: safety.restore,
    c.StartDraft: rounds.start_draft,
    c.RecordDraft: rounds.record_draft,
    c.FailDraft: rounds.fail_draft,
    c.OpenCritique: rounds.open_critique,
    c.GiveCritique: speaking.give_critique,
    c.WithdrawCritique: speaking.withdraw_critique,
    c.AnswerPoint: points.answer_point,
    c.CastQuickVote: quick_votes.cast_quick_vote,
    c.WithdrawQuickVote: quick_votes.withdraw_quick_vote,
    c.OpenPoll: voting.open_poll,
    c.CastBallot: voting.cast_ballot,
    c.ClosePoll: voting.close_poll,
    c.StartMinority: minority.start_minority,
    c.AnswerMinority: minority.answer_minority,
    c.RewordMinority: minority.reword_minority,
    c.SettleMinority: minority.settle_minority,
    c.RecordReminder: moderation.record_reminder,
    c.RecordPosted: posting.record_posted,
    c.Close: moderation.close,
    c.Withdraw: moderation.withdraw,
    c.AnswerFairness: afterwards.answer_fairness,
    c.RecordFollowUp: afterwards.record_follow_up,
    c.Expire: afterwards.expire,
}

_AFTER_EXPIRY: Final = frozenset({c.RecordFollowUp, c.RecordPosted})
"""What an expired deliberation takes: nothing from members, who are forgotten."""
