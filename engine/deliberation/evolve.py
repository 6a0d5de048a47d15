"""One event further: `evolve(state, event) -> state`, and `fold` for a whole log."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from immutables import Map

from engine.deliberation import afterwards, consent, minority, pausing, points, posting, quick_votes, reviewing, safety
from engine.deliberation import events as e
from engine.deliberation.erasure import forget
from engine.deliberation.errors import UnreadableLogError
from engine.deliberation.resting import unshown
from engine.deliberation.state import (
    Barred,
    Changes,
    Critique,
    Draft,
    Ended,
    ModeratorActs,
    Opinion,
    PendingDraft,
    Poll,
    State,
    Tombstone,
)


def fold(events: Iterable[e.AnyEvent], state: State | None = None) -> State:
    """The state after these events, from the beginning or from `state` on.

    Raises UnreadableLogError for an empty log and for one that no deliberation could have written.
    """
    with _no_cycles():
        for event in events:
            state = evolve(state, event)
    if state is None:
        raise UnreadableLogError("empty_log")
    return state


@contextmanager
def _no_cycles() -> Generator[None]:
    """Pause the cycle collector: a fold makes no cycles, and searching a large log for them takes most of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def evolve(state: State | None, event: e.AnyEvent) -> State:
    """The state after one more event; None is the state before the first."""
    if state is None:
        if not isinstance(event, e.Opened):
            raise UnreadableLogError("impossible_event", kind=event.kind, version=0)
        return _opened(event)
    try:
        changes = _CHANGES[type(event)](state, event)
    except (KeyError, AttributeError):
        # It speaks of something that never was.
        raise UnreadableLogError("impossible_event", kind=event.kind, version=state.version) from None
    requests = state.requests
    if event.request not in requests:
        requests = requests.set(event.request, None)
    return state.but(version=state.version + 1, requests=requests, **changes)


def _opened(event: e.Opened) -> State:
    return State(
        question=event.question,
        background=event.background,
        settings=event.settings,
        moderator=event.moderator,
        opened_at=event.at,
        version=1,
        requests=Map({event.request: None}),
        stage="collecting",
        round=1,
        since=event.at,
        until=event.until,
        members=Map(),
        voters=Map(),
        barred_members=Map(),
        barred_voters=Map(),
        opinions=Map(),
        ended=Map(),
        opinions_given=0,
        pending=None,
        drafts=Map(),
        latest=None,
        drafts_in_round=0,
        redrafts_in_round=0,
        criticised=None,
        critiques=Map(),
        poll=None,
        ballots=Map(),
        reminders=Map(),
        acts=ModeratorActs(),
        outcome=None,
    )


def _opened_twice(state: State, event: e.Opened) -> Changes:
    raise UnreadableLogError("impossible_event", kind=event.kind, version=state.version)


def _rule_set(state: State, event: e.RuleSet) -> Changes:
    return {
        "settings": state.settings.model_copy(update={"rule": event.rule}),
        "acts": replace(state.acts, rule_changes=state.acts.rule_changes + 1),
    }


def _extended(state: State, event: e.Extended) -> Changes:
    if event.moderator is None:
        return {"until": event.until}
    return {"until": event.until, "acts": replace(state.acts, extensions=state.acts.extensions + 1)}


def _opinion_given(state: State, event: e.OpinionGiven) -> Changes:
    opinion = Opinion(event.opinion, event.member, event.text, event.link, state.opinions_given)
    return {
        **reviewing.worded(state, opinion),
        "members": _with_member(state, event.member),
        "opinions_given": state.opinions_given + 1,
    }


def _with_member(state: State, member: str) -> Map[str, None]:
    return state.members if member in state.members else state.members.set(member, None)


def _opinion_changed(state: State, event: e.OpinionChanged) -> Changes:
    held = state.opinions if event.opinion in state.opinions else state.parked
    changes = reviewing.worded(state, replace(held[event.opinion], text=event.text))
    if event.opinion in state.restored:
        changes["restored"] = state.restored.delete(event.opinion)
    return changes


