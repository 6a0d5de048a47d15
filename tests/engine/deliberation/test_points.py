from __future__ import annotations

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.evolve import fold
from engine.deliberation.exporting import left_out_of_exports
from engine.deliberation.points import point_counts
from engine.deliberation.rounds import draft_job
from tests.engine.deliberation.storing import exported
from tests.engine.deliberation.world import World, drafted


def one_draft(**settings: object) -> tuple[World, str]:
    world = World(**({"ballots_shown_from": 2, "rounds": 3} | settings))
    for member in ("m1", "m2", "m3"):
        world.say(member)
    return world, world.draft().draft


def test_a_why_is_a_critique_in_the_next_rounds_job() -> None:
    world, draft = one_draft()
    world.do(c.AnswerPoint, member="m1", draft=draft, answer="no", why="The yard is missing.")
    world.do(c.AnswerPoint, member="m2", draft=draft, answer="yes")
    world.do(c.AnswerPoint, member="m3", draft=draft, answer="partly", why="Only in summer.")
    world.do(c.AnswerPoint, member="m3", draft=draft, answer="yes")  # takes its why back
    world.do(c.OpenCritique)
    assert world.state.critiques_not_yet_held == ("m1",)
    world.do(c.StartDraft, seed=1)
    job = draft_job(world.state)
    assert [(one.member, one.text) for one in job.critiques] == [("m1", "The yard is missing.")]
    world.do(c.RecordDraft, result=drafted(job))
    world.do(c.AnswerPoint, member="m2", draft=job.draft, answer="no", why="Now mine is gone.")
    world.do(c.OpenCritique)
    world.do(c.StartDraft, seed=1)
    assert [one.text for one in draft_job(world.state).critiques] == ["Now mine is gone."]


def test_a_why_about_the_statement_that_is_revised_is_a_critique_of_this_round() -> None:
    world, draft = one_draft()
    world.do(c.OpenCritique)
    world.do(c.AnswerPoint, member="m1", draft=draft, answer="no", why="The yard is missing.")
    world.do(c.GiveCritique, member="m2", text="Too long.")
    assert sorted(world.state.critiques) == ["m1", "m2"]
    world.do(c.AnswerPoint, member="m1", draft=draft, answer="partly")
    world.do(c.AnswerPoint, member="m2", draft=draft, answer="yes")
    assert sorted(world.state.critiques) == ["m2"], "what was said otherwise stays"
    world.do(c.AnswerPoint, member="m1", draft=draft, answer="no", why="The yard is missing.")
    world.do(c.WithdrawCritique, member="m1")
    assert sorted(world.state.critiques) == ["m2"]


def test_answers_are_told_in_numbers_from_k_on_and_leave_the_store_in_no_other_way() -> None:
    world, draft = one_draft()
    world.do(c.AnswerPoint, member="m1", draft=draft, answer="no")
    assert point_counts(world.state, draft) is None
    world.do(c.AnswerPoint, member="m1", draft=draft, answer="partly")
    world.do(c.AnswerPoint, member="m2", draft=draft, answer="yes")
    assert point_counts(world.state, draft) == {"yes": 1, "partly": 1, "no": 0}
    assert point_counts(fold(exported(world.events)), draft) is None
    world.do(c.RemoveMember, member="m1", voter="v1", reason="spam", moderator="mod")
    assert point_counts(world.state, draft) is None


def test_a_why_can_be_reported_and_what_was_replaced_leaves_no_export() -> None:
    world, draft = one_draft(reports_hide=1)
    world.do(c.AnswerPoint, member="m1", draft=draft, answer="no", why="first thought")
    world.do(c.AnswerPoint, member="m1", draft=draft, answer="no", why="an insult")
    first, second = (event.why for event in world.all(e.PointAnswered))
    assert first is not None
    assert second is not None
    assert left_out_of_exports(world.events) == {first.commitment}
    world.do(c.OpenCritique)
    world.do(c.Report, member="m2", text=world.state.critiques["m1"].id, category="abuse")
    assert left_out_of_exports(world.events) == {first.commitment, second.commitment}
    world.do(c.StartDraft, seed=1)
    assert draft_job(world.state).critiques == ()


def test_an_answer_is_to_a_draft_that_there_is_and_until_the_poll_opens() -> None:
    world, draft = one_draft()
    assert world.refused(c.AnswerPoint, member="m1", draft="d0", answer="no").code == "unknown_draft"
    world.open_poll()
    assert world.refused(c.AnswerPoint, member="m1", draft=draft, answer="no").code == "wrong_phase"


def test_who_is_forgotten_takes_their_answers_and_whys_along() -> None:
    world, draft = one_draft()
    world.do(c.AnswerPoint, member="m1", draft=draft, answer="no", why="unmistakable aardvark")
    world.do(c.ForgetMember, member="m1", voter="v1")
    assert "aardvark" not in repr(world.state)
    world.do(c.OpenCritique)
    assert not world.state.critiques
