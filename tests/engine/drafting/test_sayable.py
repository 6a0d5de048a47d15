from __future__ import annotations

import pytest

from engine.drafting.points import MOST_OF_NOBODY
from engine.drafting.sayable import added_share, clause_of, is_clause, is_own, own_clauses, share_of_nobody, stated

STREET = "Should our street be closed to cars on Sundays?"


@pytest.mark.parametrize(
    ("opinion", "clauses"),
    [
        ("Try it for one summer. Then count who came!", ["try it for one summer", "count who came"]),
        ("Yes, and put it in the contract", ["put it in the contract"]),
        ("MIT keeps it simple", ["MIT keeps it simple"]),
        ("GitHub is down", ["GitHub is down"]),
        ("Right turns should be banned.", ["right turns should be banned"]),
        ("No cars on Sundays", ["no cars on Sundays"]),
        ("The van could stop at St. Mary's.", ["the van could stop at St. Mary's"]),
        ("Ask at the town hall... they know", []),
        ("The sign says 'no.' and then it stops", []),
        ("Others say it is too loud.", []),
        ("Wait and see…", ["wait and see"]),
        ("Right, ban them", ["ban them"]),
        ("im allergic to nuts", []),
        ("Keep the café", ["keep the café"]),
        ("أريد حديقة في وسط المدينة", []),
        ("土曜日は 歩行者天国に", []),
        ("I need my car.", []),
        ("You would lose customers, wouldn't you?", []),
        ("Who took the ladder", []),
        ("no", []),
        ("\u200b", []),
    ],
)
def test_a_members_own_sentence_is_a_clause_unless_it_speaks_of_i_or_you(opinion: str, clauses: list[str]) -> None:
    assert own_clauses(opinion) == clauses


def test_shares_tell_what_was_added_and_what_is_nobodys() -> None:
    assert added_share("we should close the street", "close it") == pytest.approx(4 / 5)
    assert share_of_nobody("we should close the street", "close the street", STREET) < MOST_OF_NOBODY
    assert share_of_nobody("the mayor is a crook", "close it", STREET) == 1.0


@pytest.mark.parametrize(
    ("clause", "opinion", "own"),
    [
        ("the street should be closed to cars", "yes", True),
        ("the street should be closed to cars", "I'm for it", True),
        ("the street should be closed to cars", "no", False),
        ("the street should not be closed to cars", "no", True),
        ("the street should not be closed to cars", "Against!", True),
        ("the street should not be closed to cars", "yes please", False),
        ("the street shouldn't be closed to cars", "nope", True),
        ("the street should be closed to cars", "yes, no, maybe", False),
        ("the street should be closed to cars", "\u200b", False),
        ("the street should be closed to cars", "hm", False),
        ("the street should be closed to cars", "I don't agree.", False),
        ("the street should not be closed to cars", "No objection.", False),
        ("the street should not be closed to cars", "I'm not against it.", False),
        ("the street should be closed to cars for deliveries", "No, deliveries come on Sundays", False),
        ("the street should not be closed to cars as deliveries come", "No, deliveries come on Sundays", True),
        ("the street should not be closed to cars for the kids", "Yes! The kids need room.", False),
        ("deliveries come on Sundays", "No, deliveries come on Sundays", True),
        ("we should close the street on Sundays only", "Sundays only", True),
        ("some need their car", "I need my car", True),
    ],
)
def test_a_bare_vote_is_said_in_the_questions_words_and_turned_the_same_way(
    clause: str, opinion: str, own: bool
) -> None:
    assert is_own(clause, opinion, STREET) == own


def test_a_yes_to_a_question_with_a_not_is_not_said() -> None:
    assert not is_own("the street should be closed", "yes", "Should the street not be closed?")


def test_a_clause_is_the_first_line_without_its_full_stop() -> None:
    assert clause_of(" we want trees. \nAnd more") == "we want trees"


@pytest.mark.parametrize(
    "text",
    [
        "agree with Ben",
        "fully agree with @ben here",
        "same as Ada said",
        "what Ben says",
        "like Ben above",
        "+1 to Chen",
        "Ben is right",
        "ben is totally right about this",
        "Ada has a good point",
        "some agree with Ben",
        "we strongly disagree with Ada and Ben",
        "Ben and Ann are right",
        "Ben's right",
        "second that",
        "same here",
        "+1",
    ],
)
def test_what_takes_somebodys_side_says_nothing(text: str) -> None:
    assert not is_clause(text)


@pytest.mark.parametrize(
    "text",
    [
        "agree with the rota if it starts at nine",
        "the price is right for students",
        "like the library, keep the café",
        "as cheap as possible",
        "the fine is wrong for those who forget once",
        "a rota makes a difference",
    ],
)
def test_what_says_something_beside_is_a_clause(text: str) -> None:
    assert is_clause(text)


@pytest.mark.parametrize(
    ("opinion", "states"),
    [
        ("Do we really need a new boat?", ""),
        ("Paint the old one. Why would anybody want a new boat?", "Paint the old one."),
        ("I agree with Ben.", ""),
        ("@Jon is right", ""),
        ("Ada has a point. But the roof drips.", "But the roof drips."),
        ("+1", ""),
        ("👍", ""),
        ("No.", "No."),
        ("屋根が先です。", "屋根が先です。"),
    ],
)
def test_questions_and_taking_sides_state_nothing(opinion: str, states: str) -> None:
    assert stated(opinion) == states


def test_a_list_mark_is_no_part_of_a_clause() -> None:
    assert own_clauses("- Paint the old boat") == ["paint the old boat"]
    assert own_clauses("1. Paint the old boat") == ["paint the old boat"]
