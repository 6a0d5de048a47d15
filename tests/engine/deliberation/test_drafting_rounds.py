from __future__ import annotations

import math

import pytest

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.drafts import DraftedCandidate
from engine.deliberation.errors import DRAFTING_CODES, DeliberationError
from engine.deliberation.profile import agreement_profile
from engine.deliberation.rounds import draft_job
from engine.deliberation.state import Phase
from tests.engine.deliberation.world import World, drafted


def two_opinions() -> World:
    world = World()
    world.say("m1")
    world.say("m2")
    return world


def test_a_job_holds_all_words_and_its_result_selects_a_statement() -> None:
    world = two_opinions()
    world.do(c.StartDraft, seed=3)
    assert world.state.phase == Phase.DRAFTING
    job = draft_job(world.state)
    assert [opinion.text for opinion in job.opinions] == ["m1 thinks so", "m2 thinks so"]
    assert (job.round, job.previous, job.critiques, job.seed) == (1, None, (), 3)
    assert job.inputs_digest == world.last(e.DraftingStarted).inputs_digest
    world.do(c.RecordDraft, result=drafted(job))
    selected = world.last(e.StatementSelected)
    assert world.state.phase == Phase.COLLECTING
    assert world.state.statement == selected.winner == f"{job.draft}.draft0"
    assert (selected.rule, selected.tie_broken_by) == ("nash", None)


def test_words_are_sealed_to_those_whom_they_concern() -> None:
    world = two_opinions()
    world.draft()
    made = world.last(e.CandidatesDrafted)
    owners = {candidate.id.rpartition(".")[2]: candidate.text.owners for candidate in made.candidates}
    assert owners == {"draft0": (), "draft1": (), "bad": ("m1", "m2"), "own0": ("m1",), "own1": ("m2",)}
    assert [(row.member, row.prediction.owners) for row in made.profile] == [("m1", ("m1",)), ("m2", ("m2",))]
    rows = [row.prediction.value for row in made.profile]
    assert all(row is not None and len(row.sources) == 1 and len(row.mean) == 4 for row in rows)


def test_newer_opinions_do_not_hold_a_draft_up_and_show_as_not_yet_held() -> None:
    world = two_opinions()
    old = world.last(e.OpinionGiven).opinion
    world.do(c.StartDraft, seed=1)
    job = draft_job(world.state)
    new = world.say("m3")
    world.do(c.ChangeOpinion, member="m2", opinion=old, text="m2 thinks again")
    assert draft_job(world.state) == job
    world.do(c.RecordDraft, result=drafted(job))
    assert world.state.statement is not None
    assert world.state.not_yet_held == (old, new)


@pytest.mark.parametrize("how", ["withdrawn", "removed", "erased"])
def test_a_draft_over_words_that_were_taken_back_is_not_taken(how: str) -> None:
    world = two_opinions()
    opinion = world.last(e.OpinionGiven).opinion
    world.do(c.StartDraft, seed=1)
    result = drafted(draft_job(world.state))
    if how == "withdrawn":
        world.do(c.WithdrawOpinion, member="m2", opinion=opinion)
    elif how == "removed":
        world.do(c.RemoveOpinion, opinion=opinion, reason="off topic", moderator="mod")
    else:
        world.do(c.ForgetMember, member="m2", voter="v2")
    world.do(c.RecordDraft, result=result)
    failed = world.last(e.DraftingFailed)
    assert failed.code == ("member_erased" if how == "erased" else f"opinion_{how}")
    assert set(failed.parameters) == set(DRAFTING_CODES[failed.code])
    assert world.state.pending is None
    assert world.state.statement is None
    world.draft()  # and the next one can start


def test_words_taken_back_that_no_prompt_held_do_not_matter() -> None:
    world = two_opinions()
    opinion = world.last(e.OpinionGiven).opinion
    world.do(c.StartDraft, seed=1)
    result = drafted(draft_job(world.state), in_prompt=["m1"])
    world.do(c.WithdrawOpinion, member="m2", opinion=opinion)
    world.do(c.RecordDraft, result=result)
    assert [row.member for row in world.last(e.CandidatesDrafted).profile] == ["m1"]


def test_a_withdrawn_critique_that_the_prompt_held_takes_its_draft_with_it() -> None:
    world = two_opinions()
    world.draft()
    world.do(c.OpenCritique)
    world.do(c.GiveCritique, member="m9", text="And the children?")
    world.do(c.StartDraft, seed=1)
    result = drafted(draft_job(world.state))
    assert "m9" in result.members
    world.do(c.WithdrawCritique, member="m9")
    world.do(c.RecordDraft, result=result)
    assert world.last(e.DraftingFailed).code == "critique_withdrawn"


