"""What `make lint` says of vulnerable packages and of secrets."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.check_secrets import new
from scripts.check_vulnerabilities import judge

FINE: dict[str, Any] = {"name": "fine", "version": "1.0", "vulns": []}
SKIPPED: dict[str, Any] = {"name": "unknown", "skip_reason": "not found"}
VULNERABLE: dict[str, Any] = {
    "name": "leaky",
    "version": "2.10",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.11"], "aliases": [], "description": ""}],
}


def test_one_known_vulnerability_fails_whatever_else_was_not_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge([FINE, SKIPPED, VULNERABLE]) == 1
    assert "leaky 2.10: PYSEC-1, mended in 2.11" in capsys.readouterr().out


def test_packages_that_nobody_knows_are_named_and_all_of_them_unknown_is_said_loudly(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert judge([FINE, SKIPPED]) == 0
    said = capsys.readouterr().out
    assert "1 of 2" in said
    assert "NOT CHECKED, unknown to PyPI's JSON: unknown" in said
    assert judge([SKIPPED, SKIPPED]) == 0
    assert "NOT CHECKED FOR KNOWN VULNERABILITIES" in capsys.readouterr().out


def test_a_secret_that_was_accepted_may_move_and_another_one_is_new() -> None:
    def found(line: int, digest: str) -> dict[str, Any]:
        return {"type": "Secret Keyword", "hashed_secret": digest, "line_number": line}

    accepted = {"a.py": [found(3, "x")]}
    assert new({"a.py": [found(9, "x")]}, accepted) == []
    assert new({"a.py": [found(3, "y")]}, accepted) == [("a.py", 3, "Secret Keyword")]
    assert new({"b.py": [found(3, "x")]}, accepted) == [("b.py", 3, "Secret Keyword")]
