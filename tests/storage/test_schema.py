"""What older versions of Accord wrote is still read."""

from __future__ import annotations

from typing import Any

from engine.deliberation.events import CandidatesDrafted, Closed, Opened, OpinionRemoved, SharingSet
from storage.chain import Record, event_of


def read(kind: str, version: int, **payload: Any) -> Any:
    fields: dict[str, Any] = {"deliberation": "d", "version": 7, "at": 1, "request": "r", "previous": "", "hash": ""}
    return event_of(Record(kind=kind, schema_version=version, payload=payload, **fields), {})


def test_an_adopted_wording_that_stood_in_the_record_itself_is_read() -> None:
    end = read("closed", 1, outcome="adopted", statement="d1.x", text="Bins at seven.", reason=None, moderator=None)
    assert isinstance(end, Closed)
    assert end.text is not None
    assert (end.text.value, end.participation) == ("Bins at seven.", None)
    withdrawn = read("closed", 1, outcome="withdrawn", statement=None, text=None, reason="over", moderator="mod")
    assert withdrawn.text is None


def test_nothing_waits_for_a_moderator_in_a_nameless_deliberation_of_before() -> None:
    opened = read("opened", 1, question="Where?", settings={"nameless": True}, moderator="mod", until=2)
    assert isinstance(opened, Opened)
    assert not opened.settings.reviews


def test_a_removal_and_a_draft_of_before_name_nothing_that_they_did_not_know() -> None:
    removed = read("opinion_removed", 1, opinion="o1", reason="spam", moderator="mod")
    assert isinstance(removed, OpinionRemoved)
    assert removed.with_it == ()
    drafted = read("candidates_drafted", 1, draft="d1", round=1, candidates=[], profile=[], models=[], seed=1)
    assert isinstance(drafted, CandidatesDrafted)
    assert drafted.notes == ()


def test_consent_of_before_allows_what_it_said_and_no_learning() -> None:
    sharing = read("sharing_set", 1, handle="v1", uses=["votes"])
    assert isinstance(sharing, SharingSet)
    assert sharing.uses == ("votes",)