def test_when_everybody_or_every_candidate_is_gone_the_draft_fails_by_name() -> None:
    world = two_opinions()
    world.do(c.StartDraft, seed=1)
    result = drafted(draft_job(world.state), drafts=1, in_prompt=[])
    rejected = DraftedCandidate(id="r", origin="drafted", text="", rejected=e.Rejection(code="empty"))
    none = result.model_copy(update={"candidates": (rejected,), "mean": ((), ()), "spread": ((), ())})
    world.do(c.RecordDraft, result=none)
    assert world.last(e.DraftingFailed).code == "no_candidates"
    world.do(c.StartDraft, seed=1)
    result = drafted(draft_job(world.state), drafts=1, in_prompt=[])
    for opinion in world.state.live_opinions:
        world.do(c.WithdrawOpinion, member=opinion.member, opinion=opinion.id)
    world.do(c.RecordDraft, result=result)
    assert world.last(e.DraftingFailed).code == "nobody_left"


def test_a_result_of_another_job_or_one_that_contradicts_itself_is_refused() -> None:
    world = two_opinions()
    world.do(c.StartDraft, seed=1)
    good = drafted(draft_job(world.state))
    other = good.model_copy(update={"inputs_digest": "0" * 64})
    assert world.refused(c.RecordDraft, result=other).code == "wrong_inputs"
    stranger = good.model_copy(update={"draft": "d0"})
    assert world.refused(c.RecordDraft, result=stranger).code == "draft_not_pending"
    torn = good.candidates[0].model_copy(update={"text": "half a pair: \ud800"})
    blank = good.candidates[0].model_copy(update={"text": " "})
    faults = {
        "seed": {"seed": 2},
        "candidate ids": {"candidates": good.candidates + good.candidates[:1]},
        "members": {"members": ("m1", "m3")},
        "in_prompt": {"in_prompt": ("m1", "m3")},
        "shape of mean": {"mean": good.mean[:1]},
        "shape of spread": {"spread": tuple(row[:1] for row in good.spread)},
        "mean": {"mean": ((math.nan,) * 4, (0.5,) * 4)},
        "spread": {"spread": ((1.5,) * 4, (0.5,) * 4)},
    }
    texts = [("text", {"candidates": (candidate, *good.candidates[1:])}) for candidate in (torn, blank)]
    for what, change in [*faults.items(), *texts]:
        refusal = world.refused(c.RecordDraft, result=good.model_copy(update=change))
        assert (refusal.code, refusal.parameters["what"]) == ("malformed_result", what)
    world.do(c.RecordDraft, result=good)
    assert world.refused(c.RecordDraft, result=good).code == "draft_not_pending"


def test_one_job_at_a_time_and_a_failed_one_makes_room() -> None:
    world = two_opinions()
    world.do(c.StartDraft, seed=1)
    draft = world.last(e.DraftingStarted).draft
    assert world.refused(c.StartDraft, seed=2).parameters == {"draft": draft}
    world.do(c.FailDraft, draft=draft, code="model_missing", parameters={"path": "x"})
    assert world.state.phase == Phase.COLLECTING
    world.do(c.StartDraft, seed=2)


def test_the_schedule_drafts_only_when_something_new_was_said() -> None:
    world = two_opinions()
    world.draft()
    assert world.refused(c.StartDraft, seed=1).code == "nothing_new"
    world.say("m3")
    world.do(c.StartDraft, seed=1)


def test_a_moderator_cannot_draw_until_a_draft_pleases() -> None:
    world = World(redrafts_per_round=2)
    world.say("m1")
    for _ in range(3):
        world.draft()
    assert world.refused(c.StartDraft, seed=1, moderator="mod").parameters == {"limit": 2}
    assert (world.state.acts.redrafts, world.state.redrafts_left) == (2, 0)
    world.say("m2")
    world.do(c.StartDraft, seed=1)  # the schedule's does not count


def test_nothing_to_draft_from() -> None:
    world = World()
    assert world.refused(c.StartDraft, seed=1).code == "no_opinions"
    assert world.refused(c.OpenPoll).code == "no_statement"
    assert world.refused(c.OpenCritique).code == "no_statement"


