"""The minority view: a short statement drawn from published reasons, shown to their authors before anybody else.

    closed ──> started ──> drafted <──> reworded ──> settled: shown, or the reasons are quoted alone
                  └──> drafting_failed: the reasons are quoted alone

It is shown if at least two of those whose reasons it is made of approve of its wording and none objects, as soon as
all have said so or when the time for it is over. One who objects ends it, later too. Who says what is sealed and
secret: that somebody may answer tells that they voted against.
"""

from __future__ import annotations

from typing import Final

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.drafts import DraftedCandidate, DraftJob, DraftResult, GivenOpinion
from engine.deliberation.erasure import ballot_owners
from engine.deliberation.errors import DeliberationError
from engine.deliberation.parts import MinorityView
from engine.deliberation.rules import require_stage, require_voter
from engine.deliberation.sealed import Sealed, canonical_json
from engine.deliberation.state import Changes, State
from engine.deliberation.words import LIMITS, words
from engine.selection import select

FEWEST: Final = 2
"""Reasons that a view draws together, and approvals that it needs: the words of one are quoted, not drafted."""
MOST_WORDINGS: Final = 3
"""How often a view may be worded anew, by whomever, so that it comes to an end."""
DRAFTS: Final = 4
"""Candidates of a job, of which the one that its authors are predicted to agree with most is taken."""


def start_minority(state: State, command: c.StartMinority) -> tuple[e.AnyEvent, ...]:
    """Hand out the job, once, where the deliberation was opened so and enough reasons were published."""
    require_stage(state, "closed")
    if not minority_due(state):
        raise DeliberationError("no_minority_view")
    assert state.poll is not None
    view = MinorityView(
        id=command.new_id("w"),
        poll=state.poll.id,
        reasons=tuple(reason.commitment for reason in _published(state)),
        inputs_digest="",
        seed=command.seed,
    )
    return (
        e.MinorityStarted(
            at=command.at,
            request=command.request,
            view=view.id,
            poll=view.poll,
            reasons=view.reasons,
            inputs_digest=_job(state, view).inputs_digest,
            seed=view.seed,
        ),
    )


def minority_due(state: State) -> bool:
    """Whether a job is to be handed out."""
    return (
        state.stage == "closed"
        and state.expired is None
        and state.minority is None
        and state.settings.minority_seconds is not None
        and len(_published(state)) >= FEWEST
    )


def pending_minority(state: State) -> MinorityView | None:
    """The job that is out, if one is."""
    view = state.minority
    waits = view is not None and view.text is None and not view.failed and state.expired is None
    return view if waits else None


def minority_job(state: State, view: str) -> DraftJob:
    """The job that is out, as it was handed out. Raises `words_gone` where a reason was erased since."""
    return _job(state, _pending(state, view))


def record_minority(state: State, command: c.RecordDraft) -> tuple[e.AnyEvent, ...]:
    """Take the best draft that passed the guards; without one the reasons are quoted alone."""
    result = command.result
    view = _pending(state, result.draft)
    gone = [reason for reason in view.reasons if reason in state.hidden or _reason(state, reason) is None]
    if gone:
        return (_failed(command, view, "reason_gone", reason=gone[0]),)
    if result.inputs_digest != view.inputs_digest:
        raise DeliberationError("wrong_inputs", draft=view.id)
    best = _best(state, view, result)
    if best is None:
        return (_failed(command, view, "no_candidates"),)
    if not _can_be_stored(best.text) or len(best.text) > LIMITS["minority"]:
        raise DeliberationError("malformed_result", draft=view.id, what="text")
    return (
        e.MinorityDrafted(
            at=command.at,
            request=command.request,
            view=view.id,
            text=_sealed(state, view, best.text, command.secret("salt:minority")),
            until=command.at + 1000 * (state.settings.minority_seconds or 0),
        ),
    )


def fail_minority(state: State, command: c.FailDraft) -> tuple[e.AnyEvent, ...]:
    """The reasons are quoted alone."""
    return (_failed(command, _pending(state, command.draft), command.code, **command.parameters),)


def answer_minority(state: State, command: c.AnswerMinority) -> tuple[e.AnyEvent, ...]:
    """Approve or object, also once it is shown: whoever objects then takes it down."""
    view = _at_hand(state, command.voter, command.view, command.wording)
    answered = _answered(state, command, view.wording, approves=command.approves)
    if not command.approves:
        return (answered, _settled(command, view, shown=False))
    everybody = view.settled is None and _approvals(state, command.voter) == len(view.reasons)
    return (answered, _settled(command, view, shown=True)) if everybody else (answered,)


