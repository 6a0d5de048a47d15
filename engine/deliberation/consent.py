"""Taking part, and what else may be done with what is one's own.

A member has read what happens to their words, where the deliberation was opened so. Whatever goes beyond the
deliberation (vote matrices, training rows) needs a consent of its own, which can be taken back.
"""

from __future__ import annotations

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.errors import DeliberationError
from engine.deliberation.member_events import Use
from engine.deliberation.rules import require_member, require_stage
from engine.deliberation.state import Changes, State
from engine.deliberation.words import unicode


def take_part(state: State, command: c.TakePart) -> tuple[e.AnyEvent, ...]:
    """Written down once for each version of the notice."""
    require_stage(state, "collecting", "critique", "polling")
    require_member(state, command.member)
    if state.notices.get(command.member) == command.notice:
        return ()
    notice = unicode(command.notice, "notice")
    return (e.TookPart(at=command.at, request=command.request, member=command.member, notice=notice),)


def took_part(state: State, event: e.TookPart) -> Changes:
    """What `evolve` makes of it."""
    return {"notices": state.notices.set(event.member, event.notice)}


def set_sharing(state: State, command: c.SetSharing) -> tuple[e.AnyEvent, ...]:
    """Possible at any time, also after the end: consent can be taken back. Exports that were issued cannot."""
    barred = state.barred_members.get(command.handle) or state.barred_voters.get(command.handle)
    if barred is not None:
        raise DeliberationError(f"member_{barred}")
    uses = tuple(sorted(set(command.uses)))
    if state.sharing.get(command.handle, ()) == uses:
        return ()
    return (e.SharingSet(at=command.at, request=command.request, handle=command.handle, uses=uses),)


def sharing_set(state: State, event: e.SharingSet) -> Changes:
    """What `evolve` makes of it."""
    return {"sharing": state.sharing.set(event.handle, event.uses)}


def allows(state: State, handle: str, use: Use) -> bool:
    """Whether a handle allows this use, and was neither removed nor forgotten since."""
    barred = handle in state.barred_members or handle in state.barred_voters
    return not barred and use in state.sharing.get(handle, ())