def test_a_round_of_critique_revises_the_statement() -> None:
    world = two_opinions()
    world.draft()
    first = world.state.statement
    world.do(c.OpenCritique, moderator="mod")
    assert (world.state.phase, world.state.round, world.state.criticised) == (Phase.CRITIQUE, 2, first)
    assert world.state.statement == first
    world.do(c.GiveCritique, member="m1", text="too short")
    world.do(c.GiveCritique, member="m1", text="too vague")
    world.say("m3")
    assert world.refused(c.OpenCritique).parameters == {"round": 2}
    world.do(c.StartDraft, seed=5)
    job = draft_job(world.state)
    assert (job.round, job.previous) == (2, "Draft 0")
    assert [(critique.member, critique.text) for critique in job.critiques] == [("m1", "too vague")]
    assert len(job.opinions) == 3
    world.do(c.RecordDraft, result=drafted(job))
    assert world.refused(c.OpenCritique).parameters == {"limit": 2}
    world.open_poll()
    assert world.last(e.PollOpened).round == 2


@pytest.mark.parametrize("end", [c.OpenPoll, c.OpenCritique, c.Withdraw, c.Close])
def test_every_job_ends_once_also_when_its_round_ends_first(end: type[c.Command]) -> None:
    world = two_opinions()
    world.draft()
    world.say("m3")
    world.do(c.StartDraft, seed=1)
    result = drafted(draft_job(world.state))
    world.now = world.state.until
    world.do(end, moderator="mod", **({"reason": "moved"} if end is c.Withdraw else {}))
    assert world.last(e.DraftingFailed).code == "round_ended"
    assert world.refused(c.RecordDraft, result=result).code == "draft_not_pending"


def test_the_statement_falls_back_when_its_author_takes_their_words_back() -> None:
    world = two_opinions()
    first, second = (opinion.id for opinion in world.state.live_opinions)
    world.draft(drafts=1, agreement=[0.3, 0.9, 0.8])
    draft = world.last(e.CandidatesDrafted).draft
    assert world.state.statement == f"{draft}.own0"
    world.do(c.WithdrawOpinion, member="m1", opinion=first)
    assert world.state.statement == f"{draft}.own1"
    world.do(c.RemoveOpinion, opinion=second, reason="spam", moderator="mod")
    assert world.state.statement == f"{draft}.draft0"
    assert world.state.removals == {second: "spam"}
    world.open_poll()
    assert world.statements() == [f"{draft}.draft0"]


def test_a_previous_statement_that_no_longer_stands_is_not_in_the_next_job() -> None:
    world = two_opinions()
    first = world.state.live_opinions[0].id
    world.draft(agreement=[0.1, 0.1, 0.9])
    world.do(c.OpenCritique)
    world.do(c.WithdrawOpinion, member="m1", opinion=first)
    world.do(c.StartDraft, seed=1)
    assert draft_job(world.state).previous is None


def test_a_job_whose_words_were_erased_cannot_be_built_again() -> None:
    world = two_opinions()
    world.do(c.StartDraft, seed=1)
    world.do(c.ForgetMember, member="m1", voter="v1")
    with pytest.raises(DeliberationError) as caught:
        draft_job(world.state)
    assert caught.value.code == "words_gone"


def test_the_profile_as_arrays() -> None:
    world = two_opinions()
    assert agreement_profile(world.state) is None
    world.draft(drafts=1, agreement=[0.5, 0.25, 0.75])
    world.do(c.ForgetMember, member="m1", voter="v1")
    profile = agreement_profile(world.state)
    assert profile is not None
    assert (profile.members, profile.erased) == (("m2",), 1)
    assert profile.mean.tolist() == [[0.5, 0.25, 0.75]]
    assert profile.in_prompt == ("m2",)
    assert [source.opinion for source in profile.sources] == [world.state.live_opinions[0].id]


def test_critiques_are_of_their_round() -> None:
    world = World(rounds=3)
    world.say("m1")
    world.draft()
    world.do(c.OpenCritique)
    world.do(c.GiveCritique, member="m1", text="too short")
    world.draft()
    assert world.state.critiques_not_yet_held == ()
    world.do(c.OpenCritique)
    assert world.refused(c.WithdrawCritique, member="m1").code == "no_critique"
    world.do(c.StartDraft, seed=1)
    assert draft_job(world.state).critiques == ()


def test_words_that_a_candidate_rests_on_matter_even_if_no_prompt_held_them() -> None:
    world = two_opinions()
    opinion = world.last(e.OpinionGiven).opinion
    world.do(c.StartDraft, seed=1)
    result = drafted(draft_job(world.state)).model_copy(update={"in_prompt": ()})
    world.do(c.WithdrawOpinion, member="m2", opinion=opinion)
    world.do(c.RecordDraft, result=result)
    assert world.last(e.DraftingFailed).parameters == {"opinion": opinion}
