from __future__ import annotations

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.drafts import QuickVote
from engine.deliberation.evolve import fold
from engine.deliberation.quick_votes import reactions, statements_to_ask
from engine.deliberation.rounds import draft_job
from engine.selection import reselect
from tests.engine.deliberation.storing import exported
from tests.engine.deliberation.world import World, drafted


def two_opinions(**settings: object) -> tuple[World, str, str]:
    world = World(**settings)
    return world, world.say("m1"), world.say("m2")


def react(world: World, person: int, statement: str, vote: int = 1, **more: object) -> None:
    fields = {"member": f"m{person}", "voter": f"v{person}", "statement": statement, "vote": vote}
    world.do(c.CastQuickVote, **(fields | more))


def test_a_reaction_changed_counts_once_and_one_taken_back_not_at_all() -> None:
    world, first, second = two_opinions()
    react(world, 3, first, 1)
    react(world, 3, first, -1)
    react(world, 3, second, 0)
    one, again, other = world.all(e.QuickVoteCast)
    assert one.quick_vote == again.quick_vote != other.quick_vote
    assert reactions(world.state, "v3") == dict(sorted({first: -1, second: 0}.items()))
    world.do(c.WithdrawQuickVote, voter="v3", statement=first)
    assert reactions(world.state, "v3") == {second: 0}
    refusal = world.refused(c.WithdrawQuickVote, voter="v3", statement=first)
    assert (refusal.code, refusal.parameters) == ("no_quick_vote", {"statement": first})


def test_nobody_reacts_to_their_own_words_also_not_as_a_candidate() -> None:
    world, first, _ = two_opinions()
    world.draft()
    own = next(one.id for one in world.last(e.CandidatesDrafted).candidates if one.opinion == first)
    for statement in (first, own):
        fields = {"member": "m1", "voter": "v1", "statement": statement, "vote": 1}
        assert world.refused(c.CastQuickVote, **fields).code == "own_statement"
    react(world, 2, own)


def test_only_what_is_shown_can_be_reacted_to() -> None:
    world, first, _ = two_opinions()
    world.draft()
    rejected = next(one.id for one in world.last(e.CandidatesDrafted).candidates if one.rejected)
    world.do(c.WithdrawOpinion, member="m1", opinion=first)
    for statement in ("o0", rejected, first):
        fields = {"member": "m2", "voter": "v2", "statement": statement, "vote": 1}
        assert world.refused(c.CastQuickVote, **fields).code == "unknown_statement"


def test_the_chain_tells_neither_the_statement_nor_the_vote_nor_the_member() -> None:
    world, first, _ = two_opinions()
    react(world, 3, first, -1)
    event = exported(world.events)[-1]
    assert isinstance(event, e.QuickVoteCast)
    assert event.content.value is None
    assert first not in event.model_dump_json()
    assert "m3" not in world.last(e.QuickVoteCast).model_dump_json()
    assert reactions(fold(exported(world.events)), "v3") == {}


def test_reactions_are_over_when_the_poll_opens_and_can_still_be_taken_back() -> None:
    world, first, second = two_opinions()
    react(world, 3, first)
    world.draft()
    candidate = world.state.statement
    world.open_poll()
    for statement in (second, candidate):
        refusal = world.refused(c.CastQuickVote, member="m3", voter="v3", statement=statement, vote=1)
        assert refusal.code == "wrong_phase"
    world.do(c.WithdrawQuickVote, voter="v3", statement=first)


def test_a_reaction_to_words_that_were_taken_away_or_reworded_counts_no_more() -> None:
    world, first, second = two_opinions()
    react(world, 3, first)
    react(world, 3, second)
    world.do(c.ChangeOpinion, member="m1", opinion=first, text="The other way round.")
    world.do(c.RemoveOpinion, opinion=second, reason="an address", moderator="mod")
    assert reactions(world.state, "v3") == {}
    react(world, 3, first, -1)
    assert reactions(world.state, "v3") == {first: -1}
    assert len({event.quick_vote for event in world.all(e.QuickVoteCast)}) == 2


def test_who_is_forgotten_or_removed_leaves_no_reaction_that_counts() -> None:
    world, first, _ = two_opinions()
    react(world, 3, first)
    react(world, 4, first)
    world.do(c.ForgetMember, member="m3", voter="v3")
    world.do(c.RemoveMember, member="m4", voter="v4", reason="two accounts", moderator="mod")
    assert "v3" not in world.state.quick_votes
    assert reactions(world.state, "v4") == {}
    world.do(c.StartDraft, seed=1)
    assert draft_job(world.state, voters={"m4": "v4"}).quick_votes == ()


def test_latecomers_react_only_where_latecomers_vote() -> None:
    world, first, _ = two_opinions()
    fields = {"member": "m3", "voter": "v3", "statement": first, "vote": 1, "eligible": False}
    assert world.refused(c.CastQuickVote, **fields).code == "not_eligible"
    open_to_them, first, _ = two_opinions(latecomers_vote=True)
    react(open_to_them, 3, first, eligible=False)


def test_a_job_holds_the_reactions_joined_to_members_and_the_words_they_are_on() -> None:
    world, first, second = two_opinions()
    world.draft()
    candidate = world.state.statement
    assert candidate is not None
    react(world, 1, second, -1)
    react(world, 2, candidate, 1)
    react(world, 9, first, 0)
    world.say("m3")
    world.do(c.StartDraft, seed=1)
    job = draft_job(world.state, voters={"m1": "v1", "m2": "v2", "m3": "v3"})
    assert job.quick_votes == (
        QuickVote(member="m1", statement=second, vote=-1),
        QuickVote(member="m2", statement=candidate, vote=1),
        QuickVote(member="v9", statement=first, vote=0),
    )
    assert job.statement_texts == {
        **{opinion.id: opinion.text.value for opinion in world.state.live_opinions},
        candidate: "Draft 0",
    }
    # The digest is public: with the votes in it, they could be found by trying.
    assert job.inputs_digest == draft_job(world.state).inputs_digest == world.last(e.DraftingStarted).inputs_digest
    world.do(c.RecordDraft, result=drafted(job))


def test_predictions_that_rest_on_reactions_leave_the_store_only_where_it_was_opened_so() -> None:
    for open_predictions, status in ((False, "withheld"), (True, "same")):
        world, first, _ = two_opinions(open_predictions=open_predictions)
        react(world, 3, first)
        world.draft()
        assert [found.status for found in reselect(world.events)] == ["same"]
        assert [found.status for found in reselect(exported(world.events))] == [status]


def test_one_is_asked_about_what_others_said_and_the_drafts_until_one_has_reacted() -> None:
    world, _, second = two_opinions()
    world.draft(drafts=1)
    draft = world.last(e.StatementSelected).winner
    assert [one.id for one in statements_to_ask(world.state, "m1", "v1")] == [second, draft]
    react(world, 1, second, 0)
    assert [one.id for one in statements_to_ask(world.state, "m1", "v1")] == [draft]
    assert [one.text for one in statements_to_ask(world.state, "m3", "v3")] == [
        "m1 thinks so",
        "m2 thinks so",
        "Draft 0",
    ]
