"""`docs/events.md` names every event, every field and every part of a field."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from engine.deliberation import events as e
from engine.deliberation.errors import DRAFTING_CODES

PAGE = (Path(__file__).parents[3] / "docs" / "events.md").read_text(encoding="utf-8")
KINDS: list[type[e.Event]] = list(get_args(get_args(e.AnyEvent)[0]))
SHARED = set(e.Event.model_fields) | {"kind"}
PARTS: dict[str, list[type[e.Frozen]]] = {
    "candidates_drafted": [e.Candidate, e.Rejection, e.PredictionRow, e.MemberPrediction, e.Source, e.Model],
    "quick_vote_cast": [e.QuickVoteContent],
    "reported": [e.ReportContent],
    "closed": [e.Participation],
    "ballot_cast": [e.BallotContent, e.Reason],
    "dissent_logged": [e.Dissent],
    "minority_answered": [e.MinorityAnswerContent],
}


def kind_of(event: type[e.Event]) -> str:
    return event.model_fields["kind"].default


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def named(text: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", text))


@pytest.mark.parametrize("event", KINDS, ids=kind_of)
def test_an_event_and_all_its_fields_are_documented(event: type[e.Event]) -> None:
    section = sections()[kind_of(event)]
    listed = {name for item in re.findall(r"^- (.*?)(?::|$)", section, flags=re.MULTILINE) for name in named(item)}
    assert listed == set(event.model_fields) - SHARED
    for part in PARTS.get(kind_of(event), []):
        assert set(part.model_fields) <= named(section), part.__name__


def test_nothing_is_documented_that_does_not_exist() -> None:
    prose = {"Who can see what", "How a count comes about"}
    assert set(sections()) == {kind_of(event) for event in KINDS} | prose
    assert named(PAGE.split("\n## ")[0]) >= SHARED


def test_the_codes_of_failed_drafts_are_documented() -> None:
    assert set(DRAFTING_CODES) <= named(sections()["drafting_failed"])
