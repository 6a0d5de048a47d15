from __future__ import annotations

from engine.drafting.reported import claims, told_sentences, with_report
from engine.drafting.sentences import sentences


def test_a_statement_says_one_thing_and_reports_another() -> None:
    text = with_report("small plots share a strip", "tom's van is enough")
    assert text == "Small plots share a strip. Others say: Tom's van is enough."
    assert sentences(text) == ["Small plots share a strip.", "Others say: Tom's van is enough."]
    assert told_sentences(text) == ["Small plots share a strip.", "Tom's van is enough."]


def test_a_name_in_small_letters_keeps_them() -> None:
    assert with_report("iPhones stay", "eBikes go") == "iPhones stay. Others say: eBikes go."


def test_a_report_is_no_claim_of_its_own() -> None:
    assert claims("Close it. Others say: keep it open. Ask again in May.") == [
        "Close it. Others say: keep it open.",
        "Ask again in May.",
    ]
    assert claims("Close it. Keep it open.") == ["Close it.", "Keep it open."]
    assert claims("Others say: keep it open.") == ["Others say: keep it open."]
    assert claims("") == []
