from __future__ import annotations

import pytest

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.counting import recount
from engine.deliberation.erasure import owners_to_erase
from engine.deliberation.errors import DeliberationError
from engine.deliberation.evolve import fold
from engine.deliberation.receipts import receipt
from engine.deliberation.rounds import draft_job
from tests.engine.deliberation.storing import bare, erased, exported, round_trip, sealed_values
from tests.engine.deliberation.world import World


def closed_with_dissent() -> World:
    """Round two is under way: m1 and v1 are one person, who dissented and consented to a published reason."""
    world = World(quorum={"ballots": 1}, ballots_shown_from=2, rounds=2)
    world.say("m1", "the secret of m1")
    world.say("m2")
    world.draft(drafts=1, agreement=[0.2, 0.9])
    world.open_poll()
    world.vote("v1", 1, reason="the reason of v1", publish=True)
    world.vote("v2", 2)
    world.close_poll()
    world.do(c.GiveCritique, member="m1", text="the critique of m1")
    world.do(c.StartDraft, seed=1)
    return world


def test_who_is_forgotten_leaves_no_word_in_state_or_store() -> None:
    world = closed_with_dissent()
    owners = owners_to_erase(world.events, "m1", "v1")
    world.do(c.ForgetMember, member="m1", voter="v1")
    stored = erased(world.events, owners)
    for trace in ("the secret of m1", "the reason of v1", "the critique of m1"):
        assert trace not in repr(world.state)
        assert trace not in "".join(event.model_dump_json() for event in stored)
    assert fold(stored) == world.state
    assert recount(stored)[0].differences == ()


def test_no_two_sealed_values_share_a_salt_even_if_entropy_repeats() -> None:
    world = closed_with_dissent()
    one = world.command(c.GiveOpinion, member="m3", text="Same words.", link="https://example.org")
    world.run(one)
    world.run(one.model_copy(update={"request": "another", "link": "https://example.org/again"}))
    salts = [sealed["salt"] for sealed in sealed_values(world.events)]
    assert len(set(salts)) == len(salts)
    assert len({event.opinion for event in world.all(e.OpinionGiven)}) == 4


def test_their_unadopted_sentence_vanishes_and_the_count_stays() -> None:
    world = closed_with_dissent()
    own = world.last(e.CritiqueOpened).statement
    assert world.state.stands(own)
    world.do(c.ForgetMember, member="m1", voter="v1")
    assert not world.state.stands(own)
    assert world.last(e.PollClosed).counted == 2
    assert world.state.turnout == 2


def test_the_ballot_of_an_erased_member_is_void_while_the_poll_is_open() -> None:
    world = World(quorum={"ballots": 1})
    world.say("m2")
    world.draft()
    world.open_poll()
    world.vote("v1", 7)
    world.vote("v2", 7)
    world.do(c.ForgetMember, member="m1", voter="v1")
    poll = world.last(e.PollOpened)
    grades = {poll.options[0]: 7}
    assert world.refused(c.CastBallot, poll=poll.poll, voter="v1", grades=grades).code == "member_erased"
    closed = world.close_poll()
    assert (closed.counted, closed.voided) == (1, ("v1",))


def test_an_adopted_wording_stays_without_its_author() -> None:
    world = World(quorum={"ballots": 1})
    world.say("m1", "Bins at seven.")
    world.draft(drafts=0)
    world.open_poll()
    world.vote("v1", 7)
    world.close_poll()
    world.do(c.ForgetMember, member="m1", voter="v1")
    assert world.state.outcome is not None
    assert world.state.outcome.text is not None
    assert world.state.outcome.text.value == "Bins at seven."
    stored = erased(world.events, ["m1", "v1"])
    assert "Bins at seven." in stored[-2].model_dump_json()
    assert fold(stored) == world.state


def test_one_is_forgotten_once_and_a_removed_member_can_be_forgotten() -> None:
    world = World()
    world.say("m1")
    world.do(c.RemoveMember, member="m1", voter="v1", reason="spam", moderator="mod")
    world.do(c.ForgetMember, member="m1", voter="v1")
    assert world.refused(c.ForgetMember, member="m1", voter="v1").code == "member_erased"
    assert world.refused(c.GiveOpinion, member="m1", text="again").code == "member_erased"


def test_the_two_pseudonyms_of_a_person_meet_only_where_they_are_removed_or_erased() -> None:
    world = closed_with_dissent()
    world.do(c.ForgetMember, member="m1", voter="v1")
    for event in world.events:
        text = event.model_dump_json()
        if '"m1"' in text and '"v1"' in text:
            assert isinstance(event, e.MemberErased)


def test_a_log_without_secrets_folds_to_the_same_course() -> None:
    world = closed_with_dissent()
    assert fold(round_trip(world.events)) == world.state
    for stripped in (exported(world.events), bare(world.events)):
        state = fold(stripped)
        assert (state.phase, state.statement, state.turnout) == (
            world.state.phase,
            world.state.statement,
            world.state.turnout,
        )
        assert recount(stripped) == recount(world.events)


def test_an_exported_log_says_what_it_cannot_do() -> None:
    world = World(quorum={"ballots": 1})
    world.say("m1")
    world.do(c.StartDraft, seed=1)
    with pytest.raises(DeliberationError) as caught:
        draft_job(fold(bare(world.events)))
    assert caught.value.code == "words_gone"
    world.do(c.FailDraft, draft=world.last(e.DraftingStarted).draft, code="x")
    world.draft()
    world.open_poll()
    world.vote("v1", 7)
    world.maybe_state = fold(exported(world.events))
    world.now = world.state.until
    assert world.refused(c.ClosePoll, poll=world.last(e.PollOpened).poll).code == "ballots_missing"
    cast = exported(world.events)[-1]
    assert isinstance(cast, e.BallotCast)
    with pytest.raises(DeliberationError, match="ballots_missing"):
        receipt(cast)
