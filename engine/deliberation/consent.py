"""Taking part: a member has read what happens to their words, where the deliberation was opened so."""

from __future__ import annotations

from engine.deliberation import commands as c
from engine.deliberation import events as e
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
