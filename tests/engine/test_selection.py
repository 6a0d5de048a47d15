from __future__ import annotations

import pytest

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.selection import reselect, select, strict_order
from tests.engine.deliberation.world import World
from welfare import RULE_NAMES, UnknownRuleError


def test_the_shortlist_is_the_best_by_the_rule() -> None:
    found = select([[0.1, 0.9, 0.5], [0.2, 0.8, 0.6]], "utilitarian", seed=1, ids=["a", "b", "c"], shortlist=2)
    assert (found.winner, found.shortlist, found.tie_broken_by) == ("b", ("b", "c"), None)
    assert found.welfare is not None


def test_a_tie_is_broken_by_a_lottery_that_anyone_can_draw_again() -> None:
    winners = {select([[0.5, 0.5]], "nash", seed=seed, ids=["a", "b"]).winner for seed in range(20)}
    assert winners == {"a", "b"}
    found = select([[0.5, 0.5]], "nash", seed=3, ids=["a", "b"], shortlist=2)
    assert found.tie_broken_by == "lottery(seed=3)"
    assert found.shortlist == strict_order(found.ranking, ["a", "b"], 3)


def test_a_shortlist_longer_than_the_field_is_the_field() -> None:
    assert select([[0.5]], "nash", seed=1, ids=["a"], shortlist=9).shortlist == ("a",)


def test_without_members_all_candidates_tie_and_no_welfare_is_invented() -> None:
    found = select([], "nash", seed=1, ids=["a", "b"])
    assert (found.ranking, found.welfare) == ((("a", "b"),), None)
    assert found.tie_broken_by == "lottery(seed=1)"


@pytest.mark.parametrize("rule", [name.replace("<x>", "0.5") for name in RULE_NAMES])
def test_every_rule_selects(rule: str) -> None:
    found = select([[0.0, 1.0], [0.0, 0.9]], rule, seed=1, ids=["a", "b"])
    assert found.winner == "b"


def test_an_unknown_rule_has_its_error() -> None:
    with pytest.raises(UnknownRuleError):
        select([[0.5]], "whim", seed=1, ids=["a"])


def drafted_twice() -> World:
    world = World(shortlist=2)
    for member in ("m1", "m2"):
        world.say(member)
    world.draft()
    world.draft(agreement=[0.5, 0.5])
    return world


def test_a_logged_selection_comes_out_again() -> None:
    world = drafted_twice()
    results = reselect(world.events)
    assert [result.status for result in results] == ["same", "same"]
    assert [result.winner for result in results] == [event.winner for event in world.all(e.StatementSelected)]


@pytest.mark.parametrize(
    "change",
    [
        {"winner": "other"},
        {"welfare": None},
        {"ranking": ()},
        {"tie_broken_by": "a whim"},
        {"shortlist": ("x", "y")},
        {"rule": "maximin"},
    ],
)
def test_a_selection_that_was_tampered_with_shows(change: dict[str, object]) -> None:
    world = drafted_twice()
    forged = [
        event.model_copy(update=change) if event is world.last(e.StatementSelected) else event for event in world.events
    ]
    assert [result.status for result in reselect(forged)] == ["same", "different"]


def test_a_selection_over_erased_members_is_not_re_runnable_and_says_how_many() -> None:
    world = drafted_twice()
    world.do(c.ForgetMember, member="m1", voter="v1")
    kept = [
        event.model_copy(
            update={
                "profile": tuple(
                    row.model_copy(update={"prediction": row.prediction.without_value()}) if row.member == "m1" else row
                    for row in event.profile
                )
            }
        )
        if isinstance(event, e.CandidatesDrafted)
        else event
        for event in world.events
    ]
    assert [(result.status, result.erased) for result in reselect(kept)] == [("not_rerunnable", 1)] * 2


def test_a_selection_of_candidates_that_were_never_drafted_is_different() -> None:
    world = drafted_twice()
    events = [event for event in world.events if not isinstance(event, e.CandidatesDrafted)]
    assert {result.status for result in reselect(events)} == {"different"}
