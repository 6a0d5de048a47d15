"""Is your point in it? Each member's answer to a draft, and why not.

The answer is secret and told in numbers only. The why is a critique: one about this round's draft goes into the next
round's job, one about the statement that is being revised into this round's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from immutables import Map

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.errors import DeliberationError
from engine.deliberation.member_events import Answer
from engine.deliberation.parts import Critique
from engine.deliberation.rules import require_member, require_notice, require_stage, require_time
from engine.deliberation.sealed import Sealed
from engine.deliberation.state import Changes, State
from engine.deliberation.words import words


def answer_point(state: State, command: c.AnswerPoint) -> tuple[e.AnyEvent, ...]:
    """An answer replaces the member's answer to the same draft, with its why."""
    require_stage(state, "collecting", "critique")
    require_time(state, command.at)
    require_member(state, command.member)
    require_notice(state, command.member)
    if command.draft not in state.drafts:
        raise DeliberationError("unknown_draft", draft=command.draft)
    why = None
    if command.why is not None and command.why.strip():
        why = Sealed[str].seal(
            words(command.why, "critique"), salt=command.secret("salt:why"), owners=(command.member,)
        )
    return (
        e.PointAnswered(
            at=command.at,
            request=command.request,
            member=command.member,
            draft=command.draft,
            answer=Sealed[Answer].seal(
                command.answer, salt=command.secret("salt:answer"), owners=(command.member,), secret=True
            ),
            critique=None if why is None else command.new_id("c"),
            why=why,
        ),
    )


def point_answered(state: State, event: e.PointAnswered) -> Changes:
    """What `evolve` makes of it."""
    answers = state.points[event.draft] if event.draft in state.points else Map[str, e.PointAnswered]()
    before = answers.get(event.member)
    where = "whys" if state.drafts[event.draft].round == state.round else "critiques"
    said: Map[str, Critique] = state.whys if where == "whys" else state.critiques
    changes: Changes = {
        "points": state.points.set(event.draft, answers.set(event.member, event)),
        "members": state.members if event.member in state.members else state.members.set(event.member, None),
    }
    if event.why is not None and event.critique is not None:
        changes[where] = said.set(event.member, Critique(event.critique, event.member, event.why))
        changes["critics"] = state.critics.set(event.critique, event.member)
    elif before is not None and event.member in said and said[event.member].id == before.critique:
        changes[where] = said.delete(event.member)
    return changes


def point_counts(state: State, draft: str) -> dict[Answer, int] | None:
    """How many members' point a draft holds, by answer; None below the threshold k, and in an exported log."""
    answers = state.points[draft] if draft in state.points else Map[str, e.PointAnswered]()
    counting = (event.answer for member, event in answers.items() if member not in state.barred_members)
    return counts(counting, state.settings.ballots_shown_from)


def counts(answers: Iterable[Sealed[Answer]], k: int) -> dict[Answer, int] | None:
    """How often each answer was given; None for fewer than k that are at hand."""
    found = Counter(answer.value for answer in answers if answer.value is not None)
    if found.total() < k:
        return None
    return {"yes": found["yes"], "partly": found["partly"], "no": found["no"]}
