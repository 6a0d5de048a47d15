"""Whose the values of an exported log are. Exports leave that out, since it follows from the events; a store that takes
a log in needs it, or it could not forget anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from engine.deliberation import events as e
from engine.deliberation.erasure import reason_owner
from engine.deliberation.sealed import Sealed

T = TypeVar("T")


def reowned(events: Iterable[e.AnyEvent]) -> Iterator[e.AnyEvent]:
    """The same events with the owners of every value at hand; a value whose owner is not known comes back erased.

    Not known are reasons that were published below the threshold k, which name no ballot, and views made of them.
    """
    authors: dict[str, str] = {}
    jobs: dict[str, tuple[str, ...]] = {}
    reasons: dict[str, str] = {}
    for event in events:
        if isinstance(event, e.OpinionGiven):
            authors[event.opinion] = event.member
        elif isinstance(event, e.DraftingStarted):
            jobs[event.draft] = tuple(sorted({authors[opinion] for opinion in event.opinions if opinion in authors}))
        elif isinstance(event, e.DissentLogged):
            tags = {one.reason.commitment: one.tag for one in event.dissent if one.reason is not None}
            reasons.update({reason: reason_owner(tag) for reason, tag in tags.items() if tag is not None})
        elif isinstance(event, e.MinorityStarted):
            known = all(reason in reasons for reason in event.reasons)
            jobs[event.view] = tuple(sorted(reasons[reason] for reason in event.reasons)) if known else ()
        changes = _changes(event, authors, jobs)
        yield event.model_copy(update=changes) if changes else event


def _changes(event: e.AnyEvent, authors: Mapping[str, str], jobs: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    if isinstance(event, e.OpinionGiven):
        return {"text": _owned(event.text, event.member), "link": event.link and _owned(event.link, event.member)}
    if isinstance(event, e.OpinionChanged | e.CritiqueGiven):
        return {"text": _owned(event.text, event.member)}
    if isinstance(event, e.PointAnswered):
        return {"why": event.why and _owned(event.why, event.member)}
    if isinstance(event, e.CandidatesDrafted):
        everyone = tuple(sorted({*jobs.get(event.draft, ()), *(row.member for row in event.profile)}))
        return {
            "candidates": tuple(_candidate(candidate, authors, everyone) for candidate in event.candidates),
            "profile": tuple(
                row.model_copy(update={"prediction": _owned(row.prediction, row.member)}) for row in event.profile
            ),
        }
    if isinstance(event, e.MinorityDrafted | e.MinorityReworded):
        owners = jobs.get(event.view, ())
        return {"text": _owned(event.text, *owners) if owners else event.text.without_value()}
    if isinstance(event, e.DissentLogged):
        return {"dissent": tuple(_dissent(one) for one in event.dissent)}
    return {}


def _candidate(candidate: e.Candidate, authors: Mapping[str, str], everyone: tuple[str, ...]) -> e.Candidate:
    """A rejected draft belongs to all whose words its prompt may have held."""
    if candidate.opinion is not None:
        owners = (authors[candidate.opinion],) if candidate.opinion in authors else everyone
    else:
        owners = everyone if candidate.rejected is not None else ()
    return candidate.model_copy(update={"text": _owned(candidate.text, *owners)})


def _dissent(one: e.Dissent) -> e.Dissent:
    if one.reason is None:
        return one
    reason = one.reason.without_value() if one.tag is None else _owned(one.reason, reason_owner(one.tag))
    return one.model_copy(update={"reason": reason})


def _owned(value: Sealed[T], *owners: str) -> Sealed[T]:
    return value if value.erased else value.model_copy(update={"owners": owners})
