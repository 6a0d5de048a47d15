from __future__ import annotations

from typing import Any

import pytest

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.counting import STATUS_QUO, choose, ranks, recount
from engine.deliberation.receipts import check_receipt, receipt
from engine.deliberation.sealed import commitment
from tests.engine.deliberation.world import World


def ready_to_vote(**settings: object) -> World:
    world = World(**({"quorum": {"ballots": 1}, "ballots_shown_from": 2} | settings))
    for member in ("m1", "m2", "m3"):
        world.say(member)
    world.draft()
    world.open_poll()
    return world


def test_a_ballot_cast_twice_counts_once() -> None:
    world = ready_to_vote()
    world.vote("v1", 2)
    world.vote("v1", 6)
    world.vote("v2", 7)
    assert world.state.turnout == 2
    closed = world.close_poll()
    assert closed.counted == 2
    assert closed.tally == {world.statements()[0]: (0, 0, 0, 0, 0, 1, 1)}


def test_a_request_that_arrives_twice_changes_nothing() -> None:
    world = ready_to_vote()
    poll = world.last(e.PollOpened)
    vote = world.command(c.CastBallot, poll=poll.poll, voter="v1", grades={poll.options[0]: 5})
    assert len(world.run(vote)) == 1
    assert world.run(vote) == ()
    world.close_poll()
    assert world.run(vote) == ()


def test_agreement_adopts_and_keeps_the_wording() -> None:
    world = ready_to_vote()
    for voter in ("v1", "v2", "v3"):
        world.vote(voter, 6)
    closed = world.close_poll()
    assert (closed.choice, closed.adopted, closed.quorum_met) == (world.statements()[0], True, True)
    end = world.last(e.Closed)
    assert end.text is not None
    assert (end.outcome, end.statement, end.text.value) == ("adopted", closed.choice, "Draft 0")
    assert world.state.phase == "closed"
    assert world.state.statement == closed.choice


@pytest.mark.parametrize(
    ("grades", "adopted"),
    [
        ((5, 5, 5, 4, 4), True),  # three of five agree: exactly 60 %
        ((5, 5, 4, 4, 4), False),
        ((7, 7, 7, 7, 2), True),  # one of five strongly against: exactly 20 %
        ((7, 7, 7, 2, 1), False),
        ((4, 4, 4, 4, 4), False),
    ],
)
def test_adoption_needs_enough_for_and_not_too_many_strongly_against(grades: tuple[int, ...], adopted: bool) -> None:
    world = ready_to_vote()
    for number, grade in enumerate(grades):
        world.vote(f"v{number}", grade)
    assert world.close_poll().adopted is adopted


def test_without_quorum_there_is_no_decision_even_with_rounds_left() -> None:
    world = ready_to_vote(quorum={"ballots": 3})
    world.vote("v1", 7)
    world.vote("v2", 7)
    closed = world.close_poll()
    assert (closed.quorum_met, closed.adopted) == (False, False)
    assert world.last(e.Closed).outcome == "no_decision"


def test_a_share_of_the_eligible_can_be_the_quorum() -> None:
    world = ready_to_vote(quorum={"ballots": 1, "eligible_share": 0.5}, eligible=5)
    world.vote("v1", 7)
    world.vote("v2", 7)
    assert not world.close_poll().quorum_met


def test_nobody_voted() -> None:
    world = ready_to_vote()
    closed = world.close_poll()
    assert (closed.choice, closed.tie_broken_by, closed.counted) == (e.KEEP_THINGS, STATUS_QUO, 0)
    assert world.last(e.Closed).outcome == "no_decision"
    assert recount(world.events)[0].differences == ()


def test_a_tie_with_keeping_things_keeps_things() -> None:
    world = ready_to_vote()
    world.vote("v1", 7)
    world.vote("v2", 1)
    closed = world.close_poll()
    assert (closed.choice, closed.tie_broken_by) == (e.KEEP_THINGS, STATUS_QUO)


def test_a_tie_among_statements_is_broken_by_a_lottery_that_names_its_seed() -> None:
    ballots = [
        e.BallotContent(tag="1", grades={"a": 7, "b": 6}),
        e.BallotContent(tag="2", grades={"a": 6, "b": 7}),
    ]
    options = ("a", "b", e.KEEP_THINGS)
    choices = {poll: choose(ballots, options, poll) for poll in ("p1", "p2", "p3", "p4", "p5", "p6")}
    assert {choice.option for choice in choices.values()} == {"a", "b"}
    assert all((choice.tie_broken_by or "").startswith("lottery(seed=") for choice in choices.values())
    assert choose(ballots, options, "p1") == choices["p1"]


