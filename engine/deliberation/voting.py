"""The poll: opening it, ballots, and the close, where people decide."""

from __future__ import annotations

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.counting import Choice, adopted, choose, quorum_met, tally
from engine.deliberation.erasure import reason_owner
from engine.deliberation.errors import DeliberationError
from engine.deliberation.rules import (
    abandon_draft,
    participation,
    require_notice,
    require_stage,
    require_time,
    require_voter,
)
from engine.deliberation.sealed import Sealed
from engine.deliberation.settings import HIGHEST_GRADE, LOWEST_GRADE, MIDDLE_GRADE
from engine.deliberation.state import Poll, State
from engine.deliberation.words import words


def open_poll(state: State, command: c.OpenPoll) -> tuple[e.AnyEvent, ...]:
    """The best drafts whose words still stand, and keeping things as they are. A draft is voted on once."""
    require_stage(state, "collecting", "critique")
    if not state.standing:
        raise DeliberationError("no_statement")
    draft = state.draft
    if state.poll is not None and draft is not None and state.poll.draft == draft.id:
        raise DeliberationError("already_voted_on")
    return (
        *abandon_draft(state, command.at, command.request),
        e.PollOpened(
            at=command.at,
            request=command.request,
            poll=command.new_id("p"),
            round=state.round,
            options=(*state.standing[: state.settings.shortlist], e.KEEP_THINGS),
            until=command.at + 1000 * state.settings.poll_seconds,
            moderator=command.moderator,
        ),
    )


def cast_ballot(state: State, command: c.CastBallot) -> tuple[e.AnyEvent, ...]:
    """The newest ballot of a handle counts. What it says about an option whose words are gone is left out."""
    poll = _open_poll(state, command.poll)
    require_time(state, command.at)
    require_voter(state, command.voter, eligible=command.eligible)
    require_notice(state, command.member)
    ballot = e.BallotContent(
        tag=command.secret("tag"),
        grades=_grades(command, state, poll),
        ranking=_ranking(command, state, poll),
    )
    given = command.reason is not None and bool(command.reason.strip())
    # Sealed also where there is none: were it seen who gave one, a published reason would name a handle.
    reason = Sealed[e.Reason].seal(
        e.Reason(text=words(command.reason or "", "reason") if given else "", publish=given and command.publish),
        salt=command.secret("salt:reason"),
        owners=(command.voter,),
        secret=True,
    )
    return (
        e.BallotCast(
            at=command.at,
            request=command.request,
            poll=poll.id,
            voter=command.voter,
            ballot=Sealed[e.BallotContent].seal(
                ballot, salt=command.secret("salt:ballot"), owners=(command.voter,), secret=True
            ),
            reason=reason,
        ),
    )


def close_poll(state: State, command: c.ClosePoll) -> tuple[e.AnyEvent, ...]:
    """Count, log the dissent, and end the deliberation or begin the next round: one decision, so all or nothing.

    Without quorum there is no decision, also where rounds are left. Where nothing was adopted and a round is left, the
    best candidate is criticised next.
    """
    poll = _open_poll(state, command.poll)
    # Where latecomers vote as well, a turnout of that number does not say that all others have voted.
    eligible = None if state.settings.latecomers_vote else state.settings.eligible
    everyone_voted = eligible is not None and state.turnout >= eligible
    if command.at < state.until and not everyone_voted:
        raise DeliberationError("too_early", until=state.until)
    cast = _counted(state)
    ballots = tuple(ballot for ballot, _ in cast)
    choice = choose(ballots, state.options, poll.id)
    withheld = len(ballots) < state.settings.ballots_shown_from
    counts = tally(ballots, poll.options)
    closed = e.PollClosed(
        at=command.at,
        request=command.request,
        poll=poll.id,
        round=poll.round,
        ballots=() if withheld else ballots,
        withheld=withheld,
        tally=counts,
        counted=len(ballots),
        voided=state.voided,
        choice=choice.option,
        choice_ranking=choice.ranking,
        quorum_met=quorum_met(len(ballots), state.settings.quorum, state.settings.eligible),
        adopted=adopted(choice, counts, len(ballots), state.settings),
        tie_broken_by=choice.tie_broken_by,
    )
    return (closed, *_dissent(command, closed, choice, cast), _what_follows(state, command, closed, choice))


Counted = tuple[e.BallotContent, e.Reason | None]


def _open_poll(state: State, poll: str) -> Poll:
    require_stage(state, "polling")
    assert state.poll is not None
    if state.poll.id != poll:
        raise DeliberationError("other_poll", poll=state.poll.id)
    return state.poll