def _opinion_withdrawn(state: State, event: e.OpinionWithdrawn) -> Changes:
    return _end_opinions(state, [event.opinion], "withdrawn", None)


def _opinion_removed(state: State, event: e.OpinionRemoved) -> Changes:
    changes = {
        **_end_opinions(state, [event.opinion], "removed", event.reason),
        "removed_with": state.removed_with.set(event.opinion, event.with_it),
        "acts": replace(state.acts, opinions_removed=state.acts.opinions_removed + 1),
    }
    return unshown(state, changes)


def _member_removed(state: State, event: e.MemberRemoved) -> Changes:
    return {
        **_bar(state, event.member, event.voter, "removed", event.reason),
        "acts": replace(state.acts, members_removed=state.acts.members_removed + 1),
    }


def _member_erased(state: State, event: e.MemberErased) -> Changes:
    changes = _bar(state, event.member, event.voter, "erased", None)
    return changes | forget(state.but(**changes), event.member, event.voter)


def _bar(state: State, member: str, voter: str, how: Barred, reason: str | None) -> Changes:
    theirs = [*state.opinions.values(), *state.parked.values()]
    live = [opinion.id for opinion in theirs if opinion.member == member]
    return {
        **_end_opinions(state, live, how, reason),
        "critiques": state.critiques.delete(member) if member in state.critiques else state.critiques,
        "whys": state.whys.delete(member) if member in state.whys else state.whys,
        "barred_members": state.barred_members.set(member, how),
        "barred_voters": state.barred_voters.set(voter, how),
    }


def _end_opinions(state: State, opinions: Iterable[str], how: Ended, reason: str | None) -> Changes:
    live, parked, waiting, ended = state.opinions, state.parked, state.waiting, state.ended
    for opinion in opinions:
        if opinion in parked:
            found, parked = parked[opinion], parked.delete(opinion)
        else:
            found, live = live[opinion], live.delete(opinion)
        if opinion in waiting:
            waiting = waiting.delete(opinion)
        ended = ended.set(opinion, Tombstone(found.member, how, reason))
    return {"opinions": live, "parked": parked, "waiting": waiting, "ended": ended}


def _drafting_started(state: State, event: e.DraftingStarted) -> Changes:
    pending = PendingDraft(
        id=event.draft,
        round=event.round,
        opinion_ids=event.opinions,
        opinions=state.opinions,
        critiques=state.heard_critiques,
        previous=state.previous,
        inputs_digest=event.inputs_digest,
        seed=event.seed,
        moderator=event.moderator,
    )
    return {"pending": pending}


def _candidates_drafted(state: State, event: e.CandidatesDrafted) -> Changes:
    pending = state.pending
    if pending is None or pending.id != event.draft:
        raise KeyError(event.draft)
    draft = Draft(
        id=event.draft,
        number=len(state.drafts),
        round=event.round,
        seed=event.seed,
        candidates=event.candidates,
        rows=event.profile,
        opinions=pending.opinions,
        critiques=pending.critiques,
    )
    changes: Changes = {
        "pending": None,
        "drafts": state.drafts.set(event.draft, draft),
        "drafts_in_round": state.drafts_in_round + 1,
    }
    if pending.moderator is not None and state.drafts_in_round > 0:
        changes["redrafts_in_round"] = state.redrafts_in_round + 1
        changes["acts"] = replace(state.acts, redrafts=state.acts.redrafts + 1)
    return changes


def _statement_selected(state: State, event: e.StatementSelected) -> Changes:
    draft = replace(state.drafts[event.draft], selection=event)
    return {"drafts": state.drafts.set(event.draft, draft), "latest": event.draft}


def _drafting_failed(state: State, event: e.DraftingFailed) -> Changes:
    if state.stage == "closed":
        return minority.minority_failed(state, event)
    if state.pending is None or state.pending.id != event.draft:
        raise KeyError(event.draft)
    return {"pending": None}


def _critique_opened(state: State, event: e.CritiqueOpened) -> Changes:
    return {
        "stage": "critique",
        "round": event.round,
        "since": event.at,
        "until": event.until,
        "criticised": event.statement,
        "critiques": state.whys,
        "whys": Map(),
        "drafts_in_round": 0,
        "redrafts_in_round": 0,
    }


