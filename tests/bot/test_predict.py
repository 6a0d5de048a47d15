"""`accord predict` as people type it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.__main__ import run
from bot.commands import predict as predict_command


class Vectors:
    """An embedder without weights, of the size that the bundled weights want: a text's vector is made of its words."""

    def __init__(self, *arguments: object, **options: object) -> None: ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), 384), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                rows[row, sum(map(ord, word)) % 384] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predict_command, "Embedder", Vectors)
    monkeypatch.setattr(predict_command, "bundled_embedder", Path)


def request(statement: int, **more: Any) -> dict[str, Any]:
    return {"id": f"town|7|{statement}", "opinions": [], "history": [], "statement": f"statement {statement}", **more}


def written(path: Path, rows: Sequence[Any]) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def answered(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[dict[str, Any]]:
    assert run(["predict", *map(str, arguments)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_request_gets_a_chance_and_its_spread(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [request(n, history=[{"statement": "statement 9", "vote": 1}]) for n in range(5)]
    for name in ("requests.jsonl", "requests.jsonl.gz"):
        found = answered(capsys, written(tmp_path / name, rows))
        assert [row["id"] for row in found] == [row["id"] for row in rows]
        assert all(set(row) == {"id", "p", "sd"} and 0 < row["p"] < 1 and 0 < row["sd"] <= 0.5 for row in found)


def test_standard_input_is_answered_too(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(request(1)) + "\n\n"))
    assert [row["id"] for row in answered(capsys, "-")] == ["town|7|1"]


def test_the_crowds_votes_move_the_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with gzip.open(tmp_path / "comments.csv.gz", "wt", newline="") as file:
        rows = [["town", "en", n, 0, f"statement {n}"] for n in range(2)]
        csv.writer(file).writerows([["conversation", "lang", "statement", "author", "text"], *rows])
    with gzip.open(tmp_path / "votes.csv.gz", "wt", newline="") as file:
        rows = [["town", voter, n, 1 if n else -1] for voter in range(30) for n in range(2)]
        csv.writer(file).writerows([["conversation", "participant", "statement", "vote"], *rows])
    requests = written(tmp_path / "requests.jsonl", [request(0), request(1)])
    disliked, liked = answered(capsys, requests, "--crowd", tmp_path)
    assert disliked["p"] < 0.3 < 0.8 < liked["p"]


def test_vectors_are_kept_where_asked_and_hold_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    requests = written(tmp_path / "requests.jsonl", [request(0)])
    kept = tmp_path / "vectors.npz"
    first = answered(capsys, requests, "--embeddings", kept)
    assert b"statement 0" not in kept.read_bytes()
    assert answered(capsys, requests, "--embeddings", kept) == first


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "{}",
        '{"id": "a", "statement": "x"}',
        '{"id": "a|b|c", "statement": 3}',
        '{"id": "a|b|c", "statement": "x", "history": [{"statement": "y", "vote": 5}]}',
    ],
)
def test_what_is_no_request_is_named_by_its_line(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_text(json.dumps(request(1)) + "\n" + line + "\n")
    assert run(["predict", str(path)]) == 2
    assert "line 2" in " ".join(capsys.readouterr().err.split())


def test_a_folder_without_votes_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    requests = written(tmp_path / "requests.jsonl", [request(1)])
    assert run(["predict", str(requests), "--crowd", str(tmp_path)]) == 2
    assert "comments.csv.gz" in capsys.readouterr().err
    assert run(["predict", str(tmp_path / "nowhere.jsonl")]) == 2