def test_keeping_things_lies_between_grades_four_and_five() -> None:
    place = ranks(e.BallotContent(tag="t", grades={"four": 4, "five": 5}), ("four", e.KEEP_THINGS, "five"))
    assert place[2] < place[1] < place[0]


def test_an_explicit_ranking_goes_before_the_order_of_grades() -> None:
    world = ready_to_vote(shortlist=2)
    first, second = world.statements()
    for voter in ("v1", "v2"):
        world.vote(voter, 7, 6, ranking=((second,), (first,), (e.KEEP_THINGS,)))
    closed = world.close_poll()
    assert closed.choice == second
    assert closed.choice_ranking == ((second,), (first,), (e.KEEP_THINGS,))


def test_a_ballot_must_fit_the_poll() -> None:
    world = ready_to_vote(shortlist=2)
    first, second = world.statements()
    poll = world.last(e.PollOpened).poll
    fits = {first: 4, second: 4}
    wrong = {
        "grade_missing": {"grades": {first: 4}},
        "unknown_option": {"grades": fits | {"elsewhere": 4}},
        "grade_out_of_range": {"grades": fits | {first: 8}},
        "ranked_twice": {"grades": fits, "ranking": ((first,), (first, second), (e.KEEP_THINGS,))},
        "ranking_incomplete": {"grades": fits, "ranking": ((first,), (second,))},
    }
    for code, fields in wrong.items():
        assert world.refused(c.CastBallot, poll=poll, voter="v1", **fields).code == code
    assert world.refused(c.CastBallot, poll="p0", voter="v1", grades=fits).parameters == {"poll": poll}
    elsewhere = ((first,), ("elsewhere",), (second,), (e.KEEP_THINGS,))
    assert world.refused(c.CastBallot, poll=poll, voter="v1", grades=fits, ranking=elsewhere).code == "unknown_option"


def test_latecomers_vote_only_where_that_was_opened() -> None:
    closed_to_them, open_to_them = ready_to_vote(), ready_to_vote(latecomers_vote=True)
    poll = closed_to_them.last(e.PollOpened)
    refusal = closed_to_them.refused(
        c.CastBallot, poll=poll.poll, voter="v1", grades={poll.options[0]: 4}, eligible=False
    )
    assert refusal.code == "not_eligible"
    open_to_them.vote("v1", 4, eligible=False)
    assert open_to_them.state.turnout == 1


def test_a_poll_is_counted_at_its_deadline_or_once_all_have_voted() -> None:
    world = ready_to_vote(eligible=2)
    poll = world.last(e.PollOpened).poll
    world.vote("v1", 6)
    assert world.refused(c.ClosePoll, poll=poll).code == "too_early"
    world.vote("v2", 6)
    world.do(c.ClosePoll, poll=poll)
    assert world.last(e.PollClosed).counted == 2


def test_a_ballot_at_the_deadline_is_too_late() -> None:
    world = ready_to_vote()
    poll = world.last(e.PollOpened)
    fields = {"poll": poll.poll, "grades": {poll.options[0]: 6}}
    world.do(c.CastBallot, voter="v1", at=poll.until - 1, **fields)
    assert world.refused(c.CastBallot, voter="v2", at=poll.until, **fields).code == "deadline_passed"


def test_where_nothing_is_adopted_the_best_statement_is_criticised_next_while_rounds_are_left() -> None:
    world = ready_to_vote(rounds=2)
    statement = world.statements()[0]
    world.vote("v1", 2)
    world.vote("v2", 3)
    closed = world.close_poll()
    assert closed.choice == e.KEEP_THINGS
    assert world.last(e.CritiqueOpened).statement == statement
    assert (world.state.stage, world.state.round) == ("critique", 2)
    assert world.refused(c.OpenPoll).code == "already_voted_on"
    world.do(c.GiveCritique, member="m1", text="It forgets the yard.")
    world.draft()
    world.open_poll()
    world.vote("v1", 2)
    world.close_poll()
    assert world.last(e.Closed).outcome == "not_adopted"


