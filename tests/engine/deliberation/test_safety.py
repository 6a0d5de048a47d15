"""Reports, hiding and what goes with it, removals, consent, and where things are shown."""

from __future__ import annotations

from typing import Any

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.drafts import DraftResult
from engine.deliberation.errors import DRAFTING_CODES
from engine.deliberation.evolve import fold
from engine.deliberation.exporting import left_out_of_exports
from engine.deliberation.quick_votes import statements_to_ask
from engine.deliberation.rounds import draft_job
from engine.deliberation.safety import reports_of
from tests.engine.deliberation.storing import exported, sealed_values
from tests.engine.deliberation.world import World, drafted


def resting(result: DraftResult, **rests_on: str) -> DraftResult:
    """The result with drafts that rest on opinions: `draft0="o..."`."""
    candidates = tuple(
        one
        if one.id not in rests_on
        else one.model_copy(
            update={
                "sources": (e.Source(candidate=one.id, sentence=0, opinion=rests_on[one.id], similarity=0.8),),
            }
        )
        for one in result.candidates
    )
    return result.model_copy(update={"candidates": candidates})


def drafted_world(**settings: Any) -> tuple[World, str, str]:
    """Draft 0 is shown and rests on the first of two opinions, draft 1 on the second."""
    world = World(**({"quorum": {"ballots": 1}, "ballots_shown_from": 2} | settings))
    first, second = world.say("m1", "first words"), world.say("m2", "second words")
    draft(world, draft0=first, draft1=second)
    return world, first, second


def draft(world: World, **rests_on: str) -> str:
    world.do(c.StartDraft, seed=7, moderator="mod")
    world.do(c.RecordDraft, result=resting(drafted(draft_job(world.state)), **rests_on))
    return world.last(e.CandidatesDrafted).draft


def reported(world: World, text: str, *members: str, category: str = "abuse") -> None:
    for member in members:
        world.do(c.Report, member=member, text=text, category=category)


def test_three_members_reports_hide_an_opinion_everywhere_with_the_drafts_that_rest_on_it() -> None:
    world, first, _ = drafted_world()
    made = world.last(e.CandidatesDrafted).draft
    reported(world, first, "m2", "m3")
    assert world.state.statement == f"{made}.draft0"
    reported(world, first, "m4")
    hidden = world.last(e.TextHidden)
    assert (hidden.text, hidden.with_it, hidden.moderator) == (first, (f"{made}.draft0",), None)
    assert world.state.statement == f"{made}.draft1"
    assert set(world.state.standing) == {f"{made}.draft1", f"{made}.own1"}
    assert [opinion.text.value for opinion in world.state.live_opinions] == ["second words"]
    assert first not in [one.id for one in statements_to_ask(world.state, "m3", "v3")]
    world.do(c.StartDraft, seed=1)  # a new draft is due
    assert [opinion.text for opinion in draft_job(world.state).opinions] == ["second words"]


def test_one_member_reports_a_text_once_and_the_same_three_hide_it_once() -> None:
    world, first, _ = drafted_world()
    reported(world, first, "m2")
    refusal = world.refused(c.Report, member="m2", text=first, category="spam")
    assert (refusal.code, refusal.parameters) == ("already_reported", {"text": first})
    reported(world, first, "m3", "m4", "m5")
    assert len(world.all(e.TextHidden)) == 1


def test_a_moderator_hides_at_once_and_restores_for_good() -> None:
    world, first, _ = drafted_world()
    shown = world.state.statement
    world.do(c.Hide, text=first, moderator="mod", reason="an address")
    assert world.refused(c.Hide, text=first, moderator="mod").code == "already_hidden"
    assert world.state.statement != shown
    world.do(c.Restore, text=first, moderator="mod")
    assert world.state.statement == shown
    assert len(world.state.opinions) == 2
    assert world.refused(c.Restore, text=first, moderator="mod").code == "not_hidden"
    reported(world, first, "m2", "m3", "m4", "m5")
    assert world.state.statement == shown, "a moderator has looked at it"
    assert (world.state.acts.texts_hidden, world.state.acts.texts_restored) == (1, 1)