def reword_minority(state: State, command: c.RewordMinority) -> tuple[e.AnyEvent, ...]:
    """Word it anew, which approves of the new wording; the others have at least half the time to answer."""
    view = _at_hand(state, command.voter, command.view, command.wording)
    if view.settled is not None:
        raise DeliberationError("no_minority_view")
    if view.wording >= MOST_WORDINGS:
        raise DeliberationError("wordings_used_up", limit=MOST_WORDINGS)
    text = words(command.text, "minority")
    assert view.until is not None
    reworded = e.MinorityReworded(
        at=command.at,
        request=command.request,
        view=view.id,
        wording=view.wording + 1,
        text=_sealed(state, view, text, command.secret("salt:minority")),
        until=max(view.until, command.at + 500 * (state.settings.minority_seconds or 0)),
    )
    return (reworded, _answered(state, command, view.wording + 1, approves=True))


def settle_minority(state: State, command: c.SettleMinority) -> tuple[e.AnyEvent, ...]:
    """The time is over: shown with two approvals, since silence takes back no consent to publish, and gives none."""
    view = state.minority
    if view is None or view.id != command.view or view.settled is not None or view.until is None:
        raise DeliberationError("no_minority_view")
    if command.at < view.until:
        raise DeliberationError("too_early", until=view.until)
    whole = view.text is not None and view.text.value is not None
    return (_settled(command, view, shown=whole and _approvals(state) >= FEWEST),)


def proposed_to(state: State, voter: str) -> MinorityView | None:
    """The view that a voter may read and answer now: theirs is among its reasons, and its words still stand."""
    view = state.minority
    if view is None or view.text is None or view.text.value is None or view.settled is False:
        return None
    return view if _own_reason(state, voter) in view.reasons and state.is_shown(view.id) else None


def awaits_answers(state: State) -> bool:
    """Whether there is a view that its authors are asked about."""
    view = state.minority
    asked = view is not None and view.until is not None and view.settled is None
    return asked and state.expired is None and view is not None and state.is_shown(view.id)


def settle_at(state: State) -> int | None:
    """When the time for answers is over; None where nothing is asked."""
    view = state.minority
    if view is None or view.settled is not None or state.expired is not None:
        return None
    return view.until


def shown_minority(state: State) -> str | None:
    """The words that stand with the result, if any do; they go with any of the reasons that they are made of."""
    view = state.minority
    if view is None or view.text is None or not view.settled or not state.is_shown(view.id):
        return None
    return view.text.value


def approved_by(state: State) -> int | None:
    """How many of those whose reasons it is made of approved of the wording; None where the log does not say."""
    view = state.minority
    if view is None or any(event.content.value is None for event in view.answers.values()):
        return None
    return _approvals(state)


def _published(state: State) -> list[Sealed[str]]:
    """The reasons of the newest poll that are published, in the order in which they are listed, and still there."""
    if state.poll is None or state.poll.dissent is None:
        return []
    reasons = (one.reason for one in state.poll.dissent.dissent if one.reason is not None)
    return [reason for reason in reasons if reason.value is not None and reason.commitment not in state.hidden]


def _reason(state: State, reason: str) -> str | None:
    return next((found.value for found in _published(state) if found.commitment == reason), None)


def _own_reason(state: State, voter: str) -> str | None:
    """The published reason of a voter, which only the store can tell: by the secret tag of their ballot."""
    ballot = state.ballots.get(voter)
    owners = frozenset(() if ballot is None or voter in state.barred_voters else ballot_owners(ballot))
    return next((reason.commitment for reason in _published(state) if reason.belongs_to_any(owners)), None)


def _pending(state: State, view: str) -> MinorityView:
    pending = pending_minority(state)
    if pending is None or pending.id != view:
        raise DeliberationError("draft_not_pending", draft=view)
    return pending


def _job(state: State, view: MinorityView) -> DraftJob:
    """A reason stands for an opinion and for the member who gave it: nothing else of them is known here."""
    assert state.poll is not None
    assert state.poll.dissent is not None
    against = state.candidate(state.poll.dissent.statement)
    reasons: list[GivenOpinion] = []
    for reason in view.reasons:
        text = _reason(state, reason)
        if text is None:
            raise DeliberationError("words_gone", draft=view.id)
        reasons.append(GivenOpinion(id=reason, member=reason, text=text))
    return DraftJob(
        draft=view.id,
        round=state.round,
        question=state.question,
        opinions=tuple(reasons),
        candidates=DRAFTS,
        seed=view.seed,
        language=state.settings.language,
        against="" if against is None else against.text.value or "",
    )


