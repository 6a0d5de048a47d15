"""What becomes of a job's result: is it of its job, do the words it rests on still stand, and what is logged."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.drafts import DraftedCandidate, DraftResult
from engine.deliberation.errors import DeliberationError
from engine.deliberation.sealed import Sealed, canonical_json
from engine.deliberation.state import PendingDraft, State
from engine.selection import select


@dataclass(frozen=True, slots=True)
class Gone:
    """Why a result comes too late: the code and parameters of its `DraftingFailed`."""

    code: str
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])


def check_result(pending: PendingDraft, state: State, result: DraftResult) -> None:
    """Refuse a result of other inputs, and one that contradicts itself: a fault of the worker, never of a member."""
    if result.inputs_digest != pending.inputs_digest:
        raise DeliberationError("wrong_inputs", draft=pending.id)
    for what in _faults(pending, state, result):
        raise DeliberationError("malformed_result", draft=pending.id, what=what)


def _faults(pending: PendingDraft, state: State, result: DraftResult) -> Iterator[str]:
    authors = {author_of(state, pending, opinion) for opinion in pending.opinion_ids}
    # A critic whose words are gone since is told by nobody any more; their row is then left out with them.
    critics = set(pending.critiques) | set(state.barred_members)
    if result.seed != pending.seed:
        yield "seed"
    ids = [candidate.id for candidate in result.candidates]
    if len(set(ids)) != len(ids):
        yield "candidate ids"
    if len(set(result.members)) != len(result.members) or not authors <= set(result.members) <= authors | critics:
        yield "members"
    if not set(result.in_prompt) <= authors | critics:
        yield "in_prompt"
    known = frozenset(pending.opinion_ids)
    for candidate in result.candidates:
        if not _can_be_stored(candidate):
            yield "text"
        if candidate.origin == "member" and candidate.opinion not in known:
            yield "opinion"
        if candidate.origin == "drafted" and candidate.opinion is not None:
            yield "opinion"
        for source in candidate.sources:
            if source.opinion not in known or source.candidate != candidate.id or not math.isfinite(source.similarity):
                yield "sources"
    for name, matrix in (("mean", result.mean), ("spread", result.spread)):
        if len(matrix) != len(result.members) or any(len(row) != len(result.running) for row in matrix):
            yield f"shape of {name}"
        if not all(0 <= value <= 1 for row in matrix for value in row):  # false for NaN as well
            yield name


def _can_be_stored(candidate: DraftedCandidate) -> bool:
    """Whether its texts are Unicode, and what competes has words."""
    try:
        canonical_json(candidate.model_dump(mode="json"))
    except ValueError:
        return False
    return candidate.rejected is not None or bool(candidate.text.strip())


def author_of(state: State, pending: PendingDraft, opinion: str) -> str:
    """Who said an opinion that a job holds, also after it is gone."""
    found = pending.opinions.get(opinion)
    return found.member if found is not None else state.ended[opinion].member


def words_gone(state: State, pending: PendingDraft, result: DraftResult) -> Gone | None:
    """The first reason why a result rests on words that were taken away since, if any.

    Only words that a prompt held or that a candidate rests on matter: in a large group someone always leaves.
    """
    in_prompt = frozenset(result.in_prompt)
    for member in result.in_prompt:
        barred = state.barred_members.get(member)
        if barred is not None:
            return Gone(f"member_{barred}")
    rested_on = {source.opinion for candidate in result.candidates for source in candidate.sources}
    rested_on.update(candidate.opinion for candidate in result.candidates if candidate.opinion is not None)
    for opinion in pending.opinion_ids:
        stone = state.ended.get(opinion)
        if stone is not None and (opinion in rested_on or stone.member in in_prompt):
            return Gone(f"opinion_{stone.how}", {"opinion": opinion})
        if opinion in state.hidden and (opinion in rested_on or author_of(state, pending, opinion) in in_prompt):
            return Gone("opinion_hidden", {"opinion": opinion})
    for member, critique in sorted(pending.critiques.items()):
        if member in in_prompt and member not in state.critiques:
            return Gone("critique_withdrawn", {"critique": critique.id})
        if member in in_prompt and critique.id in state.hidden:
            return Gone("critique_hidden", {"critique": critique.id})
    if pending.previous is not None and not state.is_shown(pending.previous):
        return Gone("statement_hidden", {"statement": pending.previous})
    return None


def drafted_events(
    state: State, pending: PendingDraft, command: c.RecordDraft
) -> tuple[e.CandidatesDrafted, e.StatementSelected] | Gone:
    """What was drafted, sealed to those whom it concerns, and what the round's rule makes of it."""
    result = command.result
    speaking = state.speakers.union(state.heard_critiques)
    rows = [index for index, member in enumerate(result.members) if member in speaking]
    if not result.running:
        return Gone("no_candidates")
    if not rows:
        return Gone("nobody_left")
    drafted = e.CandidatesDrafted(
        at=command.at,
        request=command.request,
        draft=pending.id,
        round=pending.round,
        candidates=tuple(_sealed_candidate(state, pending, command, candidate) for candidate in result.candidates),
        profile=_rows(state, pending, command, rows),
        models=result.models,
        seed=pending.seed,
        notes=result.notes,
    )
    selected = select(
        [result.mean[index] for index in rows],
        state.settings.rule,
        pending.seed,
        [full_id(pending, candidate.id) for candidate in result.running],
        state.settings.shortlist,
    )
    return drafted, e.StatementSelected(
        at=command.at,
        request=command.request,
        draft=pending.id,
        round=pending.round,
        rule=state.settings.rule,
        welfare=selected.welfare,
        ranking=selected.ranking,
        winner=selected.winner,
        shortlist=selected.shortlist,
        tie_broken_by=selected.tie_broken_by,
    )