def test_a_reworded_opinion_is_as_if_nobody_had_looked_at_it_or_reported_it() -> None:
    world, first, _ = drafted_world()
    reported(world, first, "m2", "m3", "m4")
    world.do(c.Restore, text=first, moderator="mod")
    world.do(c.ChangeOpinion, member="m1", opinion=first, text="something worse")
    reported(world, first, "m2", "m3")
    assert first in world.state.opinions
    reported(world, first, "m4")
    assert first not in world.state.opinions


def test_what_is_shown_falls_back_to_an_older_draft_that_does_not_rest_on_it() -> None:
    world, first, second = drafted_world()
    older = world.last(e.CandidatesDrafted).draft
    third = world.say("m3", "third words")
    newer = draft(world, draft0=third, draft1=third)
    for opinion in (first, second):
        world.do(c.Hide, text=opinion, moderator="mod")
    assert world.state.statement == f"{newer}.draft0"
    world.do(c.Hide, text=third, moderator="mod")
    assert world.state.statement is None, "nothing rests on words that are shown"
    world.do(c.Restore, text=second, moderator="mod")
    assert world.state.statement == f"{newer}.own1"
    world.do(c.Hide, text=f"{newer}.own1", moderator="mod")
    assert world.state.statement == f"{older}.draft1"
    world.open_poll()
    assert world.state.poll is not None
    assert world.state.poll.draft == older


def test_one_report_that_somebody_may_harm_themselves_is_enough_and_only_moderators_see_it() -> None:
    world, first, _ = drafted_world()
    reported(world, first, "m2", category="self_harm")
    assert first not in world.state.opinions
    assert [one.category for one in reports_of(world.state, first)] == ["self_harm"]
    for event in exported(world.events)[-2:]:
        assert "self_harm" not in event.model_dump_json()
        assert "m2" not in event.model_dump_json()
    assert reports_of(fold(exported(world.events)), first) == ()


def test_only_what_is_shown_can_be_reported_or_hidden() -> None:
    world, first, _ = drafted_world()
    rejected = next(one.id for one in world.last(e.CandidatesDrafted).candidates if one.rejected)
    world.do(c.WithdrawOpinion, member="m1", opinion=first)
    for text in ("o0", rejected, first):
        assert world.refused(c.Report, member="m3", text=text, category="spam").code == "unknown_text"
        assert world.refused(c.Hide, text=text, moderator="mod").code == "unknown_text"


def test_a_hidden_opinion_is_still_its_authors_to_reword_and_take_back() -> None:
    world, first, second = drafted_world()
    for opinion in (first, second):
        world.do(c.Hide, text=opinion, moderator="mod")
    world.do(c.ChangeOpinion, member="m1", opinion=first, text="kinder words")
    assert not world.state.opinions, "rewording does not show it again"
    world.do(c.Restore, text=first, moderator="mod")
    assert [opinion.text.value for opinion in world.state.live_opinions] == ["kinder words"]
    world.do(c.WithdrawOpinion, member="m2", opinion=second)
    world.do(c.Restore, text=second, moderator="mod")
    assert len(world.state.opinions) == 1


def test_a_draft_over_words_that_were_hidden_meanwhile_is_not_taken() -> None:
    world, first, _ = drafted_world()
    world.say("m3")
    world.do(c.StartDraft, seed=1)
    result = drafted(draft_job(world.state))
    world.do(c.Hide, text=first, moderator="mod")
    world.do(c.RecordDraft, result=result)
    failed = world.last(e.DraftingFailed)
    assert (failed.code, set(failed.parameters)) == ("opinion_hidden", set(DRAFTING_CODES["opinion_hidden"]))


def test_a_hidden_critique_is_in_no_job_and_the_drafts_made_with_it_go_along() -> None:
    world, _, _ = drafted_world()
    world.do(c.OpenCritique)
    world.do(c.GiveCritique, member="m1", text="an insult")
    critique = world.last(e.CritiqueGiven).critique
    made = draft(world)
    reported(world, critique, "m2", "m3", "m4")
    assert world.last(e.TextHidden).with_it == (f"{made}.draft0", f"{made}.draft1")
    assert dict(world.state.heard_critiques) == {}
    world.do(c.StartDraft, seed=1)
    assert draft_job(world.state).critiques == ()


