from __future__ import annotations

from typing import Any

import pytest

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.drafts import DraftedCandidate, DraftJob, DraftResult
from engine.deliberation.erasure import owners_to_erase
from engine.deliberation.errors import DRAFTING_CODES
from engine.deliberation.evolve import fold
from engine.deliberation.exporting import left_out_of_exports
from engine.deliberation.minority import (
    approved_by,
    awaits_answers,
    minority_due,
    minority_job,
    proposed_to,
    settle_at,
    shown_minority,
)
from engine.deliberation.reminders import next_due
from engine.deliberation.reowning import reowned
from engine.deliberation.sealed import sealed_values
from tests.engine.deliberation.world import MODEL, World

DAY = 24 * 3600
REASONS = {"v3": "It is too loud at night.", "v4": "Nobody asked the shops.", "v5": "My child sleeps at the front."}
DRAFTED = "We are against this because it is too loud and nobody asked the shops."


def closed(*, publish: tuple[str, ...] = ("v3", "v4"), **settings: Any) -> World:
    world = World(
        **({"quorum": {"ballots": 1}, "ballots_shown_from": 2, "minority_seconds": DAY, "rounds": 1} | settings)
    )
    for number in range(1, 6):
        world.say(f"m{number}")
    world.draft()
    world.open_poll()
    for voter in ("v1", "v2"):
        world.vote(voter, 7)
    for voter, reason in REASONS.items():
        world.vote(voter, 2, reason=reason, publish=voter in publish)
    world.close_poll()
    return world


def drawn(job: DraftJob, *texts: str) -> DraftResult:
    """Drafts in the order of how good they are, a rejected one, and a reason as a candidate."""
    candidates = [DraftedCandidate(id=f"d{number}", origin="drafted", text=text) for number, text in enumerate(texts)]
    candidates.append(DraftedCandidate(id="bad", origin="drafted", text="We", rejected=e.Rejection(code="too_short")))
    first = job.opinions[0]
    candidates.append(DraftedCandidate(id="own", origin="member", text=first.text, opinion=first.id))
    row = (*(0.6 - index / 10 for index in range(len(texts))), 0.9)
    members = tuple(dict.fromkeys(opinion.member for opinion in job.opinions))
    return DraftResult(
        draft=job.draft,
        inputs_digest=job.inputs_digest,
        candidates=tuple(candidates),
        members=members,
        mean=tuple(row for _ in members),
        spread=tuple((0.1,) * len(row) for _ in members),
        in_prompt=members,
        models=(MODEL,),
        seed=job.seed,
    )


def proposed(**settings: Any) -> World:
    world = closed(**settings)
    world.do(c.StartMinority, seed=5)
    job = minority_job(world.state, world.last(e.MinorityStarted).view)
    world.do(c.RecordDraft, result=drawn(job, DRAFTED, "Another."))
    return world


def answer(world: World, voter: str, *, approves: bool = True, wording: int | None = None) -> tuple[e.AnyEvent, ...]:
    view = world.state.minority
    assert view is not None
    fields: dict[str, Any] = {"view": view.id, "wording": view.wording if wording is None else wording}
    return world.do(c.AnswerMinority, voter=voter, approves=approves, **fields)


def reword(world: World, voter: str, text: str) -> None:
    view = world.state.minority
    assert view is not None
    world.do(c.RewordMinority, voter=voter, view=view.id, wording=view.wording, text=text)


def test_it_is_drafted_from_the_published_reasons_alone() -> None:
    world = closed()
    assert minority_due(world.state)
    world.do(c.StartMinority, seed=5)
    job = minority_job(world.state, world.last(e.MinorityStarted).view)
    assert {opinion.text for opinion in job.opinions} == {REASONS["v3"], REASONS["v4"]}
    assert job.against == "Draft 0"
    assert {opinion.member for opinion in job.opinions}.isdisjoint({"v3", "v4", "m3", "m4"})
    assert world.refused(c.StartMinority, seed=6).code == "no_minority_view"


