"""Quick votes: one-tap reactions to other people's statements, which the models learn from.

What someone reacted to and how is sealed to their voter's handle and secret. Handles for speaking and voting meet
neither here nor in the log: whoever keeps both joins them for a drafting job (`rounds.draft_job`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from immutables import Map

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.drafts import QuickVote, Statement
from engine.deliberation.errors import DeliberationError
from engine.deliberation.member_events import Vote
from engine.deliberation.rules import require_member, require_notice, require_stage, require_time, require_voter
from engine.deliberation.sealed import Sealed
from engine.deliberation.state import Changes, State


def cast_quick_vote(state: State, command: c.CastQuickVote) -> tuple[e.AnyEvent, ...]:
    """Taken before a poll opens, so that the selection rests on nothing that was known later."""
    require_stage(state, "collecting", "critique")
    require_time(state, command.at)
    require_member(state, command.member)
    require_notice(state, command.member)
    require_voter(state, command.voter, eligible=command.eligible)
    text = _text(state, command.statement)
    if text is None:
        raise DeliberationError("unknown_statement", statement=command.statement)
    if author(state, command.statement) == command.member:
        raise DeliberationError("own_statement", statement=command.statement)
    before = _find(state, command.voter, command.statement)
    content = e.QuickVoteContent(statement=command.statement, wording=text.commitment, vote=command.vote)
    return (
        e.QuickVoteCast(
            at=command.at,
            request=command.request,
            quick_vote=command.new_id("q") if before is None else before.quick_vote,
            voter=command.voter,
            content=Sealed[e.QuickVoteContent].seal(
                content, salt=command.secret("salt:quick_vote"), owners=(command.voter,), secret=True
            ),
        ),
    )


def withdraw_quick_vote(state: State, command: c.WithdrawQuickVote) -> tuple[e.AnyEvent, ...]:
    """Not held to the deadline, as with all that is taken back."""
    require_stage(state, "collecting", "critique", "polling")
    before = _find(state, command.voter, command.statement)
    if before is None:
        raise DeliberationError("no_quick_vote", statement=command.statement)
    return (
        e.QuickVoteWithdrawn(at=command.at, request=command.request, quick_vote=before.quick_vote, voter=command.voter),
    )


def quick_vote_cast(state: State, event: e.QuickVoteCast) -> Changes:
    """What `evolve` makes of it."""
    theirs = _theirs(state, event.voter)
    return {
        "quick_votes": state.quick_votes.set(event.voter, theirs.set(event.quick_vote, event)),
        "quick_votes_cast": state.quick_votes_cast + 1,
        "voters": state.voters if event.voter in state.voters else state.voters.set(event.voter, None),
    }


def quick_vote_withdrawn(state: State, event: e.QuickVoteWithdrawn) -> Changes:
    """What `evolve` makes of it."""
    left = state.quick_votes[event.voter].delete(event.quick_vote)
    return {"quick_votes": state.quick_votes.set(event.voter, left) if left else state.quick_votes.delete(event.voter)}


def reactions(state: State, voter: str) -> dict[str, Vote]:
    """How a voter reacted, by statement, where the words that they reacted to are still shown; sorted.

    Empty in an exported log, which does not hold it.
    """
    if voter in state.barred_voters:
        return {}
    found: dict[str, Vote] = {}
    for event in _theirs(state, voter).values():
        content = event.content.value
        if content is not None:
            text = _text(state, content.statement)
            if text is not None and text.commitment == content.wording:
                found[content.statement] = content.vote
    return dict(sorted(found.items()))


def quick_votes_by_member(state: State, voters: Mapping[str, str]) -> tuple[QuickVote, ...]:
    """All reactions that count, for a drafting job; `voters` maps members to their handle for voting.

    A voter whom it does not name keeps that handle. Sorted, so that the order tells nothing of who came when.
    """
    members = {voter: member for member, voter in voters.items()}
    return tuple(
        QuickVote(member=member, statement=statement, vote=vote)
        for member, voter in sorted((members.get(voter, voter), voter) for voter in state.quick_votes)
        for statement, vote in reactions(state, voter).items()
    )


def times_answered(state: State) -> Counter[str]:
    """How many have reacted to each statement as it reads now."""
    return Counter(statement for voter in state.quick_votes for statement in reactions(state, voter))


def statements_to_ask(state: State, member: str, voter: str) -> tuple[Statement, ...]:
    """What a member can still be asked about: other people's opinions, then the shown draft's candidates.

    `voter` is the same person's handle for voting. A candidate in a member's own words is left out, since the opinion
    that it is from is asked about already.
    """
    asked = reactions(state, voter)
    found = [(one.id, one.text) for one in state.live_opinions if one.member != member]
    found += [
        (one.id, one.text)
        for one in (state.candidate(candidate) for candidate in state.standing)
        if one is not None and one.opinion is None
    ]
    return tuple(
        Statement(id=statement, text=text.value)
        for statement, text in found
        if text.value is not None and statement not in asked
    )


def author(state: State, statement: str) -> str | None:
    """Whose words a shown statement is in; None for a machine's."""
    candidate = state.candidate(statement)
    opinion = state.opinions.get(statement if candidate is None else candidate.opinion or "")
    return None if opinion is None else opinion.member


def _text(state: State, statement: str) -> Sealed[str] | None:
    """The words of a statement that is shown."""
    opinion = state.opinions.get(statement)
    if opinion is not None:
        return opinion.text
    candidate = state.candidate(statement)
    if candidate is None or candidate.rejected is not None or not state.stands(statement):
        return None
    return candidate.text


def _theirs(state: State, voter: str) -> Map[str, e.QuickVoteCast]:
    return state.quick_votes[voter] if voter in state.quick_votes else Map()


def _find(state: State, voter: str, statement: str) -> e.QuickVoteCast | None:
    for event in _theirs(state, voter).values():
        if event.content.value is not None and event.content.value.statement == statement:
            return event
    return None