def _best(state: State, view: MinorityView, result: DraftResult) -> DraftedCandidate | None:
    """The draft that the deliberation's rule puts first; the reasons themselves are quoted anyway."""
    columns = [index for index, candidate in enumerate(result.running) if candidate.origin == "drafted"]
    if not columns:
        return None
    drafts = [result.running[index] for index in columns]
    profile = [[row[index] for index in columns] for row in result.mean]
    selected = select(profile, state.settings.rule, view.seed, [draft.id for draft in drafts])
    return next(draft for draft in drafts if draft.id == selected.winner)


def _can_be_stored(text: str) -> bool:
    try:
        canonical_json(text)
    except ValueError:
        return False
    return bool(text.strip())


def _sealed(state: State, view: MinorityView, text: str, salt: str) -> Sealed[str]:
    """It belongs to everyone whose words it is made of: whoever is forgotten takes it along."""
    reasons = (reason for reason in _published(state) if reason.commitment in view.reasons)
    return Sealed[str].seal(text, salt=salt, owners=tuple(sorted({owner for one in reasons for owner in one.owners})))


def _at_hand(state: State, voter: str, view: str, wording: int) -> MinorityView:
    require_stage(state, "closed")
    require_voter(state, voter, eligible=True)
    found = state.minority
    if found is None or found.id != view or found.text is None or found.settled is False:
        raise DeliberationError("no_minority_view")
    if proposed_to(state, voter) is None:
        raise DeliberationError("not_from_your_words")
    if found.wording != wording:
        raise DeliberationError("worded_anew")
    return found


def _approvals(state: State, and_now: str | None = None) -> int:
    """How many approve of the newest wording, `and_now` among them."""
    assert state.minority is not None
    answers = (event.content.value for event in state.minority.answers.values())
    newest = state.minority.wording
    approving = {one.voter for one in answers if one is not None and one.approves and one.wording == newest}
    return len(approving if and_now is None else approving | {and_now})


def _answered(
    state: State, command: c.AnswerMinority | c.RewordMinority, wording: int, *, approves: bool
) -> e.MinorityAnswered:
    assert state.minority is not None
    before = next(
        (
            event.answer
            for event in state.minority.answers.values()
            if event.content.value is not None and event.content.value.voter == command.voter
        ),
        None,
    )
    content = e.MinorityAnswerContent(voter=command.voter, wording=wording, approves=approves)
    return e.MinorityAnswered(
        at=command.at,
        request=command.request,
        view=state.minority.id,
        answer=before or command.new_id("y"),
        content=Sealed[e.MinorityAnswerContent].seal(
            content, salt=command.secret("salt:minority_answer"), owners=(command.voter,), secret=True
        ),
    )


def _settled(command: c.Command, view: MinorityView, *, shown: bool) -> e.MinoritySettled:
    return e.MinoritySettled(at=command.at, request=command.request, view=view.id, shown=shown)


def _failed(command: c.Command, view: MinorityView, code: str, **parameters: object) -> e.DraftingFailed:
    return e.DraftingFailed(
        at=command.at, request=command.request, draft=view.id, code=code, parameters=dict(parameters)
    )


def minority_started(_: State, event: e.MinorityStarted) -> Changes:
    """What `evolve` makes of it."""
    return {"minority": MinorityView(event.view, event.poll, event.reasons, event.inputs_digest, event.seed)}


def minority_drafted(state: State, event: e.MinorityDrafted) -> Changes:
    """What `evolve` makes of it."""
    return {"minority": _named(state, event.view).but(text=event.text, until=event.until)}


def minority_reworded(state: State, event: e.MinorityReworded) -> Changes:
    """What `evolve` makes of it."""
    view = _named(state, event.view)
    return {"minority": view.but(text=event.text, until=event.until, wording=event.wording)}


def minority_answered(state: State, event: e.MinorityAnswered) -> Changes:
    """What `evolve` makes of it."""
    view = _named(state, event.view)
    return {"minority": view.but(answers=view.answers.set(event.answer, event))}


def minority_settled(state: State, event: e.MinoritySettled) -> Changes:
    """What `evolve` makes of it."""
    return {"minority": _named(state, event.view).but(settled=event.shown)}


def minority_failed(state: State, event: e.DraftingFailed) -> Changes:
    """What `evolve` makes of a failed job that was for a view."""
    return {"minority": _named(state, event.draft).but(failed=True)}


def _named(state: State, view: str) -> MinorityView:
    if state.minority is None or state.minority.id != view:
        raise KeyError(view)
    return state.minority