@pytest.mark.parametrize("how", [{"publish": ("v3",)}, {"minority_seconds": None}])
def test_the_words_of_one_are_quoted_and_older_logs_have_none(how: dict[str, Any]) -> None:
    world = closed(**how)
    assert not minority_due(world.state)
    assert world.refused(c.StartMinority, seed=5).code == "no_minority_view"


def test_only_those_whose_reasons_it_is_made_of_see_it_first() -> None:
    world = proposed()
    assert {voter for voter in ("v1", "v2", "v3", "v4", "v5") if proposed_to(world.state, voter)} == {"v3", "v4"}
    assert shown_minority(world.state) is None
    assert awaits_answers(world.state)
    view = world.state.minority
    assert view is not None
    assert view.text is not None
    assert view.text.value == DRAFTED
    assert view.text.commitment in left_out_of_exports(world.events)
    refused = world.refused(c.AnswerMinority, voter="v5", view=view.id, wording=0, approves=False)
    assert refused.code == "not_from_your_words"


def test_it_is_shown_once_all_of_them_approve() -> None:
    world = proposed()
    answer(world, "v3")
    assert shown_minority(world.state) is None
    answer(world, "v4")
    assert (shown_minority(world.state), approved_by(world.state)) == (DRAFTED, 2)
    view = world.state.minority
    assert view is not None
    assert view.text is not None
    assert view.text.commitment not in left_out_of_exports(world.events)
    assert settle_at(world.state) is None


def test_one_objection_ends_it_also_after_it_was_shown() -> None:
    world = proposed()
    answer(world, "v4", approves=False)
    assert world.last(e.MinoritySettled).shown is False
    assert proposed_to(world.state, "v3") is None
    assert world.state.published_reasons, "the reasons are still quoted"
    later = proposed()
    answer(later, "v3")
    answer(later, "v4")
    answer(later, "v3", approves=False)
    assert shown_minority(later.state) is None


@pytest.mark.parametrize(("approving", "shown"), [((), False), (("v3",), False), (("v3", "v4"), True)])
def test_at_the_deadline_two_must_have_approved(approving: tuple[str, ...], shown: bool) -> None:
    world = proposed(publish=("v3", "v4", "v5"))
    for voter in approving:
        answer(world, voter)
    view = world.state.minority
    assert view is not None
    assert world.refused(c.SettleMinority, view=view.id).code == "too_early"
    assert next_due(world.state, world.now) == settle_at(world.state) == world.now + 1000 * DAY
    world.now += 1000 * DAY
    world.do(c.SettleMinority, view=view.id)
    assert (shown_minority(world.state) is not None) is shown


def test_a_new_wording_needs_new_approvals_and_new_time() -> None:
    world = proposed()
    answer(world, "v3")
    world.now += 1000 * DAY - 1
    reword(world, "v4", "Nobody asked us.")
    assert shown_minority(world.state) is None, "the first approval was of other words"
    assert settle_at(world.state) == world.now + 500 * DAY
    view = world.state.minority
    assert view is not None
    refused = world.refused(c.AnswerMinority, voter="v3", view=view.id, wording=0, approves=True)
    assert refused.code == "worded_anew"
    answer(world, "v3")
    assert shown_minority(world.state) == "Nobody asked us."
    assert world.refused(c.RewordMinority, voter="v3", view=view.id, wording=1, text="No.").code == "no_minority_view"


def test_rewording_comes_to_an_end() -> None:
    world = proposed()
    for number in range(3):
        reword(world, "v3" if number % 2 else "v4", f"Wording number {number}.")
    view = world.state.minority
    assert view is not None
    refused = world.refused(c.RewordMinority, voter="v3", view=view.id, wording=3, text="Once more.")
    assert refused.code == "wordings_used_up"


