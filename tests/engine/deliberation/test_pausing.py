from __future__ import annotations

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.reminders import due_reminder, next_due, reminders
from engine.deliberation.rounds import draft_job
from tests.engine.deliberation.world import World, drafted

HOUR = 3_600_000


def test_a_pause_moves_the_deadline_and_the_reminders_by_its_length() -> None:
    world = World(opinion_seconds=8 * 3600, reminder_shares=(0.5,))
    until, reminder = world.state.until, reminders(world.state)[0].at
    world.now += HOUR
    world.do(c.Pause, moderator="mod", reason="cool off")
    world.now += 30 * HOUR
    assert next_due(world.state, world.now) is None
    assert due_reminder(world.state, reminder) is None
    assert world.refused(c.Close).code == "paused"
    world.do(c.Resume, moderator="mod")
    assert world.last(e.Resumed).until == world.state.until == until + 30 * HOUR
    assert reminders(world.state)[0].at == reminder + 30 * HOUR
    assert world.refused(c.Resume, moderator="mod").code == "not_paused"
    assert (world.last(e.Paused).reason, world.state.acts.pauses) == ("cool off", 1)


def test_a_poll_has_as_much_time_after_a_pause_as_it_had_before() -> None:
    world = World(quorum={"ballots": 1})
    world.say("m1")
    world.draft()
    poll = world.open_poll()
    left = world.state.until - world.now
    world.do(c.Pause, moderator="mod")
    world.now = world.state.until + 1
    assert world.refused(c.ClosePoll, poll=poll).code == "paused"
    fields = {"poll": poll, "voter": "v1", "grades": {world.statements()[0]: 7}}
    assert world.refused(c.CastBallot, **fields).code == "paused"
    world.do(c.Resume, moderator="mod")
    assert world.state.until - world.now == left
    world.do(c.CastBallot, **fields)


def test_a_pause_after_the_deadline_gives_no_time_back() -> None:
    world = World()
    world.now = world.state.until
    world.do(c.Pause, moderator="mod")
    world.now += HOUR
    world.do(c.Resume, moderator="mod")
    assert world.refused(c.GiveOpinion, member="m1", text="late").code == "deadline_passed"


def test_while_paused_people_take_back_and_are_kept_safe_and_nothing_else_is_taken() -> None:
    world = World()
    first, second, third = (world.say(member) for member in ("m1", "m2", "m3"))
    world.do(c.CastQuickVote, member="m3", voter="v3", statement=first, vote=1)
    world.draft()
    world.do(c.OpenCritique)
    world.do(c.GiveCritique, member="m1", text="too vague")
    world.do(c.StartDraft, seed=1)
    result = drafted(draft_job(world.state), in_prompt=[])
    world.do(c.Pause, moderator="mod")
    for kind, fields in (
        (c.GiveOpinion, {"member": "m4", "text": "More."}),
        (c.ChangeOpinion, {"member": "m1", "opinion": first, "text": "Other."}),
        (c.GiveCritique, {"member": "m1", "text": "More."}),
        (c.CastQuickVote, {"member": "m3", "voter": "v3", "statement": second, "vote": 1}),
        (c.AnswerPoint, {"member": "m1", "draft": result.draft, "answer": "no"}),
        (c.TakePart, {"member": "m4", "notice": "1"}),
        (c.OpenPoll, {}),
        (c.Extend, {"until": world.state.until + 1, "moderator": None}),
        (c.Pause, {"moderator": "mod"}),
    ):
        assert world.refused(kind, **fields).code == "paused"
    world.do(c.WithdrawQuickVote, voter="v3", statement=first)
    world.do(c.WithdrawCritique, member="m1")
    world.do(c.RecordDraft, result=result)
    world.do(c.WithdrawOpinion, member="m1", opinion=first)
    world.do(c.Report, member="m1", text=second, category="abuse")
    world.do(c.Hide, text=second, moderator="mod")
    world.do(c.RemoveOpinion, opinion=third, reason="an address", moderator="mod")
    world.do(c.RecordPosted, what="card", place="1/2")
    world.do(c.ForgetMember, member="m2", voter="v2")
    world.do(c.Withdraw, reason="it did not cool off", moderator="mod")
    assert world.refused(c.Pause, moderator="mod").code == "closed"
