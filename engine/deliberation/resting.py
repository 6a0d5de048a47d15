"""What rests on a text: the drafts that go with it when it is hidden or removed.

Which sentence rests on which opinion is sealed to the opinion's author, so only the deployment can tell. The events
that hide and remove therefore name the candidates that go along, and an exported log folds to the same course.
"""

from __future__ import annotations

from immutables import Map

from engine.deliberation.parts import Draft
from engine.deliberation.state import Changes, State


def drafts_resting_on(state: State, text: str) -> tuple[str, ...]:
    """The machine's candidates that rest on an opinion, or that were drafted with a critique in the prompt, and the
    minority view that a reason went into.

    In the order in which they were drafted. Members' own sentences stay with their authors, and the adopted wording is
    the group's.
    """
    adopted = None if state.outcome is None else state.outcome.statement
    drafts = sorted(state.drafts.values(), key=lambda draft: draft.number)
    resting = (candidate for draft in drafts for candidate in _resting(state, draft, text))
    view = state.minority
    views = (view.id,) if view is not None and text in view.reasons else ()
    return (*(candidate for candidate in resting if candidate != adopted), *views)


def _resting(state: State, draft: Draft, text: str) -> list[str]:
    rows = [(row.member, row.prediction.value) for row in draft.rows]
    if text in state.critics:
        member = state.critics[text]
        read = {row_member for row_member, value in rows if value is not None and value.in_prompt}
        held = member in read and member in draft.critiques and draft.critiques[member].id == text
        resting = set(draft.by_id) if held else set[str]()
    else:
        sources = (source for _, value in rows if value is not None for source in value.sources)
        resting = {source.candidate for source in sources if source.opinion == text}
    return [one.id for one in draft.running if one.origin == "drafted" and one.id in resting]


def unshown(state: State, changes: Changes) -> Changes:
    """The changes and what they make of `unshown` and `doubted`: what went along with a hidden or removed text."""
    now = state.but(**changes)
    decided = list(now.removed_with.values())
    decided += [event.with_it for event in now.hidden.values() if event.moderator is not None]
    reported = [event.with_it for event in now.hidden.values() if event.moderator is None]
    return {
        **changes,
        "unshown": Map({candidate: None for with_it in decided for candidate in with_it}),
        "doubted": Map({candidate: None for with_it in reported for candidate in with_it}),
    }