def test_a_hidden_statement_is_not_what_the_next_round_is_drafted_from() -> None:
    world, _, _ = drafted_world()
    shown = world.state.statement
    assert shown is not None
    world.do(c.OpenCritique)
    world.do(c.StartDraft, seed=1)
    assert draft_job(world.state).previous == "Draft 0"
    result = drafted(draft_job(world.state))
    world.do(c.Hide, text=shown, moderator="mod")
    world.do(c.RecordDraft, result=result)
    assert world.last(e.DraftingFailed).code == "statement_hidden"
    world.do(c.StartDraft, seed=1)
    assert draft_job(world.state).previous is None


def test_reports_alone_do_not_take_a_resting_statement_out_of_an_open_poll_but_a_moderator_does() -> None:
    world, first, _ = drafted_world(rounds=2)
    option = world.state.statement
    world.open_poll()
    reported(world, first, "m2", "m3", "m4")
    assert world.state.options == (option, e.KEEP_THINGS)
    world.do(c.Hide, text=first, moderator="mod")
    assert world.state.options == (e.KEEP_THINGS,)
    world.do(c.Restore, text=first, moderator="mod")
    assert world.state.options == (option, e.KEEP_THINGS)


def test_once_that_poll_is_closed_the_statement_goes_unless_it_was_adopted() -> None:
    for grade, shown in ((1, False), (7, True)):
        world, first, _ = drafted_world(rounds=2)
        option = world.state.statement
        world.open_poll()
        reported(world, first, "m2", "m3", "m4")
        world.vote("v1", grade)
        world.close_poll()
        assert (world.state.statement == option) is shown
        assert world.state.previous is None


def test_the_adopted_wording_stays_unless_it_is_itself_hidden() -> None:
    world, first, _ = drafted_world()
    world.open_poll()
    world.vote("v1", 7)
    world.close_poll()
    adopted = world.state.statement
    assert adopted is not None
    world.do(c.Hide, text=first, moderator="mod")
    assert world.state.statement == adopted
    world.do(c.Hide, text=adopted, moderator="mod")
    assert world.state.statement is None
    wording = world.last(e.Closed).text
    assert wording is not None
    assert wording.commitment in left_out_of_exports(world.events)


def test_a_published_reason_can_be_reported_and_hidden() -> None:
    world, _, _ = drafted_world(ballots_shown_from=3)
    world.open_poll()
    world.vote("v1", 1, reason="an insult", publish=True)
    world.vote("v2", 2, reason="too dear", publish=True)
    world.close_poll()
    reasons = {one.reason.value: one.reason for one in world.last(e.DissentLogged).dissent if one.reason}
    reported(world, reasons["an insult"].commitment, "m1", "m2", "m3")
    assert world.state.published_reasons == ("too dear",)
    assert reasons["an insult"].commitment in left_out_of_exports(world.events)
    assert reasons["too dear"].commitment not in left_out_of_exports(world.events)


def test_below_k_nothing_about_a_published_reason_leads_to_its_ballot() -> None:
    world, _, _ = drafted_world(ballots_shown_from=3)
    world.open_poll()
    cast = world.vote("v1", 1, reason="too far", publish=True)
    world.close_poll()
    assert cast.ballot.value is not None
    for event in world.events[-2:]:
        assert cast.ballot.value.tag not in event.model_dump_json()


def test_an_export_leaves_out_what_is_shown_no_more_and_keeps_the_rest() -> None:
    world, first, second = drafted_world()
    world.do(c.ChangeOpinion, member="m1", opinion=first, text="first words, harsher")
    third = world.say("m3", "third words")
    world.do(c.Hide, text=first, moderator="mod")
    world.do(c.WithdrawOpinion, member="m3", opinion=third)
    left_out = left_out_of_exports(world.events)
    kept = [sealed["value"] for sealed in sealed_values(world.events) if sealed["commitment"] not in left_out]
    assert "second words" in kept
    assert "Draft 1" in kept
    for gone in ("first words", "first words, harsher", "third words", "Draft 0", "Opinion 3 says"):
        assert gone not in kept
    world.do(c.Restore, text=first, moderator="mod")
    left_out = left_out_of_exports(world.events)
    kept = [sealed["value"] for sealed in sealed_values(world.events) if sealed["commitment"] not in left_out]
    assert "Draft 0" in kept
    assert world.state.opinions[second].text.value in kept


