"""`accord audit model` as people type it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import run

STATEMENTS = """id,text,topic,negation
a,Tea is better than coffee.,food,Tea is not better than coffee.
b,The rent is too high.,home,The rent is not too high.
"""
VOTES = "member,group,statement,vote,opinion\nAda,north,a,1,I love tea.\nBruno,south,b,-1,My rent is fine.\n"


@pytest.mark.model
def test_a_few_votes_are_too_few_and_the_files_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "statements.csv").write_text(STATEMENTS)
    (tmp_path / "votes.csv").write_text(VOTES)
    asked = ["audit", "model", "--questions", str(tmp_path / "statements.csv"), "--people", str(tmp_path / "votes.csv")]
    out = tmp_path / "out"
    assert run([*asked, "--drafts", "0", "--threads", "1", "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in ("A1", "A2", "A3", "A4"))
    found: dict[str, Any] = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    assert [audit["name"] for audit in found["audits"]] == ["A1", "A2", "A3", "A4"]
    assert {audit["verdict"] for audit in found["audits"][1:]} == {"too_few"}
    refusal = next(figure for figure in found["audits"][0]["figures"] if figure["name"] == "refusal")
    assert 0 <= refusal["value"] <= 1
    assert (out / "audit.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert run([*asked, "--only", "A1", "--out", str(out)]) == 2, "what an earlier run left is not written over"


def test_a_server_cannot_be_audited_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "model", "--model", "http://127.0.0.1:8000", "--out", str(tmp_path)]) == 2
    assert "weights" in capsys.readouterr().err
