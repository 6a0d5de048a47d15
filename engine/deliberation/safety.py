"""Reports, and hiding a text everywhere with what rests on it.

Whatever is shown can be reported, once by each member. Enough reports hide it until a moderator has looked; one report
that somebody may harm themselves does so at once, and is for moderators only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.errors import DeliberationError
from engine.deliberation.moderation_events import ReportCategory
from engine.deliberation.resting import drafts_resting_on, unshown
from engine.deliberation.rules import require_member
from engine.deliberation.sealed import Sealed
from engine.deliberation.state import Changes, State
from engine.deliberation.words import words

AT_ONCE: Final[ReportCategory] = "self_harm"
"""One report of this category hides a text."""


def report(state: State, command: c.Report) -> tuple[e.AnyEvent, ...]:
    """Possible in every phase, also while paused and after the end; who reports need not have spoken."""
    require_member(state, command.member)
    if not _can_be_hidden(state, command.text):
        raise DeliberationError("unknown_text", text=command.text)
    before = reports_of(state, command.text)
    if any(content.member == command.member for content in before):
        raise DeliberationError("already_reported", text=command.text)
    content = e.ReportContent(
        text=command.text,
        wording=_wording(state, command.text),
        category=command.category,
        member=command.member,
    )
    reported = e.Reported(
        at=command.at,
        request=command.request,
        report=command.new_id("r"),
        content=Sealed[e.ReportContent].seal(
            content, salt=command.secret("salt:report"), owners=(command.member,), secret=True
        ),
    )
    enough = len(before) + 1 >= state.settings.reports_hide or command.category == AT_ONCE
    if not enough or command.text in state.hidden or command.text in state.restored:
        return (reported,)
    return reported, _hidden(state, command, command.text, moderator=None, reason=None)


def hide(state: State, command: c.Hide) -> tuple[e.AnyEvent, ...]:
    """A moderator needs no reports, and can make what only reports led to their own; possible in every phase."""
    if command.text in state.hidden and state.hidden[command.text].moderator is not None:
        raise DeliberationError("already_hidden", text=command.text)
    if not _can_be_hidden(state, command.text):
        raise DeliberationError("unknown_text", text=command.text)
    reason = None if command.reason is None else words(command.reason, "reason")
    return (_hidden(state, command, command.text, moderator=command.moderator, reason=reason),)


def restore(state: State, command: c.Restore) -> tuple[e.AnyEvent, ...]:
    """What a moderator restores, reports do not hide again."""
    if command.text not in state.hidden:
        raise DeliberationError("not_hidden", text=command.text)
    return (e.TextRestored(at=command.at, request=command.request, text=command.text, moderator=command.moderator),)


def reports_of(state: State, text: str) -> tuple[e.ReportContent, ...]:
    """The reports of a text as it is worded now, for moderators; none in an exported log, nor of erased members."""
    contents = (event.content.value for event in state.reports.values())
    now = _wording(state, text)
    return tuple(one for one in contents if one is not None and one.text == text and one.wording == now)


def reported(state: State, event: e.Reported) -> Changes:
    """What `evolve` makes of it."""
    return {"reports": state.reports.set(event.report, event)}


def text_hidden(state: State, event: e.TextHidden) -> Changes:
    """What `evolve` makes of it: an opinion no longer counts, so no job holds it and nobody is asked about it."""
    changes: Changes = {"hidden": state.hidden.set(event.text, event)}
    if event.text in state.restored:
        changes["restored"] = state.restored.delete(event.text)
    if event.text in state.opinions:
        changes["opinions"] = state.opinions.delete(event.text)
        changes["parked"] = state.parked.set(event.text, state.opinions[event.text])
    if event.moderator is not None:
        changes["acts"] = replace(state.acts, texts_hidden=state.acts.texts_hidden + 1)
    return unshown(state, changes)


def text_restored(state: State, event: e.TextRestored) -> Changes:
    """What `evolve` makes of it."""
    changes: Changes = {
        "hidden": state.hidden.delete(event.text),
        "restored": state.restored.set(event.text, None),
        "acts": replace(state.acts, texts_restored=state.acts.texts_restored + 1),
    }
    if event.text in state.parked and event.text not in state.waiting:
        changes["parked"] = state.parked.delete(event.text)
        changes["opinions"] = state.opinions.set(event.text, state.parked[event.text])
    return unshown(state, changes)


def _wording(state: State, text: str) -> str | None:
    opinion = state.opinions.get(text) or state.parked.get(text)
    return None if opinion is None else opinion.text.commitment


def _hidden(state: State, command: c.Command, text: str, *, moderator: str | None, reason: str | None) -> e.TextHidden:
    return e.TextHidden(
        at=command.at,
        request=command.request,
        text=text,
        with_it=drafts_resting_on(state, text),
        moderator=moderator,
        reason=reason,
    )


def _can_be_hidden(state: State, text: str) -> bool:
    """Whether a text is shown, or was and is hidden."""
    if text in state.opinions or text in state.hidden or text in state.critics or text in state.published:
        return True
    if state.minority is not None and text == state.minority.id:
        return state.minority.text is not None
    adopted = None if state.outcome is None else state.outcome.statement
    candidate = state.candidate(text)
    return candidate is not None and candidate.rejected is None and (state.stands(text) or text == adopted)