def test_the_published_list_names_no_handle_and_is_sorted_by_random_tag() -> None:
    world = ready_to_vote()
    cast = [world.vote(f"v{number}", grade) for number, grade in enumerate((1, 3, 5, 7))]
    closed = world.close_poll()
    tags = [ballot.tag for ballot in closed.ballots]
    assert tags == sorted(tags)
    assert not any(f"v{number}" in closed.model_dump_json() for number in range(4))
    for event in cast:
        assert event.ballot.secret
        check = check_receipt(receipt(event), world.all(e.BallotCast), closed)
        assert check.status == "counted"
        assert check.ballot == event.ballot.value


def test_a_receipt_of_a_replaced_ballot_is_not_listed_and_a_forged_listing_shows() -> None:
    world = ready_to_vote()
    replaced, kept = world.vote("v1", 1), world.vote("v1", 7)
    world.vote("v2", 7)
    closed = world.close_poll()
    cast = world.all(e.BallotCast)
    assert check_receipt(receipt(replaced), cast, closed).status == "not_listed"
    first = next(ballot for ballot in closed.ballots if ballot.tag == receipt(kept).tag)
    forged = first.model_copy(update={"grades": dict.fromkeys(first.grades, 1)})
    others = [ballot for ballot in closed.ballots if ballot.tag != first.tag]
    tampered = closed.model_copy(update={"ballots": (forged, *others)})
    assert check_receipt(receipt(kept), cast, tampered).status == "never_cast"
    assert "tally" in recount([e if e is not closed else tampered for e in world.events])[0].differences


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"outcome": "no_decision", "statement": None}, ("outcome", "statement")),
        ({"outcome": "not_adopted"}, ("outcome",)),
        ({"statement": "another"}, ("statement",)),
        ({"participation": e.Participation(eligible=None, spoke=3, voted=2)}, ("participation",)),
        ({"participation": None}, ()),
    ],
)
def test_an_end_that_contradicts_its_poll_shows(changes: dict[str, Any], found: tuple[str, ...]) -> None:
    world = ready_to_vote()
    for voter in ("v1", "v2", "v3"):
        world.vote(voter, 7)
    world.close_poll()
    *before, end = world.events
    assert recount([*before, end])[0].differences == ()
    assert recount([*before, end.model_copy(update=changes)])[0].differences == found


def test_an_end_long_after_its_poll_may_count_others() -> None:
    world = ready_to_vote(rounds=2)
    for voter in ("v1", "v2", "v3"):
        world.vote(voter, 1)
    world.close_poll()
    world.do(c.Withdraw, reason="moved", moderator="mo")
    assert recount(world.events)[0].differences == ()
    *before, end = world.events
    assert recount([*before, end.model_copy(update={"outcome": "adopted"})])[0].differences == ("outcome",)


def test_below_k_the_tally_is_attested_and_nothing_else_is_listed() -> None:
    world = ready_to_vote(ballots_shown_from=4)
    cast = world.vote("v1", 2, reason="too far", publish=True)
    world.vote("v2", 3, reason="secretly no")
    world.vote("v3", 6)
    closed = world.close_poll()
    assert (closed.withheld, closed.ballots) == (True, ())
    assert sum(closed.tally[world.statements()[0]]) == 3
    dissent = world.last(e.DissentLogged)
    assert dissent.count == 2
    assert [(one.tag, one.grade, one.reason and one.reason.value) for one in dissent.dissent] == [
        (None, None, "too far")
    ]
    assert check_receipt(receipt(cast), world.all(e.BallotCast), closed).status == "withheld"
    assert recount(world.events)[0] == recount(world.events)[0].__class__(closed.poll, False, ())


def test_dissent_is_every_ballot_below_the_middle_with_its_reason_only_by_consent() -> None:
    world = ready_to_vote()
    world.vote("v1", 3, reason="It costs too much.", publish=True)
    world.vote("v2", 1, reason="My neighbour is a fool.", publish=False)
    world.vote("v3", 4)
    for voter in ("v4", "v5", "v6", "v7", "v8"):
        world.vote(voter, 7)
    world.close_poll()
    logged = world.last(e.DissentLogged)
    assert logged.count == 2
    assert sorted(one.grade or 0 for one in logged.dissent) == [1, 3]
    assert [one.reason.value for one in logged.dissent if one.reason] == ["It costs too much."]
    assert [one.tag for one in logged.dissent] == sorted(one.tag or "" for one in logged.dissent)
    text = "".join(event.model_dump_json() for event in world.events[-3:])
    assert "fool" not in text
    assert '"v1"' not in text  # a reason is its tag's: its handle would join the list to who cast it