def _grades(command: c.CastBallot, state: State, poll: Poll) -> dict[str, int]:
    shown = frozenset(poll.options) - {e.KEEP_THINGS}
    for option, grade in command.grades.items():
        if option not in shown:
            raise DeliberationError("unknown_option", option=option)
        if not LOWEST_GRADE <= grade <= HIGHEST_GRADE:
            raise DeliberationError("grade_out_of_range", option=option, grade=grade)
    standing = [option for option in state.options if option != e.KEEP_THINGS]
    for option in standing:
        if option not in command.grades:
            raise DeliberationError("grade_missing", option=option)
    return {option: command.grades[option] for option in standing}


def _ranking(command: c.CastBallot, state: State, poll: Poll) -> tuple[tuple[str, ...], ...]:
    ranked: set[str] = set()
    for tier in command.ranking:
        for option in tier:
            if option not in poll.options:
                raise DeliberationError("unknown_option", option=option)
            if option in ranked:
                raise DeliberationError("ranked_twice", option=option)
            ranked.add(option)
    if not ranked:
        return ()
    for option in state.options:
        if option not in ranked:
            raise DeliberationError("ranking_incomplete", option=option)
    # Options in the order of the poll: the order in which someone tapped them within a tier says nothing.
    tiers = (tuple(option for option in state.options if option in tier) for tier in command.ranking)
    return tuple(tier for tier in tiers if tier)


def _counted(state: State) -> list[Counted]:
    """The ballots that count, sorted by random tag, so that their order tells nothing about who cast which."""
    counted: list[Counted] = []
    for event in state.valid_ballots:
        if event.ballot.value is None or (event.reason is not None and event.reason.value is None):
            raise DeliberationError("ballots_missing")
        reason = None if event.reason is None else event.reason.value
        counted.append((event.ballot.value, reason if reason is not None and reason.text else None))
    return sorted(counted, key=lambda pair: pair[0].tag)


def _dissent(
    command: c.ClosePoll, closed: e.PollClosed, choice: Choice, cast: list[Counted]
) -> tuple[e.DissentLogged, ...]:
    """Every ballot below the middle for the chosen or, where keeping things was chosen, the best statement.

    Each published reason is sealed to an owner made of its ballot's tag: sealed to the handle, it would join handle and
    grade. Below k only reasons whose voters consented are listed, without tag and grade, sorted by commitment.
    """
    statement = choice.leading if choice.option == e.KEEP_THINGS else choice.option
    if statement is None:
        return ()
    against = [(ballot, reason) for ballot, reason in cast if ballot.grades.get(statement, MIDDLE_GRADE) < MIDDLE_GRADE]
    listed = [
        e.Dissent(
            tag=None if closed.withheld else ballot.tag,
            grade=None if closed.withheld else ballot.grades[statement],
            reason=_published(command, ballot, reason),
        )
        for ballot, reason in against
    ]
    if closed.withheld:
        reasons = {one.reason.commitment: one for one in listed if one.reason is not None}
        listed = [reasons[commitment] for commitment in sorted(reasons)]
    return (
        e.DissentLogged(
            at=command.at,
            request=command.request,
            poll=closed.poll,
            statement=statement,
            dissent=tuple(listed),
            count=len(against),
        ),
    )


def _published(command: c.ClosePoll, ballot: e.BallotContent, reason: e.Reason | None) -> Sealed[str] | None:
    if reason is None or not reason.publish:
        return None
    owner = reason_owner(ballot.tag)
    return Sealed[str].seal(reason.text, salt=command.secret(f"salt:dissent:{ballot.tag}"), owners=(owner,))


def _what_follows(
    state: State, command: c.ClosePoll, closed: e.PollClosed, choice: Choice
) -> e.Closed | e.CritiqueOpened:
    took_part = participation(state)
    if not closed.quorum_met:
        return e.Closed(at=command.at, request=command.request, outcome="no_decision", participation=took_part)
    if closed.adopted:
        chosen = state.candidate(choice.option)
        assert chosen is not None
        wording = "" if chosen.text.value is None else chosen.text.value
        return e.Closed(
            at=command.at,
            request=command.request,
            outcome="adopted",
            statement=choice.option,
            text=Sealed[str].seal(wording, salt=command.secret("salt:adopted")),
            participation=took_part,
        )
    criticised = choice.leading if choice.option == e.KEEP_THINGS else choice.option
    if criticised is None or state.round >= state.settings.rounds:
        return e.Closed(at=command.at, request=command.request, outcome="not_adopted", participation=took_part)
    return e.CritiqueOpened(
        at=command.at,
        request=command.request,
        round=state.round + 1,
        statement=criticised,
        until=command.at + 1000 * state.settings.critique_seconds,
    )
