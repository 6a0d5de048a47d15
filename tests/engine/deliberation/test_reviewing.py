from __future__ import annotations

import pytest

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.quick_votes import statements_to_ask
from engine.deliberation.reviewing import waiting_opinions
from engine.deliberation.rounds import draft_job
from engine.deliberation.settings import Eligibility
from tests.engine.deliberation.world import World


def test_nameless_deliberations_are_reviewed_unless_they_are_opened_otherwise() -> None:
    reviewed = [
        World(**settings).state.settings.reviews
        for settings in ({}, {"nameless": True}, {"nameless": True, "review": False}, {"review": True})
    ]
    assert reviewed == [False, True, False, True]


def test_an_opinion_counts_once_a_moderator_has_seen_it() -> None:
    world = World(review=True)
    first, second = world.say("m1"), world.say("m2")
    assert [opinion.id for opinion in waiting_opinions(world.state)] == [first, second]
    assert world.refused(c.StartDraft, seed=1).code == "no_opinions"
    assert statements_to_ask(world.state, "m3", "v3") == ()
    assert world.refused(c.Report, member="m3", text=first, category="spam").code == "unknown_text"
    assert world.refused(c.SetRule, rule="maximin", moderator="mod").code == "rules_locked"
    world.do(c.ApproveOpinion, opinion=first, moderator="mod")
    assert world.refused(c.ApproveOpinion, opinion=first, moderator="mod").code == "not_waiting"
    world.do(c.StartDraft, seed=1)
    assert [opinion.id for opinion in draft_job(world.state).opinions] == [first]


def test_a_rejected_opinion_is_gone_with_its_reason() -> None:
    world = World(review=True)
    opinion = world.say("m1")
    assert world.refused(c.RejectOpinion, opinion=opinion, reason=" ", moderator="mod").code == "text_empty"
    world.do(c.RejectOpinion, opinion=opinion, reason="names a neighbour", moderator="mod")
    assert world.state.ended[opinion].reason == "names a neighbour"
    refusal = world.refused(c.ChangeOpinion, member="m1", opinion=opinion, text="x")
    assert (refusal.code, refusal.parameters["how"]) == ("opinion_gone", "rejected")
    assert world.state.acts.opinions_rejected == 1


def test_a_reworded_opinion_waits_again_and_its_author_can_take_it_back() -> None:
    world = World(review=True)
    opinion, other = world.say("m1"), world.say("m2")
    for waiting in (opinion, other):
        world.do(c.ApproveOpinion, opinion=waiting, moderator="mod")
    world.draft()
    world.do(c.ChangeOpinion, member="m1", opinion=opinion, text="quite different words")
    assert [waiting.text.value for waiting in waiting_opinions(world.state)] == ["quite different words"]
    assert opinion not in world.state.opinions
    world.do(c.WithdrawOpinion, member="m1", opinion=opinion)
    assert waiting_opinions(world.state) == ()


def test_what_was_said_in_one_place_counts_once_while_it_stands_or_waits() -> None:
    for world in (World(), World(review=True)):
        said = {"member": "m1", "text": "Paint the bins.", "link": "https://example.org/1"}
        (given,) = world.do(c.GiveOpinion, **said)
        assert isinstance(given, e.OpinionGiven)
        assert world.do(c.GiveOpinion, **said) == ()
        world.do(c.ChangeOpinion, member="m1", opinion=given.opinion, text="Paint them green.")
        assert world.do(c.GiveOpinion, **said) == ()
        assert [opinion.text.value for opinion in world.state.standing_opinions] == ["Paint them green."]
        world.do(c.WithdrawOpinion, member="m1", opinion=given.opinion)
        world.do(c.GiveOpinion, **said)
        assert [opinion.text.value for opinion in world.state.standing_opinions] == ["Paint the bins."]
        world.do(c.GiveOpinion, member="m1", text="Paint the bins.")
        world.do(c.GiveOpinion, **said | {"member": "m2"})
        assert len(world.state.standing_opinions) == 3


def test_a_hidden_opinion_is_not_shown_by_an_approval_alone() -> None:
    world = World(review=True)
    opinion = world.say("m1")
    world.do(c.ApproveOpinion, opinion=opinion, moderator="mod")
    world.do(c.Hide, text=opinion, moderator="mod")
    world.do(c.ChangeOpinion, member="m1", opinion=opinion, text="kinder words")
    world.do(c.ApproveOpinion, opinion=opinion, moderator="mod")
    assert opinion not in world.state.opinions
    world.do(c.Restore, text=opinion, moderator="mod")
    assert opinion in world.state.opinions


def test_nor_by_a_restoration_while_its_new_words_wait() -> None:
    world = World(review=True)
    opinion = world.say("m1")
    world.do(c.ApproveOpinion, opinion=opinion, moderator="mod")
    world.do(c.Hide, text=opinion, moderator="mod")
    world.do(c.ChangeOpinion, member="m1", opinion=opinion, text="kinder words")
    world.do(c.Restore, text=opinion, moderator="mod")
    assert opinion not in world.state.opinions
    world.do(c.ApproveOpinion, opinion=opinion, moderator="mod")
    assert opinion in world.state.opinions


def test_a_forgotten_or_removed_members_waiting_opinion_is_gone() -> None:
    world = World(review=True)
    world.say("m1", "unmistakable aardvark")
    world.say("m2")
    world.do(c.ForgetMember, member="m1", voter="v1")
    world.do(c.RemoveMember, member="m2", voter="v2", reason="spam", moderator="mod")
    assert waiting_opinions(world.state) == ()
    assert "aardvark" not in repr(world.state)


@pytest.mark.parametrize(
    ("roles", "account", "membership", "admitted"),
    [
        ({"tenant", "cook"}, 100, 10, True),
        ({"owner"}, 100, 10, True),
        ({"cook"}, 100, 10, False),
        ({"tenant"}, 99, 10, False),
        ({"tenant"}, 100, 9, False),
    ],
)
def test_eligibility_is_a_role_an_age_and_a_time(
    roles: set[str], account: int, membership: int, admitted: bool
) -> None:
    rule = Eligibility(roles=("tenant", "owner"), account_seconds=100, membership_seconds=10)
    assert rule.admits(roles=roles, account_seconds=account, membership_seconds=membership) is admitted
    assert Eligibility().admits(roles=(), account_seconds=0, membership_seconds=0)


def test_latecomers_do_not_close_a_poll_before_those_who_were_there() -> None:
    world = World(eligible=2, latecomers_vote=True, quorum={"ballots": 1})
    world.say("m1")
    world.draft()
    poll = world.open_poll()
    for voter in ("late1", "late2"):
        world.vote(voter, 7, eligible=False)
    assert world.refused(c.ClosePoll, poll=poll).code == "too_early"
    world.vote("v1", 7)
    world.close_poll()
    assert world.last(e.Closed).participation == e.Participation(eligible=2, spoke=1, voted=3)
