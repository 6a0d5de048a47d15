"""After the end: was it fair, was it done, and when personal text expires."""

from __future__ import annotations

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.erasure import without_personal_values
from engine.deliberation.errors import DeliberationError
from engine.deliberation.member_events import Answer
from engine.deliberation.points import counts
from engine.deliberation.rules import require_member, require_stage, require_voter
from engine.deliberation.sealed import Sealed
from engine.deliberation.state import Changes, State
from engine.deliberation.words import words

FOLLOW_UP = "follow_up"
"""What the deployment records as posted once it has asked the moderator what became of the result."""


def answer_fairness(state: State, command: c.AnswerFairness) -> tuple[e.AnyEvent, ...]:
    """Whoever spoke, reacted or voted can say whether their view was treated fairly, and change their mind."""
    require_stage(state, "closed")
    require_member(state, command.member)
    require_voter(state, command.voter, eligible=True)
    if command.member not in state.members and command.voter not in state.voters:
        raise DeliberationError("unknown_member")
    answer = Sealed[Answer].seal(
        command.answer, salt=command.secret("salt:fairness"), owners=(command.voter,), secret=True
    )
    return (e.FairnessAnswered(at=command.at, request=command.request, voter=command.voter, answer=answer),)


def record_follow_up(state: State, command: c.RecordFollowUp) -> tuple[e.AnyEvent, ...]:
    """What became of the result; what was not done needs a because. It can be recorded again."""
    require_stage(state, "closed")
    because = None
    if command.because is not None or not command.done:
        because = words(command.because or "", "because")
    return (
        e.FollowedUp(
            at=command.at, request=command.request, done=command.done, because=because, moderator=command.moderator
        ),
    )


def expire(state: State, command: c.Expire) -> tuple[e.AnyEvent, ...]:
    """Personal text goes when its time is over, or earlier where the deployment left the place it was said in."""
    require_stage(state, "closed")
    due = expires_at(state)
    if due is not None and command.because == "retention" and command.at < due:
        raise DeliberationError("too_early", until=due)
    return (
        e.Expired(at=command.at, request=command.request, because=command.because, fairness=fairness_counts(state)),
    )


def fairness_counts(state: State) -> dict[Answer, int] | None:
    """How many felt treated fairly, by answer; None below the threshold k. What was known at expiry stays."""
    if state.expired is not None:
        return state.expired.fairness
    counting = (event.answer for voter, event in state.fairness.items() if voter not in state.barred_voters)
    return counts(counting, state.settings.ballots_shown_from)


def follow_up_at(state: State) -> int | None:
    """When to ask a moderator what became of an adopted statement; None where there is nothing to ask (any more)."""
    adopted = state.outcome is not None and state.outcome.outcome == "adopted"
    if not adopted or state.follow_up is not None or FOLLOW_UP in state.places:
        return None
    return state.since + 1000 * state.settings.follow_up_seconds


def expires_at(state: State) -> int | None:
    """When personal text expires; None while the deliberation is open, and once it has."""
    if state.outcome is None or state.expired is not None:
        return None
    return state.since + 1000 * state.settings.retention_seconds


def fairness_answered(state: State, event: e.FairnessAnswered) -> Changes:
    """What `evolve` makes of it."""
    return {
        "fairness": state.fairness.set(event.voter, event),
        "voters": state.voters if event.voter in state.voters else state.voters.set(event.voter, None),
    }


def followed_up(_: State, event: e.FollowedUp) -> Changes:
    """What `evolve` makes of it."""
    return {"follow_up": event}


def expired(state: State, event: e.Expired) -> Changes:
    """What `evolve` makes of it: nothing personal stays, the adopted wording and the counts do."""
    return {**without_personal_values(state), "expired": event}