def _critique_given(state: State, event: e.CritiqueGiven) -> Changes:
    critique = Critique(event.critique, event.member, event.text)
    return {
        "critiques": state.critiques.set(event.member, critique),
        "critics": state.critics.set(event.critique, event.member),
        "members": _with_member(state, event.member),
    }


def _critique_withdrawn(state: State, event: e.CritiqueWithdrawn) -> Changes:
    return {"critiques": state.critiques.delete(event.member)}


def _poll_opened(_: State, event: e.PollOpened) -> Changes:
    return {
        "stage": "polling",
        "since": event.at,
        "until": event.until,
        "poll": Poll(event.poll, event.round, event.options[0].partition(".")[0], event.options),
        "ballots": Map(),
    }


def _ballot_cast(state: State, event: e.BallotCast) -> Changes:
    changes: Changes = {"ballots": state.ballots.set(event.voter, event)}
    if event.voter not in state.voters:
        changes["voters"] = state.voters.set(event.voter, None)
    return changes


def _poll_closed(state: State, event: e.PollClosed) -> Changes:
    assert state.poll is not None
    return {"poll": replace(state.poll, result=event)}


def _dissent_logged(state: State, event: e.DissentLogged) -> Changes:
    assert state.poll is not None
    published = state.published
    for one in event.dissent:
        if one.reason is not None:
            published = published.set(one.reason.commitment, None)
    return {"poll": replace(state.poll, dissent=event), "published": published}


def _reminder_sent(state: State, event: e.ReminderSent) -> Changes:
    return {"reminders": state.reminders.set(event.reminder, None)}


def _closed(_: State, event: e.Closed) -> Changes:
    return {"stage": "closed", "since": event.at, "until": event.at, "paused_at": None, "outcome": event}


_CHANGES: Final[dict[type[e.Event], Callable[[State, Any], Changes]]] = {
    e.Opened: _opened_twice,
    e.TookPart: consent.took_part,
    e.SharingSet: consent.sharing_set,
    e.RuleSet: _rule_set,
    e.Extended: _extended,
    e.Paused: pausing.paused,
    e.Resumed: pausing.resumed,
    e.OpinionGiven: _opinion_given,
    e.OpinionChanged: _opinion_changed,
    e.OpinionWithdrawn: _opinion_withdrawn,
    e.OpinionApproved: reviewing.opinion_approved,
    e.OpinionRejected: reviewing.opinion_rejected,
    e.OpinionRemoved: _opinion_removed,
    e.MemberRemoved: _member_removed,
    e.MemberErased: _member_erased,
    e.Reported: safety.reported,
    e.TextHidden: safety.text_hidden,
    e.TextRestored: safety.text_restored,
    e.DraftingStarted: _drafting_started,
    e.CandidatesDrafted: _candidates_drafted,
    e.StatementSelected: _statement_selected,
    e.DraftingFailed: _drafting_failed,
    e.CritiqueOpened: _critique_opened,
    e.CritiqueGiven: _critique_given,
    e.CritiqueWithdrawn: _critique_withdrawn,
    e.PointAnswered: points.point_answered,
    e.QuickVoteCast: quick_votes.quick_vote_cast,
    e.QuickVoteWithdrawn: quick_votes.quick_vote_withdrawn,
    e.PollOpened: _poll_opened,
    e.BallotCast: _ballot_cast,
    e.PollClosed: _poll_closed,
    e.DissentLogged: _dissent_logged,
    e.MinorityStarted: minority.minority_started,
    e.MinorityDrafted: minority.minority_drafted,
    e.MinorityReworded: minority.minority_reworded,
    e.MinorityAnswered: minority.minority_answered,
    e.MinoritySettled: minority.minority_settled,
    e.ReminderSent: _reminder_sent,
    e.Posted: posting.posted,
    e.Closed: _closed,
    e.FairnessAnswered: afterwards.fairness_answered,
    e.FollowedUp: afterwards.followed_up,
    e.Expired: afterwards.expired,
}
