from __future__ import annotations

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.afterwards import expires_at, fairness_counts, follow_up_at
from engine.deliberation.counting import recount
from engine.deliberation.erasure import owners_due
from engine.deliberation.evolve import fold
from engine.deliberation.reminders import next_due
from engine.selection import reselect
from tests.engine.deliberation.storing import erased, exported, sealed_values
from tests.engine.deliberation.world import World

DAY = 24 * 3_600_000


def adopted(**settings: object) -> World:
    world = World(**({"quorum": {"ballots": 1}, "ballots_shown_from": 3} | settings))
    first = world.say("m1", "unmistakable aardvark")
    world.say("m2", "unmistakable aardvark too")
    world.do(c.CastQuickVote, member="m3", voter="v3", statement=first, vote=1)
    draft = world.draft(in_prompt=["m1", "m2"]).draft
    world.do(c.AnswerPoint, member="m2", draft=draft, answer="no", why="aardvark, why not")
    world.do(c.Report, member="m3", text=first, category="other")
    world.open_poll()
    for voter in ("v1", "v2", "v3", "v4"):
        world.vote(voter, 7)
    world.vote("v5", 2, reason="an aardvark of a reason", publish=True)
    world.close_poll()
    return world


def test_whether_it_was_fair_is_asked_after_the_end_and_told_from_k_answers_on() -> None:
    world = adopted()
    world.do(c.AnswerFairness, member="m1", voter="v1", answer="no")
    world.do(c.AnswerFairness, member="m1", voter="v1", answer="yes")
    world.do(c.AnswerFairness, member="m2", voter="v2", answer="partly")
    assert fairness_counts(world.state) is None
    assert world.refused(c.AnswerFairness, member="m9", voter="v9", answer="no").code == "unknown_member"
    world.do(c.AnswerFairness, member="m9", voter="v4", answer="yes")
    assert fairness_counts(world.state) == {"yes": 2, "partly": 1, "no": 0}
    assert fairness_counts(fold(exported(world.events))) is None
    world.do(c.ForgetMember, member="m1", voter="v1")
    assert fairness_counts(world.state) is None
    early = World()
    early.say("m1")
    assert early.refused(c.AnswerFairness, member="m1", voter="v1", answer="no").code == "wrong_phase"


def test_what_became_of_the_result_is_asked_two_weeks_later() -> None:
    world = adopted()
    closed = world.state.since
    assert follow_up_at(world.state) == next_due(world.state, closed) == closed + 14 * DAY
    assert world.refused(c.RecordFollowUp, done=False, moderator="mod").code == "text_empty"
    world.do(c.RecordPosted, what="follow_up", place="1/2/3")
    assert follow_up_at(world.state) is None, "it is asked once"
    world.do(c.RecordFollowUp, done=False, because="no money", moderator="mod")
    world.do(c.RecordFollowUp, done=True, moderator="mod")
    assert world.state.follow_up == world.all(e.FollowedUp)[1]
    assert next_due(world.state, closed) == expires_at(world.state) == closed + 90 * DAY


def test_nothing_is_asked_where_nothing_was_adopted() -> None:
    world = World()
    world.do(c.Withdraw, reason="over", moderator="mod")
    assert follow_up_at(world.state) is None


def test_personal_text_expires_and_the_adopted_wording_and_the_counts_stay() -> None:
    world = adopted()
    for person in (1, 2, 4):
        world.do(c.AnswerFairness, member=f"m{person}", voter=f"v{person}", answer="yes")
    due = expires_at(world.state)
    assert due is not None
    assert world.refused(c.Expire).parameters == {"until": due}
    assert owners_due(world.events) == frozenset()
    world.now = due
    world.do(c.Expire)
    owners = owners_due(world.events)
    stored = erased(world.events, owners)
    assert "aardvark" not in repr(world.state)
    assert "aardvark" not in "".join(event.model_dump_json() for event in stored)
    assert fold(stored) == world.state
    assert owners_due(stored) == frozenset()
    assert all(sealed["value"] is None or not sealed["owners"] for sealed in sealed_values(stored))
    assert world.state.outcome is not None
    assert world.state.outcome.text is not None
    assert world.state.outcome.text.value == "Draft 0"
    assert fairness_counts(fold(exported(stored))) == {"yes": 3, "partly": 0, "no": 0}
    assert recount(stored)[0].differences == ()
    assert [found.status for found in reselect(stored)] == ["withheld"]
    assert next_due(world.state, world.now) == due, "the follow-up was never asked"
    world.do(c.RecordFollowUp, done=True, moderator="mod")
    assert next_due(world.state, world.now) is None


def test_nothing_is_taken_after_expiry_and_it_expires_once() -> None:
    world = adopted()
    world.do(c.Expire, because="deployment_left")
    for kind, fields in (
        (c.Expire, {}),
        (c.AnswerFairness, {"member": "m1", "voter": "v1", "answer": "no"}),
        (c.Report, {"member": "m1", "text": world.state.statement, "category": "spam"}),
        (c.ForgetMember, {"member": "m1", "voter": "v1"}),
    ):
        assert world.refused(kind, **fields).code == "expired"
    world.do(c.RecordPosted, what="result", place=None)


def test_an_open_deliberation_does_not_expire() -> None:
    world = World()
    assert expires_at(world.state) is None
    assert world.refused(c.Expire, because="deployment_left").code == "wrong_phase"
