from __future__ import annotations

import pytest

from engine.deliberation import events as e
from engine.reward.closed_polls import StatementScore, closed_statements, score_polls
from tests.engine.deliberation.storing import erased
from tests.engine.deliberation.world import World


def closed(*grades: int) -> World:
    """A poll in which every voter graded all statements alike."""
    world = World(quorum={"ballots": 1})
    for member in ("m1", "m2"):
        world.say(member)
    world.draft(in_prompt=["m1", "m2"])
    world.open_poll()
    for voter, grade in enumerate(grades):
        world.vote(f"v{voter}", *([grade] * len(world.statements())))
    world.close_poll()
    return world


def test_a_closed_polls_grades_are_set_against_what_was_predicted_of_the_group() -> None:
    world = closed(7, 5, 4, 1)
    drafted = world.last(e.CandidatesDrafted)
    rows = [row.prediction.value for row in drafted.profile]
    running = [candidate.id for candidate in drafted.candidates if candidate.rejected is None]
    found = closed_statements(world.events)
    assert [one.statement for one in found] == world.statements()
    for one in found:
        at = running.index(one.statement)
        assert one.predicted == pytest.approx(sum(row.mean[at] for row in rows if row is not None) / len(rows))
        assert (one.agreed, one.graded) == (0.5, 4)


def test_nothing_is_scored_for_members_who_were_forgotten() -> None:
    world = closed(7, 7)
    assert closed_statements(erased(world.events, {"m1", "m2"})) == []


def test_a_log_without_a_closed_poll_has_no_scores() -> None:
    world = World()
    world.say("m1")
    assert closed_statements(world.events) == []
    assert score_polls([]) is None


def test_a_statement_that_people_agreed_with_as_often_as_predicted_is_well_calibrated() -> None:
    scores = score_polls([StatementScore("a", 0.8, 0.8, 10), StatementScore("b", 0.2, 0.2, 10)])
    assert scores is not None
    assert scores.apart == pytest.approx(0.0)
    assert scores.brier == pytest.approx(0.16)
    assert scores.brier_base == pytest.approx(0.25)
    assert [(round(x, 6), round(y, 6), n) for x, y, n in scores.curve] == [(0.2, 0.2, 10), (0.8, 0.8, 10)]


def test_a_model_that_is_worse_than_the_base_rate_shows_it() -> None:
    scores = score_polls([StatementScore("a", 0.9, 0.1, 4), StatementScore("b", 0.1, 0.9, 4)])
    assert scores is not None
    assert scores.brier > scores.brier_base
    assert scores.apart == pytest.approx(0.8)


def test_statements_that_more_people_graded_count_for_more() -> None:
    scores = score_polls([StatementScore("a", 0.5, 0.5, 30), StatementScore("b", 0.5, 1.0, 10)])
    assert scores is not None
    assert (scores.grades, scores.apart) == (40, pytest.approx(0.125))
