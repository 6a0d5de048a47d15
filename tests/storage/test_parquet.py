"""Parquet files hold what the CSV files hold, typed, and the words exactly; without pyarrow a sentence says so."""

from __future__ import annotations

import importlib
import io
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import run
from storage.errors import StorageError
from storage.export import read_events
from storage.export.parquet import as_parquet
from storage.export.tables import TABLES, tables
from tests.storage.polled import TEXTS, polled

KINDS = {
    "text": "string",
    "integer": "int64",
    "number": "double",
    "boolean": "bool",
    "time": "timestamp[ms, tz=UTC]",
}


def read(data: bytes) -> Any:
    return importlib.import_module("pyarrow.parquet").read_table(io.BytesIO(data))


async def test_every_table_comes_back_with_its_columns_types_and_rows(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow, an extra, is not installed")
    made = tables(read_events(await polled(8, rounds=1).exported(tmp_path)))
    for table in made:
        found = read(as_parquet(table))
        assert {field.name: str(field.type) for field in found.schema} == {
            name: KINDS[kind] for name, kind in TABLES[table.name].items()
        }
        assert found.num_rows == len(table.rows)
    opinions = next(table for table in made if table.name == "opinions")
    rows = read(as_parquet(opinions)).to_pylist()
    assert tuple(row["text"] for row in rows) == TEXTS  # with "=" in front, as it was said
    assert rows[0]["given_at"] == datetime.fromtimestamp(opinions.rows[0][2] / 1000, UTC)  # type: ignore[operator]


async def test_the_command_writes_a_file_a_table(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow, an extra, is not installed")
    log, out = await polled(8).exported(tmp_path), tmp_path / "out"
    assert run(["export", str(log), "--format", "parquet", "--out", str(out)]) == 0
    assert {path.name for path in out.iterdir()} == {f"{name}.parquet" for name in TABLES}


async def test_without_pyarrow_a_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log, out = await polled(8).exported(tmp_path), tmp_path / "out"
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(StorageError) as refused:
        as_parquet(tables(read_events(log))[0])
    assert refused.value.code == "parquet_missing"
    assert run(["export", str(log), "--format", "parquet", "--out", str(out)]) == 1
    assert "pip install pyarrow" in capsys.readouterr().err
    assert list(out.iterdir()) == []
    assert run(["export", str(log), "--out", str(out)]) == 0
    assert [path.name for path in out.iterdir()] == ["d.zip"]
