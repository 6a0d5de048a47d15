from __future__ import annotations

import pytest

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.decide import decide
from engine.deliberation.errors import CODES, DeliberationError, UnreadableLogError
from engine.deliberation.evolve import fold
from engine.deliberation.reminders import due_reminder, next_due
from engine.deliberation.settings import Settings
from tests.engine.deliberation.world import World, entropy


def test_nothing_happens_before_the_opening_and_it_happens_once() -> None:
    before = c.SetRule(at=1, request="r", entropy=entropy("r"), rule="nash", moderator="mod")
    with pytest.raises(DeliberationError) as caught:
        decide(None, before)
    assert caught.value.code == "not_opened"
    world = World()
    assert world.refused(c.Open, question="Again?", moderator="mod").code == "already_opened"


def test_a_quorum_by_share_needs_the_number_of_the_eligible() -> None:
    with pytest.raises(DeliberationError) as caught:
        World(quorum={"ballots": 1, "eligible_share": 0.2})
    assert caught.value.code == "eligible_missing"


def test_the_rule_locks_at_the_first_opinion_even_if_it_is_taken_back() -> None:
    world = World()
    world.do(c.SetRule, rule="atkinson:0.50", moderator="mod")
    assert world.state.settings.rule == "atkinson:0.5"
    assert world.refused(c.SetRule, rule="whim", moderator="mod").code == "unknown_rule"
    opinion = world.say("m1")
    world.do(c.WithdrawOpinion, member="m1", opinion=opinion)
    assert world.refused(c.SetRule, rule="nash", moderator="mod").code == "rules_locked"
    assert world.state.acts.rule_changes == 1


def test_an_unknown_rule_is_refused_at_opening() -> None:
    with pytest.raises(DeliberationError) as caught:
        World(rule="plurality")
    assert caught.value.code == "unknown_rule"


def test_extensions_are_counted_and_capped_but_downtime_is_made_up_for() -> None:
    world = World(extensions=1)
    until = world.state.until
    assert world.refused(c.Extend, until=until, moderator="mod").parameters == {"until": until}
    world.do(c.Extend, until=until + 1, moderator="mod")
    assert world.refused(c.Extend, until=until + 9, moderator="mod").code == "extensions_used_up"
    world.do(c.Extend, until=until + 9, moderator=None)
    assert (world.state.until, world.state.acts.extensions) == (until + 9, 1)


def test_a_moderator_cannot_reopen_a_poll_that_is_over() -> None:
    world = World()
    world.say("m1")
    world.draft()
    world.open_poll()
    world.now = world.state.until
    assert world.refused(c.Extend, until=world.now + 9, moderator="mod").code == "deadline_passed"
    world.do(c.Extend, until=world.now + 9, moderator=None)
    world.vote("v1", 5)


def test_what_was_voted_on_cannot_change_once_the_poll_is_open() -> None:
    world = World(shortlist=2)
    own, free = world.say("m1"), world.say("m2")
    world.draft(drafts=1, agreement=[0.5, 0.9])
    world.open_poll()
    options = world.state.options
    assert world.refused(c.WithdrawOpinion, member="m1", opinion=own).code == "opinion_is_voted_on"
    world.do(c.WithdrawOpinion, member="m2", opinion=free)
    for kind, fields in (
        (c.GiveOpinion, {"member": "m3", "text": "late"}),
        (c.ChangeOpinion, {"member": "m1", "opinion": own, "text": "other"}),
        (c.SetRule, {"rule": "nash", "moderator": "mod"}),
        (c.StartDraft, {"seed": 1, "moderator": "mod"}),
        (c.OpenPoll, {}),
        (c.OpenCritique, {}),
        (c.Close, {}),
    ):
        refusal = world.refused(kind, **fields)
        assert (refusal.code, refusal.parameters["phase"]) == ("wrong_phase", "polling")
    assert world.state.options == options


def test_a_removal_needs_a_reason_and_leaves_a_tombstone() -> None:
    world = World()
    opinion = world.say("m1")
    assert world.refused(c.RemoveOpinion, opinion=opinion, reason=" ", moderator="mod").code == "text_empty"
    world.do(c.RemoveOpinion, opinion=opinion, reason="an address", moderator="mod")
    assert world.state.removals == {opinion: "an address"}
    assert world.state.live_opinions == ()
    assert world.refused(c.ChangeOpinion, member="m1", opinion=opinion, text="x").parameters["how"] == "removed"
    assert world.refused(c.RemoveOpinion, opinion="o0", reason="x", moderator="mod").code == "unknown_opinion"


def test_a_removed_member_neither_speaks_nor_votes_and_their_ballot_is_void() -> None:
    world = World(quorum={"ballots": 1}, ballots_shown_from=2)
    for member in ("m1", "m2"):
        world.say(member)
    world.draft()
    world.open_poll()
    world.vote("v1", 1)
    world.vote("v2", 7)
    world.do(c.RemoveMember, member="m1", voter="v1", reason="two accounts", moderator="mod")
    poll = world.last(e.PollOpened)
    grades = {poll.options[0]: 1}
    assert world.refused(c.CastBallot, poll=poll.poll, voter="v1", grades=grades).code == "member_removed"
    assert world.refused(c.RemoveMember, member="m1", voter="v1", reason="x", moderator="m").code == "member_removed"
    assert world.state.turnout == 1
    closed = world.close_poll()
    assert (closed.counted, closed.voided) == (1, ("v1",))
    assert world.state.acts.members_removed == 1


