"""Review before showing: an opinion waits until a moderator has seen it.

Until then it is in no job, nobody is asked about it, and it does not count. A reworded opinion waits again.
"""

from __future__ import annotations

from dataclasses import replace

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.errors import DeliberationError
from engine.deliberation.rules import require_stage
from engine.deliberation.speaking import standing_opinion
from engine.deliberation.state import Changes, Opinion, State, Tombstone
from engine.deliberation.words import words


def approve(state: State, command: c.ApproveOpinion) -> tuple[e.AnyEvent, ...]:
    """From here on the opinion counts."""
    opinion = _waiting(state, command.opinion)
    return (e.OpinionApproved(at=command.at, request=command.request, opinion=opinion.id, moderator=command.moderator),)


def reject(state: State, command: c.RejectOpinion) -> tuple[e.AnyEvent, ...]:
    """It needs a reason, which the author is told."""
    opinion = _waiting(state, command.opinion)
    return (
        e.OpinionRejected(
            at=command.at,
            request=command.request,
            opinion=opinion.id,
            reason=words(command.reason, "reason"),
            moderator=command.moderator,
        ),
    )


def waiting_opinions(state: State) -> tuple[Opinion, ...]:
    """What a moderator has to look at, oldest first."""
    return tuple(sorted((state.parked[opinion] for opinion in state.waiting), key=lambda opinion: opinion.number))


def worded(state: State, opinion: Opinion) -> Changes:
    """An opinion with its newest words, where it belongs: among those that count, or parked."""
    if state.settings.reviews:
        opinions = state.opinions.delete(opinion.id) if opinion.id in state.opinions else state.opinions
        return {
            "opinions": opinions,
            "parked": state.parked.set(opinion.id, opinion),
            "waiting": state.waiting.set(opinion.id, None),
        }
    if opinion.id in state.hidden:
        return {"parked": state.parked.set(opinion.id, opinion)}
    return {"opinions": state.opinions.set(opinion.id, opinion)}


def opinion_approved(state: State, event: e.OpinionApproved) -> Changes:
    """What `evolve` makes of it."""
    changes: Changes = {"waiting": state.waiting.delete(event.opinion)}
    if event.opinion not in state.hidden:
        changes["opinions"] = state.opinions.set(event.opinion, state.parked[event.opinion])
        changes["parked"] = state.parked.delete(event.opinion)
    return changes


def opinion_rejected(state: State, event: e.OpinionRejected) -> Changes:
    """What `evolve` makes of it."""
    stone = Tombstone(state.parked[event.opinion].member, "rejected", event.reason)
    return {
        "waiting": state.waiting.delete(event.opinion),
        "parked": state.parked.delete(event.opinion),
        "ended": state.ended.set(event.opinion, stone),
        "acts": replace(state.acts, opinions_rejected=state.acts.opinions_rejected + 1),
    }


def _waiting(state: State, opinion: str) -> Opinion:
    require_stage(state, "collecting", "critique", "polling")
    found = standing_opinion(state, opinion)
    if opinion not in state.waiting:
        raise DeliberationError("not_waiting", opinion=opinion)
    return found