def test_dissent_where_keeping_things_was_chosen_is_against_the_best_statement() -> None:
    world = ready_to_vote(shortlist=2)
    for voter in ("v1", "v2", "v3"):
        world.vote(voter, 1, 3)
    world.close_poll()
    logged = world.last(e.DissentLogged)
    assert (logged.statement, logged.count) == (world.statements()[1], 3)


def test_what_a_cast_event_commits_to_is_what_it_holds() -> None:
    world = ready_to_vote()
    cast = world.vote("v1", 3, reason="no", publish=True)
    for sealed in (cast.ballot, cast.reason):
        assert sealed is not None
        assert sealed.salt is not None
        assert sealed.value is not None
        assert commitment(sealed.salt, sealed.value.model_dump(mode="json")) == sealed.commitment


def test_nobody_sees_who_gave_a_reason() -> None:
    world = ready_to_vote()
    silent, loud = world.vote("v1", 3), world.vote("v2", 3, reason="no", publish=True)
    for cast in (silent, loud):
        assert cast.reason is not None
        assert cast.reason.secret
    assert silent.reason is not None
    assert silent.reason.value == e.Reason(text="", publish=False)
    world.close_poll()
    assert [one.reason is None for one in world.last(e.DissentLogged).dissent].count(True) >= 1


def test_an_option_whose_words_were_removed_is_not_chosen_and_ballots_stay_as_cast() -> None:
    world = World(quorum={"ballots": 1}, ballots_shown_from=2, shortlist=2)
    opinion, _ = world.say("m1"), world.say("m2")
    world.draft(drafts=1, agreement=[0.5, 0.9])
    world.open_poll()
    own, draft = world.statements()
    early = world.vote("v1", 7, 5)
    world.do(c.RemoveOpinion, opinion=opinion, reason="names a neighbour", moderator="mod")
    assert world.state.options == (draft, e.KEEP_THINGS)
    assert world.state.statement == draft
    stale = world.vote("v2", 7, 6, ranking=((own,), (draft, e.KEEP_THINGS)))
    assert stale.ballot.value is not None
    assert stale.ballot.value.grades == {draft: 6}
    assert stale.ballot.value.ranking == ((draft, e.KEEP_THINGS),)
    closed = world.close_poll()
    assert closed.choice == draft
    assert closed.tally == {own: (0, 0, 0, 0, 0, 0, 1), draft: (0, 0, 0, 0, 1, 1, 0)}
    assert check_receipt(receipt(early), world.all(e.BallotCast), closed).status == "counted"
    assert recount(world.events)[0].differences == ()


def test_when_every_option_is_gone_the_poll_still_ends() -> None:
    world = World(quorum={"ballots": 1}, rounds=2)
    opinion = world.say("m1")
    world.draft(drafts=0)
    world.open_poll()
    world.vote("v1", 7)
    world.do(c.RemoveOpinion, opinion=opinion, reason="insult", moderator="mod")
    assert world.state.statement is None
    closed = world.close_poll()
    assert closed.choice == e.KEEP_THINGS
    assert world.last(e.Closed).outcome == "not_adopted"
    assert world.all(e.DissentLogged) == []


def test_a_ballot_cast_while_an_option_was_hidden_says_nothing_about_it() -> None:
    world = World(quorum={"ballots": 2}, ballots_shown_from=2, shortlist=2)
    world.say("m1")
    world.draft()
    world.open_poll()
    first, second = world.statements()
    world.vote("v1", 7, 4)
    world.do(c.Hide, text=first, moderator="mod")
    poll = world.last(e.PollOpened).poll
    world.do(c.CastBallot, poll=poll, voter="v2", grades={second: 3})
    world.do(c.CastBallot, poll=poll, voter="v3", grades={second: 4}, ranking=((e.KEEP_THINGS,), (second,)))
    world.do(c.Restore, text=first, moderator="mod")
    closed = world.close_poll()
    assert (closed.choice, closed.tally[first]) == (first, (0, 0, 0, 0, 0, 0, 1))
    assert (closed.quorum_met, closed.adopted) == (True, False), "one ballot graded it, and a decision takes two"
    assert recount(world.events)[0].differences == ()