def test_opinions_are_ones_own() -> None:
    world = World()
    opinion = world.say("m1")
    for kind, more in ((c.ChangeOpinion, {"text": "mine now"}), (c.WithdrawOpinion, {})):
        assert world.refused(kind, member="m2", opinion=opinion, **more).code == "not_your_opinion"
    assert world.refused(c.WithdrawOpinion, member="m1", opinion="o0").code == "unknown_opinion"


def test_a_pseudonym_for_speaking_never_votes() -> None:
    world = World()
    world.say("m1")
    world.draft()
    world.open_poll()
    poll = world.last(e.PollOpened)
    grades = {poll.options[0]: 4}
    assert world.refused(c.CastBallot, poll=poll.poll, voter="m1", grades=grades).code == "pseudonym_reused"
    world.vote("v1", 4)
    assert world.refused(c.ForgetMember, member="v1", voter="m1").code == "pseudonym_reused"
    assert world.refused(c.ForgetMember, member="m8", voter="v8").code == "unknown_member"
    world.do(c.ForgetMember, member="m1", voter="v1")
    world.close_poll()
    other = World()
    other.say("m1")
    other.draft()
    other.do(c.RemoveMember, member="m1", voter="v1", reason="spam", moderator="mod")
    assert other.refused(c.GiveOpinion, member="v1", text="me again").code == "pseudonym_reused"


def test_a_phase_that_leads_nowhere_ends_without_a_decision_but_not_early() -> None:
    world = World()
    assert world.refused(c.Close).code == "too_early"
    world.now = world.state.until
    assert world.refused(c.GiveOpinion, member="m1", text="late").code == "deadline_passed"
    world.do(c.Close)
    assert world.last(e.Closed).outcome == "no_decision"
    assert world.refused(c.Close).code == "closed"
    assert world.refused(c.Withdraw, reason="x", moderator="mod").code == "closed"


def test_after_a_poll_with_quorum_it_ends_as_not_adopted() -> None:
    world = World(quorum={"ballots": 1})
    world.say("m1")
    world.draft()
    world.open_poll()
    world.vote("v1", 1)
    world.close_poll()
    world.now = world.state.until
    world.do(c.Close)
    assert world.last(e.Closed).outcome == "not_adopted"


def test_a_moderator_can_withdraw_it_with_a_reason() -> None:
    world = World()
    world.do(c.Withdraw, reason="settled elsewhere", moderator="mod")
    end = world.last(e.Closed)
    assert (end.outcome, end.reason, end.moderator) == ("withdrawn", "settled elsewhere", "mod")


def test_words_can_be_hidden_and_people_forgotten_after_the_end() -> None:
    world = World()
    opinion = world.say("m1")
    world.say("m2")
    world.do(c.Withdraw, reason="over", moderator="mod")
    world.do(c.RemoveOpinion, opinion=opinion, reason="reported", moderator="mod")
    world.do(c.ForgetMember, member="m2", voter="v2")
    assert world.state.live_opinions == ()


def test_a_reminder_is_sent_once_and_the_newest_stands_for_the_missed() -> None:
    world = World(reminder_shares=(0.5, 0.75), opinion_seconds=100)
    start = world.now
    assert due_reminder(world.state, start + 49_999) is None
    assert next_due(world.state, start) == start + 50_000
    first = due_reminder(world.state, start + 50_000)
    assert first is not None
    assert first.name == "collecting/1/0.5"
    newest = due_reminder(world.state, start + 80_000)
    assert newest is not None
    assert world.refused(c.RecordReminder, reminder=newest.name).code == "reminder_not_due"
    world.now = start + 80_000
    world.do(c.RecordReminder, reminder=newest.name)
    assert due_reminder(world.state, world.now) is None
    assert world.refused(c.RecordReminder, reminder=newest.name).code == "reminder_sent"
    assert world.refused(c.RecordReminder, reminder="x").code == "unknown_reminder"
    world.do(c.Extend, until=start + 200_000, moderator=None)
    assert due_reminder(world.state, start + 120_000) is None, "the one before the newest is stale"
    assert next_due(world.state, start + 120_000) == start + 200_000
    assert due_reminder(world.state, start + 200_000) is None


def test_a_log_that_no_deliberation_could_have_written_is_not_folded() -> None:
    world = World()
    world.say("m1")
    opened, given = world.events
    changed = e.OpinionChanged(at=1, request="x", opinion="o0", member="m1", text=world.last(e.OpinionGiven).text)
    selected = e.DraftingFailed(at=1, request="x", draft="d0", code="x")
    for events in ([given], [opened, opened], [opened, changed], [opened, selected]):
        with pytest.raises(UnreadableLogError) as caught:
            fold(events)
        assert caught.value.code == "impossible_event"
    with pytest.raises(UnreadableLogError, match="empty_log"):
        fold([])


def test_every_refusal_has_a_code_with_known_parameters() -> None:
    with pytest.raises(KeyError):
        DeliberationError("made_up")
    with pytest.raises(AssertionError):
        DeliberationError("draft_pending")
    assert all(len(set(parameters)) == len(parameters) for parameters in CODES.values())
    assert str(DeliberationError("too_early", until=5)) == "too_early(until=5)"


def test_settings_of_an_opened_deliberation_are_facts_of_its_log() -> None:
    world = World(rule="nash", language="de")
    assert world.last(e.Opened).settings == Settings(rule="nash", language="de")