def test_a_removed_opinion_takes_the_drafts_that_rest_on_it_along_and_a_new_one_is_due() -> None:
    world, first, _ = drafted_world()
    made = world.last(e.CandidatesDrafted).draft
    assert world.refused(c.StartDraft, seed=1).code == "nothing_new"
    world.do(c.RemoveOpinion, opinion=first, reason="an address", moderator="mod")
    assert world.last(e.OpinionRemoved).with_it == (f"{made}.draft0",)
    assert world.state.statement == f"{made}.draft1"
    assert fold(exported(world.events)).statement == f"{made}.draft1"
    world.do(c.StartDraft, seed=1)


def test_hiding_is_no_way_to_draw_until_a_draft_pleases() -> None:
    world, first, second = drafted_world(redrafts_per_round=0)
    for opinion in (first, second):
        world.do(c.Hide, text=opinion, moderator="mod")
    world.say("m3")
    assert world.refused(c.StartDraft, seed=1, moderator="mod").code == "redrafts_used_up"
    world.do(c.StartDraft, seed=1)


def test_nothing_is_taken_from_a_member_who_has_not_read_the_notice() -> None:
    world = World(notice=True)
    assert world.refused(c.GiveOpinion, member="m1", text="Hello.").code == "notice_first"
    world.do(c.TakePart, member="m1", notice="2026-11")
    assert world.do(c.TakePart, member="m1", notice="2026-11") == ()
    opinion = world.say("m1")
    reaction = {"member": "m2", "voter": "v2", "statement": opinion, "vote": 1}
    assert world.refused(c.CastQuickVote, **reaction).code == "notice_first"
    world.do(c.TakePart, member="m2", notice="2026-11")
    world.do(c.CastQuickVote, **reaction)
    world.draft()
    world.do(c.OpenCritique)
    assert world.refused(c.GiveCritique, member="m3", text="But.").code == "notice_first"
    world.draft()
    poll = world.open_poll()
    ballot = {"poll": poll, "voter": "v3", "grades": {world.statements()[0]: 5}}
    assert world.refused(c.CastBallot, **ballot).code == "notice_first"
    assert world.refused(c.CastBallot, member="m3", **ballot).code == "notice_first"
    world.do(c.TakePart, member="m3", notice="2026-11")
    world.do(c.CastBallot, member="m3", **ballot)
    assert "m3" not in world.last(e.BallotCast).model_dump_json()
    world.do(c.ForgetMember, member="m3", voter="v3")


def test_where_something_is_shown_is_found_again_and_is_nobody_elses_business() -> None:
    world = World()
    world.do(c.RecordPosted, what="card", place="1/2/3")
    world.do(c.RecordPosted, what="card", place="1/2/4")
    world.do(c.RecordPosted, what="poll", place="1/2/5")
    assert (world.state.place("card"), world.state.place("poll")) == ("1/2/4", "1/2/5")
    assert "1/2/4" not in "".join(event.model_dump_json() for event in exported(world.events))
    assert fold(exported(world.events)).place("card") is None
    world.do(c.RecordPosted, what="card", place=None)
    assert world.do(c.RecordPosted, what="card", place=None) == ()
    assert world.state.place("card") is None
    world.do(c.Withdraw, reason="over", moderator="mod")
    world.do(c.RecordPosted, what="result", place="1/2/6")
    assert world.state.place("result") == "1/2/6"


def test_the_end_states_how_many_could_take_part_spoke_and_voted() -> None:
    world, _, _ = drafted_world(eligible=9)
    world.open_poll()
    for voter in ("v1", "v2", "v3"):
        world.vote(voter, 7)
    world.close_poll()
    assert world.last(e.Closed).participation == e.Participation(eligible=9, spoke=2, voted=3)


def test_a_round_keeps_what_its_drafter_noted() -> None:
    world = World()
    world.say("m1")
    world.do(c.StartDraft, seed=1)
    note = e.Rejection(code="language_not_known", parameters={"language": "ja"})
    world.do(c.RecordDraft, result=drafted(draft_job(world.state)).model_copy(update={"notes": (note,)}))
    assert world.last(e.CandidatesDrafted).notes == (note,)
