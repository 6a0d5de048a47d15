"""What an exported log leaves out, although the store still holds it: words that are shown no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.deliberation import events as e
from engine.deliberation.evolve import fold
from engine.deliberation.minority import shown_minority
from engine.deliberation.sealed import Sealed
from engine.deliberation.state import State


def left_out_of_exports(events: Sequence[e.AnyEvent]) -> frozenset[str]:
    """The commitments of a whole log's texts that are hidden, removed, taken back, or not shown yet.

    The chain keeps the commitments themselves, so it verifies as before.
    """
    state = fold(events)
    taken_back = {event.critique for event in events if isinstance(event, e.CritiqueWithdrawn)}
    authors = {event.member for event in events if isinstance(event, e.OpinionGiven) and _gone(state, event.opinion)}
    return frozenset(
        sealed.commitment for event in events for sealed in _left_out(state, event, taken_back, frozenset(authors))
    )


def _gone(state: State, opinion: str | None) -> bool:
    return opinion is not None and opinion not in state.opinions


def _left_out(state: State, event: e.AnyEvent, taken_back: set[str], authors: frozenset[str]) -> Iterator[Sealed[str]]:
    if isinstance(event, e.OpinionGiven | e.OpinionChanged):
        if _gone(state, event.opinion):
            yield event.text
            if isinstance(event, e.OpinionGiven) and event.link is not None:
                yield event.link
    elif isinstance(event, e.CritiqueGiven):
        if event.critique in taken_back or not state.is_shown(event.critique):
            yield event.text
    elif isinstance(event, e.PointAnswered):
        if event.why is not None and event.critique is not None:
            newest = state.points[event.draft].get(event.member) if event.draft in state.points else None
            replaced = newest is None or newest.critique != event.critique
            if replaced or event.critique in taken_back or not state.is_shown(event.critique):
                yield event.why
    elif isinstance(event, e.CandidatesDrafted):
        yield from (one.text for one in event.candidates if _candidate_gone(state, one, authors))
    elif isinstance(event, e.DissentLogged):
        yield from _hidden_reasons(state, event.dissent)
    elif isinstance(event, e.MinorityDrafted | e.MinorityReworded):
        view = state.minority
        newest = view is not None and view.text is not None and view.text.commitment == event.text.commitment
        if not newest or shown_minority(state) is None:
            yield event.text
    elif isinstance(event, e.Closed) and event.text is not None and not state.is_shown(event.statement or ""):
        yield event.text


def _candidate_gone(state: State, candidate: e.Candidate, authors: frozenset[str]) -> bool:
    if candidate.rejected is not None:
        # A rejected draft may repeat any words of its prompt: it is sealed to all whose words that held.
        return candidate.text.belongs_to_any(authors)
    if state.outcome is not None and state.outcome.statement == candidate.id:
        return not state.is_shown(candidate.id)
    return not state.stands(candidate.id)


def _hidden_reasons(state: State, dissent: Iterable[e.Dissent]) -> Iterator[Sealed[str]]:
    for one in dissent:
        if one.reason is not None and not state.is_shown(one.reason.commitment):
            yield one.reason