def test_the_log_does_not_tell_who_answers() -> None:
    world = proposed()
    answer(world, "v3")
    reword(world, "v4", "Nobody asked us.")
    answered = [event for event in world.events if event.kind.startswith("minority")]
    for event in answered:
        plain = event.model_copy(
            update={
                name: value.without_value()
                for name in type(event).model_fields
                for value in sealed_values(getattr(event, name))
            }
        )
        assert "v3" not in plain.model_dump_json()
        assert "v4" not in plain.model_dump_json()
    content = world.last(e.MinorityAnswered).content
    assert content.secret


def test_whoever_is_forgotten_takes_it_along_in_memory_and_in_the_store() -> None:
    world = proposed()
    answer(world, "v3")
    answer(world, "v4")
    world.do(c.ForgetMember, member="m3", voter="v3")
    assert shown_minority(world.state) is None
    owners = owners_to_erase(world.events, "m3", "v3")
    for event in world.events:
        if isinstance(event, e.MinorityDrafted):
            assert event.text.belongs_to_any(owners)
        if isinstance(event, e.MinorityAnswered) and event.content.value is not None:
            assert event.content.belongs_to_any(owners) == (event.content.value.voter == "v3")


def test_a_hidden_reason_hides_what_was_made_of_it() -> None:
    world = proposed()
    answer(world, "v3")
    answer(world, "v4")
    view = world.state.minority
    assert view is not None
    world.do(c.Hide, text=view.reasons[0], moderator="mod")
    assert world.last(e.TextHidden).with_it == (view.id,)
    assert shown_minority(world.state) is None
    assert view.text is not None
    assert view.text.commitment in left_out_of_exports(world.events)
    world.do(c.Restore, text=view.reasons[0], moderator="mod")
    assert shown_minority(world.state) == DRAFTED
    for reporter in ("m1", "m2", "m5"):
        world.do(c.Report, member=reporter, text=view.id, category="abuse")
    assert shown_minority(world.state) is None


def test_reasons_that_go_while_it_is_drafted_end_the_job() -> None:
    world = closed()
    world.do(c.StartMinority, seed=5)
    job = minority_job(world.state, world.last(e.MinorityStarted).view)
    world.do(c.Hide, text=job.opinions[0].id, moderator="mod")
    world.do(c.RecordDraft, result=drawn(job, DRAFTED))
    failed = world.last(e.DraftingFailed)
    assert (failed.code, set(failed.parameters)) == ("reason_gone", set(DRAFTING_CODES["reason_gone"]))
    assert world.state.minority is not None
    assert world.state.minority.failed


def test_without_a_draft_that_passed_the_reasons_are_quoted_alone() -> None:
    world = closed()
    world.do(c.StartMinority, seed=5)
    job = minority_job(world.state, world.last(e.MinorityStarted).view)
    world.do(c.RecordDraft, result=drawn(job))
    assert world.last(e.DraftingFailed).code == "no_candidates"
    assert not minority_due(world.state)
    assert len(world.state.published_reasons) == 2
    other = closed()
    other.do(c.StartMinority, seed=5)
    other.do(c.FailDraft, draft=other.last(e.MinorityStarted).view, code="worker_died")
    assert not minority_due(other.state)


def test_an_exported_log_folds_to_the_same_course_and_finds_its_owners_again() -> None:
    world = proposed()
    answer(world, "v3")
    answer(world, "v4")
    exported = [
        event.model_copy(
            update={
                name: getattr(event, name).without_value()
                for name in type(event).model_fields
                for value in sealed_values(getattr(event, name))
                if value is getattr(event, name) and value.secret
            }
        )
        for event in world.events
    ]
    state = fold(exported)
    assert shown_minority(state) == DRAFTED
    assert approved_by(state) is None
    plain = [e.EVENT.validate_python(event.model_dump()) for event in world.events]
    (back,) = [event for event in reowned(plain) if isinstance(event, e.MinorityDrafted)]
    assert set(back.text.owners) == set(world.last(e.MinorityDrafted).text.owners)


def test_it_expires_with_everything_personal() -> None:
    world = proposed()
    answer(world, "v3")
    world.do(c.Expire, because="deployment_left")
    assert shown_minority(world.state) is None
    assert settle_at(world.state) is None
    assert not awaits_answers(world.state)
