from __future__ import annotations

from engine.deliberation import commands as c
from engine.deliberation.oversight import Burst, bursts, moderator_acts
from tests.engine.deliberation.world import World


def test_the_result_lists_what_moderators_did_and_not_what_the_schedule_did() -> None:
    world = World()
    world.do(c.SetRule, rule="maximin", moderator="mod")
    first, second = world.say("m1"), world.say("m2")
    world.do(c.RemoveOpinion, opinion=first, reason="an address", moderator="mia")
    world.do(c.Hide, text=second, moderator="mod", reason="an insult")
    world.do(c.RemoveMember, member="m1", voter="v1", reason="two accounts", moderator="mod")
    world.do(c.Extend, until=world.state.until + 1, moderator=None)
    world.do(c.Pause, moderator="mod")
    found = [(act.what, act.moderator, act.about, act.reason) for act in moderator_acts(world.events)]
    assert found == [
        ("opened", "mod", None, None),
        ("rule_set", "mod", "maximin", None),
        ("opinion_removed", "mia", first, "an address"),
        ("text_hidden", "mod", second, "an insult"),
        ("member_removed", "mod", "m1", "two accounts"),
        ("paused", "mod", None, None),
    ]


def test_many_at_once_are_a_burst_and_a_steady_stream_is_none() -> None:
    world = World()
    for number in range(12):
        world.now += 30_000
        world.say(f"m{number}")
    assert bursts(world.events, count=4, seconds=60) == ()
    start = world.now
    for number in range(5):
        world.now = start + 1000 * number
        world.say(f"n{number}")
    assert bursts(world.events, count=5, seconds=10) == (Burst("opinions", 6, start, start + 4000),)


def test_one_person_changing_a_vote_often_is_no_burst() -> None:
    world = World()
    world.say("m1")
    world.draft()
    world.open_poll()
    for _ in range(9):
        world.vote("v1", 5)
    assert bursts(world.events, count=3) == ()
    for voter in ("v2", "v3"):
        world.vote(voter, 5)
    assert [(burst.what, burst.count) for burst in bursts(world.events, count=3)] == [("votes", 3)]
