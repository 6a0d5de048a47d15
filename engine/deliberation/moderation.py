"""Opening, the rules, deadlines, removals, being forgotten, reminders and the end without a poll."""

from __future__ import annotations

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.errors import DeliberationError
from engine.deliberation.reminders import reminders
from engine.deliberation.resting import drafts_resting_on
from engine.deliberation.rules import abandon_draft, participation, require_stage
from engine.deliberation.speaking import standing_opinion
from engine.deliberation.state import State
from engine.deliberation.words import words
from welfare import UnknownRuleError, find_rule


def open_deliberation(command: c.Open) -> tuple[e.AnyEvent, ...]:
    """The settings are facts of the log from here on."""
    settings = command.settings
    if settings.quorum.eligible_share > 0 and settings.eligible is None:
        raise DeliberationError("eligible_missing")
    return (
        e.Opened(
            at=command.at,
            request=command.request,
            question=words(command.question, "question"),
            background=words(command.background, "background") if command.background.strip() else "",
            settings=settings.model_copy(update={"rule": _known_rule(settings.rule)}),
            moderator=command.moderator,
            until=command.at + 1000 * settings.opinion_seconds,
        ),
    )


def set_rule(state: State, command: c.SetRule) -> tuple[e.AnyEvent, ...]:
    """Nobody picks the rule once they can guess whom it favours."""
    require_stage(state, "collecting")
    if state.rules_locked:
        raise DeliberationError("rules_locked")
    rule = _known_rule(command.rule)
    return (e.RuleSet(at=command.at, request=command.request, rule=rule, moderator=command.moderator),)


def extend(state: State, command: c.Extend) -> tuple[e.AnyEvent, ...]:
    """A moderator extends a limited number of times, and never a poll that is over: turnout is known by then."""
    require_stage(state, "collecting", "critique", "polling")
    if command.moderator is not None:
        if state.extensions_left == 0:
            raise DeliberationError("extensions_used_up", limit=state.settings.extensions)
        if state.stage == "polling" and command.at >= state.until:
            raise DeliberationError("deadline_passed", until=state.until)
    if command.until <= max(state.until, command.at):
        raise DeliberationError("deadline_not_later", until=state.until)
    return (e.Extended(at=command.at, request=command.request, until=command.until, moderator=command.moderator),)


def remove_opinion(state: State, command: c.RemoveOpinion) -> tuple[e.AnyEvent, ...]:
    """Possible also after the end, since shown words can need hiding then; a count that was made stays."""
    opinion = standing_opinion(state, command.opinion)
    return (
        e.OpinionRemoved(
            at=command.at,
            request=command.request,
            opinion=opinion.id,
            with_it=drafts_resting_on(state, opinion.id),
            reason=words(command.reason, "reason"),
            moderator=command.moderator,
        ),
    )


def remove_member(state: State, command: c.RemoveMember) -> tuple[e.AnyEvent, ...]:
    """Both pseudonyms go in one event: the one place, besides being forgotten, where they meet."""
    require_stage(state, "collecting", "critique", "polling")
    _require_known(state, command.member, command.voter)
    if state.barred_members.get(command.member) == "removed":
        raise DeliberationError("member_removed")
    return (
        e.MemberRemoved(
            at=command.at,
            request=command.request,
            member=command.member,
            voter=command.voter,
            reason=words(command.reason, "reason"),
            moderator=command.moderator,
        ),
    )


def forget_member(state: State, command: c.ForgetMember) -> tuple[e.AnyEvent, ...]:
    """Possible in every phase and for removed members too; the store erases what the event names."""
    _require_known(state, command.member, command.voter)
    return (e.MemberErased(at=command.at, request=command.request, member=command.member, voter=command.voter),)


def record_reminder(state: State, command: c.RecordReminder) -> tuple[e.AnyEvent, ...]:
    """Each reminder is written down once, after it fell due."""
    require_stage(state, "collecting", "critique", "polling")
    found = next((one for one in reminders(state) if one.name == command.reminder), None)
    if command.reminder in state.reminders:
        raise DeliberationError("reminder_sent", reminder=command.reminder)
    if found is None:
        raise DeliberationError("unknown_reminder", reminder=command.reminder)
    if command.at < found.at:
        raise DeliberationError("reminder_not_due", reminder=command.reminder)
    return (e.ReminderSent(at=command.at, request=command.request, reminder=command.reminder),)


def close(state: State, command: c.Close) -> tuple[e.AnyEvent, ...]:
    """Not adopted where a poll with quorum said no; no decision where no poll was held. A poll is counted instead."""
    require_stage(state, "collecting", "critique")
    if command.at < state.until:
        raise DeliberationError("too_early", until=state.until)
    return (
        *abandon_draft(state, command.at, command.request),
        e.Closed(
            at=command.at,
            request=command.request,
            outcome="not_adopted" if state.rejected_in_poll else "no_decision",
            participation=participation(state),
            moderator=command.moderator,
        ),
    )


def withdraw(state: State, command: c.Withdraw) -> tuple[e.AnyEvent, ...]:
    """The emergency brake; it needs a reason."""
    require_stage(state, "collecting", "critique", "polling")
    return (
        *abandon_draft(state, command.at, command.request),
        e.Closed(
            at=command.at,
            request=command.request,
            outcome="withdrawn",
            participation=participation(state),
            reason=words(command.reason, "reason"),
            moderator=command.moderator,
        ),
    )


def _known_rule(rule: str) -> str:
    try:
        return find_rule(rule).name
    except UnknownRuleError as error:
        raise DeliberationError("unknown_rule", rule=rule, known=error.parameters["known"]) from None


def _require_known(state: State, member: str, voter: str) -> None:
    if "erased" in (state.barred_members.get(member), state.barred_voters.get(voter)):
        raise DeliberationError("member_erased")
    if member in state.voters or voter in state.members:
        raise DeliberationError("pseudonym_reused")
    if member not in state.members and member not in state.notices and voter not in state.voters:
        raise DeliberationError("unknown_member")
