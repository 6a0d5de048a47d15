"""Who is forgotten leaves nothing personal in a state, in memory as in the store.

Erasing is by owner: every `Sealed` value that belongs to one of the person's pseudonyms loses its salt and value. A
published reason belongs to an owner made of its ballot's tag, and neither to the handle, which would join it to the
(tag, grade) list, nor to the tag, which below the threshold k would join it to a grade. Only the operator's store can
tell whose tag it is, from the secret ballot; so what belongs to a person's tags and their ballots is erased together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, TypeVar, cast

from immutables import Map
from pydantic import BaseModel

from engine.deliberation.events import (
    AnyEvent,
    BallotCast,
    Candidate,
    DissentLogged,
    Expired,
    MemberErased,
    PredictionRow,
    Reported,
)
from engine.deliberation.sealed import Sealed, sealed_values
from engine.deliberation.state import Draft, MinorityView, Opinion, PendingDraft, State

T = TypeVar("T")

FORGETTING: Final = (MemberErased, Expired)
"""Events after which something must be deleted beside the chain."""


def owners_due(events: Sequence[AnyEvent]) -> frozenset[str]:
    """The pseudonyms that a whole log says are forgotten, as far as it still holds something that is theirs.

    Empty once the store has erased them, so it can be asked again and again.
    """
    forgetting = [event for event in events if isinstance(event, FORGETTING)]
    if not forgetting:
        return frozenset()
    held = frozenset(owner for event in events for sealed in sealed_values(event) for owner in sealed.owners)
    owners: set[str] = set()
    for event in forgetting:
        owners |= held if isinstance(event, Expired) else owners_to_erase(events, event.member, event.voter)
    return held & owners


def owners_to_erase(events: Iterable[AnyEvent], member: str, voter: str) -> frozenset[str]:
    """All pseudonyms under which a log holds what is personal to one person, their ballots' included."""
    ballots = (event for event in events if isinstance(event, BallotCast) and event.voter == voter)
    return frozenset((member, voter, *(owner for ballot in ballots for owner in ballot_owners(ballot))))


def reason_owner(tag: str) -> str:
    """Who a published reason belongs to: 128 bits of the SHA-256 of its ballot's tag, from which none leads back."""
    return hashlib.sha256(b"reason\x00" + tag.encode()).hexdigest()[:32]


def ballot_owners(ballot: BallotCast) -> tuple[str, ...]:
    """Whom a ballot's published reason belongs to; older logs have sealed reasons to the tag itself."""
    tag = None if ballot.ballot.value is None else ballot.ballot.value.tag
    return () if tag is None else (tag, reason_owner(tag))


def forget(state: State, member: str, voter: str) -> dict[str, Any]:
    """What changes in a state where this person no longer counts, so that it holds nothing personal to them."""
    ballot = state.ballots.get(voter)
    owners = frozenset((member, voter, *(() if ballot is None else ballot_owners(ballot))))
    changes: dict[str, Any] = {
        "drafts": Map({draft.id: _strip_draft(draft, member, owners) for draft in state.drafts.values()}),
    }
    changes["points"] = Map({draft: _without(answers, member) for draft, answers in state.points.items()})
    changes["fairness"] = _without(state.fairness, voter)
    changes["reports"] = Map({name: _strip_report(event, owners) for name, event in state.reports.items()})
    changes["quick_votes"] = _without(state.quick_votes, voter)
    if state.pending is not None:
        changes["pending"] = _strip_pending(state.pending, member)
    if ballot is not None:
        reason = None if ballot.reason is None else ballot.reason.without_value()
        stripped = ballot.model_copy(update={"ballot": ballot.ballot.without_value(), "reason": reason})
        changes["ballots"] = state.ballots.set(voter, stripped)
    if state.poll is not None and state.poll.dissent is not None:
        changes["poll"] = replace(state.poll, dissent=_strip_dissent(state.poll.dissent, owners))
    if state.minority is not None:
        changes["minority"] = _strip_minority(state.minority, owners)
    return changes


def _strip(sealed: Sealed[T], owners: frozenset[str]) -> Sealed[T]:
    return sealed.without_value() if sealed.belongs_to_any(owners) else sealed


def _strip_draft(draft: Draft, member: str, owners: frozenset[str]) -> Draft:
    return replace(
        draft,
        candidates=tuple(_strip_candidate(candidate, owners) for candidate in draft.candidates),
        rows=tuple(_strip_row(row, owners) for row in draft.rows),
        opinions=_without_opinions(draft.opinions, member),
        critiques=_without(draft.critiques, member),
    )


def _strip_pending(pending: PendingDraft, member: str) -> PendingDraft:
    return replace(
        pending,
        opinions=_without_opinions(pending.opinions, member),
        critiques=_without(pending.critiques, member),
    )


def _strip_candidate(candidate: Candidate, owners: frozenset[str]) -> Candidate:
    if not candidate.text.belongs_to_any(owners):
        return candidate
    return candidate.model_copy(update={"text": candidate.text.without_value()})


def _strip_row(row: PredictionRow, owners: frozenset[str]) -> PredictionRow:
    if not row.prediction.belongs_to_any(owners):
        return row
    return row.model_copy(update={"prediction": row.prediction.without_value()})


def _strip_report(event: Reported, owners: frozenset[str]) -> Reported:
    return event.model_copy(update={"content": _strip(event.content, owners)})


def _strip_dissent(logged: DissentLogged, owners: frozenset[str]) -> DissentLogged:
    dissent = tuple(
        one if one.reason is None else one.model_copy(update={"reason": _strip(one.reason, owners)})
        for one in logged.dissent
    )
    return logged.model_copy(update={"dissent": dissent})


def _strip_minority(view: MinorityView, owners: frozenset[str]) -> MinorityView:
    answers = {
        name: event.model_copy(update={"content": _strip(event.content, owners)})
        for name, event in view.answers.items()
    }
    return view.but(text=None if view.text is None else _strip(view.text, owners), answers=Map(answers))


def _without_opinions(opinions: Map[str, Opinion], member: str) -> Map[str, Opinion]:
    theirs = [opinion.id for opinion in opinions.values() if opinion.member == member]
    for opinion in theirs:
        opinions = opinions.delete(opinion)
    return opinions


def _without(held: Map[str, T], whose: str) -> Map[str, T]:
    return held.delete(whose) if whose in held else held


def without_personal_values(state: State) -> dict[str, Any]:
    """What changes in a state that keeps nothing that belongs to anybody."""
    names = {field.name for field in fields(state)} - {"version", "requests"}
    return {name: _impersonal(getattr(state, name)) for name in names}


def _impersonal(value: Any) -> Any:
    """The same value with every owned `Sealed` in it reduced to its commitment, whatever it is made of."""
    if isinstance(value, Sealed):
        return cast("Sealed[Any]", value).without_value() if value.owners else cast("Sealed[Any]", value)
    if isinstance(value, Map):
        return Map({key: _impersonal(inner) for key, inner in cast("Map[str, Any]", value).items()})
    if isinstance(value, tuple):
        return tuple(_impersonal(inner) for inner in cast("tuple[Any, ...]", value))
    if isinstance(value, BaseModel):
        names = type(value).model_fields
        return value.model_copy(update={name: _impersonal(getattr(value, name)) for name in names})
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _impersonal(getattr(value, field.name)) for field in fields(value)})
    return value
