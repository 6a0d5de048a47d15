"""Drafting jobs, what becomes of their results, and the rounds of critique between them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation import minority
from engine.deliberation.drafts import DraftJob, GivenCritique, GivenOpinion, Statement
from engine.deliberation.errors import DeliberationError
from engine.deliberation.quick_votes import quick_votes_by_member
from engine.deliberation.results import Gone, check_result, drafted_events, words_gone
from engine.deliberation.rules import abandon_draft, require_stage
from engine.deliberation.state import PendingDraft, State


def start_draft(state: State, command: c.StartDraft) -> tuple[e.AnyEvent, ...]:
    """Hand out a job over all live opinions.

    Nobody can draw until a draft pleases: the schedule drafts only when something new was said, and a moderator's
    drafts beyond the first of a round are capped.
    """
    require_stage(state, "collecting", "critique")
    if state.pending is not None:
        raise DeliberationError("draft_pending", draft=state.pending.id)
    if not state.opinions:
        raise DeliberationError("no_opinions")
    if command.moderator is None:
        new = state.not_yet_held or state.critiques_not_yet_held or state.redraft_due
        if state.drafted_this_round and not new:
            raise DeliberationError("nothing_new")
    elif state.drafts_in_round and state.redrafts_left == 0:
        raise DeliberationError("redrafts_used_up", limit=state.settings.redrafts_per_round)
    pending = PendingDraft(
        id=command.new_id("d"),
        round=state.round,
        opinion_ids=tuple(opinion.id for opinion in state.live_opinions),
        opinions=state.opinions,
        critiques=state.heard_critiques,
        previous=state.previous,
        inputs_digest="",
        seed=command.seed,
        moderator=command.moderator,
    )
    return (
        e.DraftingStarted(
            at=command.at,
            request=command.request,
            draft=pending.id,
            round=pending.round,
            opinions=pending.opinion_ids,
            inputs_digest=_job(state, pending).inputs_digest,
            seed=pending.seed,
            moderator=pending.moderator,
        ),
    )


def draft_job(state: State, draft: str | None = None, voters: Mapping[str, str] | None = None) -> DraftJob:
    """The pending job (which must be `draft`, where that is given) as it was handed out, whatever was said since.

    After the end that is the job of the minority view.

    With `voters`, which maps members to their handle for voting and which only the deployment knows, the job holds the
    quick votes in force now. Raises `words_gone` where an erasure took words that it held, or the log is an export
    without them.
    """
    if state.stage == "closed" and draft is not None:
        return minority.minority_job(state, draft)
    job = _job(state, _pending(state, draft))
    if voters is None:
        return job
    quick_votes = quick_votes_by_member(state, voters)
    candidates = (state.candidate(one) for one in sorted({vote.statement for vote in quick_votes}))
    statements = tuple(
        Statement(id=one.id, text=one.text.value)
        for one in candidates
        if one is not None and one.text.value is not None
    )
    return job.model_copy(update={"quick_votes": quick_votes, "statements": statements})


def record_draft(state: State, command: c.RecordDraft) -> tuple[e.AnyEvent, ...]:
    """Take a result into the log and select from it. Newer opinions do not hold it up; words taken back do."""
    result = command.result
    if state.stage == "closed":
        return minority.record_minority(state, command)
    pending = _pending(state, result.draft)
    check_result(pending, state, result)
    gone = words_gone(state, pending, result)
    if gone is None:
        drafted = drafted_events(state, pending, command)
        if not isinstance(drafted, Gone):
            return drafted
        gone = drafted
    return (
        e.DraftingFailed(
            at=command.at,
            request=command.request,
            draft=pending.id,
            code=gone.code,
            parameters=gone.parameters,
        ),
    )


def fail_draft(state: State, command: c.FailDraft) -> tuple[e.AnyEvent, ...]:
    """The draft shown before stays, and the next job can start."""
    if state.stage == "closed":
        return minority.fail_minority(state, command)
    pending = _pending(state, command.draft)
    return (
        e.DraftingFailed(
            at=command.at,
            request=command.request,
            draft=pending.id,
            code=command.code,
            parameters=command.parameters,
        ),
    )


def open_critique(state: State, command: c.OpenCritique) -> tuple[e.AnyEvent, ...]:
    """Begin the next round with the statement at hand; a round that drafted nothing is not skipped."""
    require_stage(state, "collecting", "critique")
    if state.statement is None:
        raise DeliberationError("no_statement")
    if not state.drafted_this_round:
        raise DeliberationError("no_new_statement", round=state.round)
    if state.round >= state.settings.rounds:
        raise DeliberationError("no_rounds_left", limit=state.settings.rounds)
    return (
        *abandon_draft(state, command.at, command.request),
        e.CritiqueOpened(
            at=command.at,
            request=command.request,
            round=state.round + 1,
            statement=state.statement,
            until=command.at + 1000 * state.settings.critique_seconds,
            moderator=command.moderator,
        ),
    )


def _pending(state: State, draft: str | None) -> PendingDraft:
    pending = state.pending
    if pending is None or (draft is not None and pending.id != draft):
        raise DeliberationError("draft_not_pending", draft=draft)
    return pending


def _job(state: State, pending: PendingDraft) -> DraftJob:
    opinions: list[GivenOpinion] = []
    for opinion_id in pending.opinion_ids:
        opinion = pending.opinions.get(opinion_id)
        if opinion is None or opinion.text.value is None:
            raise DeliberationError("words_gone", draft=pending.id)
        opinions.append(GivenOpinion(id=opinion.id, member=opinion.member, text=opinion.text.value))
    critiques: list[GivenCritique] = []
    for member, critique in sorted(pending.critiques.items()):
        if critique.text.value is None:
            raise DeliberationError("words_gone", draft=pending.id)
        critiques.append(GivenCritique(member=member, text=critique.text.value))
    return DraftJob(
        draft=pending.id,
        round=pending.round,
        question=state.question,
        opinions=tuple(opinions),
        previous=_previous_text(state, pending),
        critiques=tuple(critiques),
        candidates=state.settings.candidates,
        seed=pending.seed,
        language=state.settings.language,
    )


def _previous_text(state: State, pending: PendingDraft) -> str | None:
    previous = None if pending.previous is None else state.candidate(pending.previous)
    if previous is None or (previous.opinion is not None and previous.opinion not in pending.opinions):
        return None  # a member's sentence whose opinion was gone when the job was handed out
    if previous.text.value is None:
        raise DeliberationError("words_gone", draft=pending.id)
    return previous.text.value
