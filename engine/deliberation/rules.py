"""What several kinds of commands must heed: phases, deadlines, who may still take part."""

from __future__ import annotations

from engine.deliberation.errors import DeliberationError
from engine.deliberation.events import DraftingFailed, Participation
from engine.deliberation.state import Stage, State


def require_stage(state: State, *allowed: Stage) -> None:
    """Refuse what is not for this stage."""
    if state.stage == "closed" and "closed" not in allowed:
        raise DeliberationError("closed")
    if state.stage not in allowed:
        raise DeliberationError("wrong_phase", phase=state.stage, allowed=allowed)


def require_time(state: State, at: int) -> None:
    """Refuse what comes after the phase's deadline; a deadline is the first moment that is too late."""
    if at >= state.until:
        raise DeliberationError("deadline_passed", until=state.until)


def require_member(state: State, member: str) -> None:
    """Refuse whoever may not speak (any more)."""
    barred = state.barred_members.get(member)
    if barred is not None:
        raise DeliberationError(f"member_{barred}")
    if member in state.voters or member in state.barred_voters:
        raise DeliberationError("pseudonym_reused")


def require_notice(state: State, member: str | None) -> None:
    """Refuse whoever has not read the notice, where the deliberation was opened so."""
    if state.settings.notice and member not in state.notices:
        raise DeliberationError("notice_first")


def require_voter(state: State, voter: str, *, eligible: bool) -> None:
    """Refuse whoever may not vote (any more)."""
    barred = state.barred_voters.get(voter)
    if barred is not None:
        raise DeliberationError(f"member_{barred}")
    if voter in state.members or voter in state.barred_members:
        raise DeliberationError("pseudonym_reused")
    if not eligible and not state.settings.latecomers_vote:
        raise DeliberationError("not_eligible")


def abandon_draft(state: State, at: int, request: str) -> tuple[DraftingFailed, ...]:
    """The end of a job that is still out when its round ends, so that every job in a log ends exactly once."""
    if state.pending is None:
        return ()
    return (DraftingFailed(at=at, request=request, draft=state.pending.id, code="round_ended"),)


def participation(state: State) -> Participation:
    """How many could take part, spoke and voted, as it stands at the end; a removed member did neither."""
    return Participation(eligible=state.settings.eligible, spoke=len(state.speakers), voted=state.turnout)