def full_id(pending: PendingDraft, candidate: str) -> str:
    """A candidate's id as it is unique in the log; within a result it need only be unique there."""
    return f"{pending.id}.{candidate}"


def _sealed_candidate(
    state: State, pending: PendingDraft, command: c.RecordDraft, candidate: DraftedCandidate
) -> e.Candidate:
    if candidate.opinion is not None:
        owners: tuple[str, ...] = (author_of(state, pending, candidate.opinion),)
    elif candidate.rejected is not None:
        owners = tuple(sorted(set(command.result.in_prompt)))
    else:
        owners = ()
    return e.Candidate(
        id=full_id(pending, candidate.id),
        origin=candidate.origin,
        text=Sealed[str].seal(candidate.text, salt=command.secret(f"salt:candidate:{candidate.id}"), owners=owners),
        opinion=candidate.opinion,
        seed=candidate.seed,
        ordering=candidate.ordering,
        rejected=candidate.rejected,
        dropped_sentences=candidate.dropped_sentences,
    )


def _rows(state: State, pending: PendingDraft, command: c.RecordDraft, rows: list[int]) -> tuple[e.PredictionRow, ...]:
    """One row of the profile per member, sealed to that member, with the sources in their own opinions.

    Once anybody reacted to statements, predictions tell much of how people voted, and stay in the store.
    """
    result = command.result
    secret = state.quick_votes_cast > 0 and not state.settings.open_predictions
    in_prompt = frozenset(result.in_prompt)
    sources: dict[str, list[e.Source]] = {}
    for candidate in result.candidates:
        for source in candidate.sources:
            renamed = source.model_copy(update={"candidate": full_id(pending, candidate.id)})
            sources.setdefault(author_of(state, pending, source.opinion), []).append(renamed)
    return tuple(
        e.PredictionRow(
            member=member,
            prediction=Sealed[e.MemberPrediction].seal(
                e.MemberPrediction(
                    mean=result.mean[index],
                    spread=result.spread[index],
                    in_prompt=member in in_prompt,
                    sources=tuple(sources.get(member, ())),
                ),
                salt=command.secret(f"salt:prediction:{member}"),
                owners=(member,),
                secret=secret,
            ),
        )
        for index, member in ((index, result.members[index]) for index in rows)
    )
