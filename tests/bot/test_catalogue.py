"""Every text that people can meet is written, and names only what it is given."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest

import bot.errors
import engine.deliberation.errors
import engine.drafting.guards
import engine.models.errors
import engine.worker.errors
import storage.errors
from bot.catalogue import PLURAL_CATEGORY, error_sentence, say, texts
from engine.deliberation.receipts import ReceiptCheck
from engine.deliberation.settings import HIGHEST_GRADE, LOWEST_GRADE
from welfare import RULE_NAMES, WelfareError

FOLDING_CODES: Mapping[str, tuple[str, ...]] = {"empty_log": (), "impossible_event": ("kind", "version")}
"""What `UnreadableLogError` carries."""
WELFARE_CODES: Mapping[str, tuple[str, ...]] = {
    "empty_profile": ("name", "shape"),
    "not_a_number": ("name", "where"),
    "out_of_range": ("name", "found", "lowest", "highest"),
    "wrong_shape": ("name", "found", "expected"),
    "unknown_rule": ("rule", "known"),
}
CODES = {
    **bot.errors.CODES,
    **engine.models.errors.CODES,
    **engine.worker.errors.CODES,
    **storage.errors.CODES,
    **engine.deliberation.errors.CODES,
    **FOLDING_CODES,
    **WELFARE_CODES,
}


def parameters_of(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize(("code", "parameters"), CODES.items(), ids=CODES)
def test_every_error_has_a_sentence_that_names_only_what_the_error_carries(
    code: str, parameters: tuple[str, ...]
) -> None:
    assert parameters_of(texts()[f"error.{code}"]) <= set(parameters)


def test_every_reason_to_give_up_a_draft_has_a_sentence() -> None:
    for code, parameters in engine.deliberation.errors.DRAFTING_CODES.items():
        assert parameters_of(texts()[f"drafting.{code}"]) <= set(parameters)


def test_every_reason_to_reject_a_candidate_has_words_and_is_documented() -> None:
    documented = (Path(bot.errors.__file__).parents[1] / "docs" / "draft-json.md").read_text(encoding="utf-8")
    for code in engine.drafting.guards.CODES:
        assert say(f"rejected.{code}")
        assert f"`{code}`" in documented


def test_every_fault_of_a_log_every_rule_and_every_grade_has_words() -> None:
    for fault in storage.errors.FAULTS:
        assert say(f"fault.log_broken.{fault}")
    for fault in storage.errors.BUNDLE_FAULTS:
        assert say(f"fault.bundle_broken.{fault}")
    for status in get_args(ReceiptCheck.model_fields["status"].annotation):
        assert say(f"verify.receipt.{status}")
    for rule in RULE_NAMES:
        assert say(f"rule.{rule.partition(':')[0]}")
    for grade in range(LOWEST_GRADE, HIGHEST_GRADE + 1):
        assert say(f"grade.{grade}")


def test_every_welfare_error_is_among_those_tested() -> None:
    assert {kind.code for kind in WelfareError.__subclasses__()} == WELFARE_CODES.keys()


def test_every_key_that_the_program_asks_for_is_in_the_catalogue() -> None:
    asked = {
        key
        for path in Path(bot.errors.__file__).parent.rglob("*.py")
        for key in re.findall(r'\bsay\(\s*"([a-z_.0-9]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 50
    missing = {key for key in asked if key not in texts() and f"{key}.other" not in texts()}
    assert not missing


def test_no_sentence_is_cut_and_no_template_is_broken() -> None:
    for key, template in texts().items():
        assert template, key
        parameters_of(template)


def test_a_number_chooses_the_form_of_its_sentence() -> None:
    assert "one line" in say("draft.left_out.empty", count=1)
    assert "3 lines" in say("draft.left_out.empty", count=3)
    assert PLURAL_CATEGORY["en"](0) == "other"


def test_lists_and_names_in_errors_are_spelled_for_people() -> None:
    sentence = error_sentence("wrong_phase", {"phase": "collecting", "allowed": ("polling", "critique")})
    assert "“collecting opinions” (only in: poll, critique)" in sentence


def test_an_error_without_a_sentence_still_gives_its_code() -> None:
    assert "brand_new" in error_sentence("brand_new", {"code": "other"})
