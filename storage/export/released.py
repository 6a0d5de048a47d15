"""What leaves a store only with its voters' consent, and only from a crowd: who reacted how, and training rows.

A row of votes tells more than its numbers: whoever knows a few of someone's reactions finds the row, and then reads the
rest. So votes leave as a matrix only from those who allowed it, and only if at least `LEAST_VOTERS` did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from engine.deliberation import events as e
from engine.deliberation.consent import allows
from engine.deliberation.evolve import fold
from engine.deliberation.member_events import Vote
from engine.deliberation.quick_votes import reactions
from engine.deliberation.state import State
from storage.errors import StorageError

LEAST_VOTERS: Final = 20


@dataclass(frozen=True, slots=True)
class Comment:
    """A statement that people reacted to; `member` said it, None for a machine's draft."""

    id: str
    member: str | None
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class VoteMatrix:
    """Reactions by voter and comment (1 agree, 0 pass, -1 disagree); who did not react to a comment lacks it."""

    comments: tuple[Comment, ...]
    votes: Mapping[str, Mapping[str, Vote]]


@dataclass(frozen=True, slots=True)
class Preference:
    """One voter graded `chosen` above `rejected`; both are texts, and nothing says who or in which ballot."""

    chosen: str
    rejected: str


def vote_matrix(events: Sequence[e.AnyEvent]) -> VoteMatrix:
    """The reactions of those who allow "votes", from a store's events (an exported log does not hold them).

    Raises `StorageError` ("too_few_consented") below `LEAST_VOTERS` voters.
    """
    state = fold(events)
    comments = _comments(state, events)
    known = {comment.id for comment in comments}
    votes: dict[str, dict[str, Vote]] = {}
    for voter in sorted(state.quick_votes):
        if allows(state, voter, "votes"):
            theirs: dict[str, Vote] = {
                statement: vote for statement, vote in reactions(state, voter).items() if statement in known
            }
            if theirs:
                votes[voter] = theirs
    _require_crowd(len(votes), "votes")
    return VoteMatrix(comments, votes)


def _comments(state: State, events: Sequence[e.AnyEvent]) -> tuple[Comment, ...]:
    """Everything that is shown and that people could react to, in the order in which it came."""
    found: list[Comment] = []
    for event in events:
        if isinstance(event, e.OpinionGiven) and event.opinion in state.opinions:
            text = state.opinions[event.opinion].text.value
            if text is not None:
                found.append(Comment(event.opinion, event.member, text, event.at))
        elif isinstance(event, e.CandidatesDrafted):
            found += [
                Comment(candidate.id, None, candidate.text.value, event.at)
                for candidate in event.candidates
                if candidate.rejected is None
                and candidate.opinion is None
                and candidate.text.value is not None
                and state.stands(candidate.id)
            ]
    return tuple(found)


def preferences(events: Sequence[e.AnyEvent]) -> tuple[Preference, ...]:
    """Pairs of options from the ballots of those who allow "training", from a store's events; sorted.

    A member's own sentence is message text, and in no pair unless its author allows "words". Raises `StorageError`
    ("too_few_consented") below `LEAST_VOTERS` voters.
    """
    state = fold(events)
    closed = {event.poll for event in events if isinstance(event, e.PollClosed)}
    newest: dict[tuple[str, str], e.BallotCast] = {}
    for event in events:
        if isinstance(event, e.BallotCast) and event.poll in closed and allows(state, event.voter, "training"):
            newest[event.poll, event.voter] = event
    held = {key: event.ballot.value for key, event in newest.items() if event.ballot.value is not None}
    _require_crowd(len({voter for _, voter in held}), "training")
    pairs: list[Preference] = []
    for ballot in held.values():
        for one, other in combinations(sorted(ballot.grades), 2):
            better, worse = (one, other) if ballot.grades[one] > ballot.grades[other] else (other, one)
            chosen, rejected = _trainable(state, better), _trainable(state, worse)
            if ballot.grades[one] != ballot.grades[other] and chosen is not None and rejected is not None:
                pairs.append(Preference(chosen, rejected))
    return tuple(sorted(pairs, key=lambda pair: (pair.chosen, pair.rejected)))


def adopted_draft(events: Sequence[e.AnyEvent]) -> str | None:
    """The adopted wording, if a machine drafted it or its author allows "words", and it is shown."""
    state = fold(events)
    outcome = state.outcome
    if outcome is None or outcome.statement is None or outcome.outcome != "adopted":
        return None
    return _trainable(state, outcome.statement)


def members_words(events: Sequence[e.AnyEvent]) -> tuple[str, ...]:
    """The opinions whose authors allow "words", in the order in which they were given."""
    state = fold(events)
    found = (opinion.text.value for opinion in state.live_opinions if allows(state, opinion.member, "words"))
    return tuple(text for text in found if text is not None)


def _trainable(state: State, candidate: str) -> str | None:
    found = state.candidate(candidate)
    if found is None or not state.stands(candidate):
        return None
    if found.opinion is not None and not allows(state, state.opinions[found.opinion].member, "words"):
        return None
    return found.text.value


def _require_crowd(voters: int, use: str) -> None:
    if voters < LEAST_VOTERS:
        raise StorageError("too_few_consented", use=use, voters=voters, needed=LEAST_VOTERS)
