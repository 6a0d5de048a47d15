"""The tables as Parquet files, for who analyses with columns; pyarrow writes them, and is an extra (`accord[parquet]`).

It is 50 MB of wheel for tables of a few thousand rows, so nothing else needs it.
"""

from __future__ import annotations

import importlib
import io
from typing import Any

from storage.errors import StorageError
from storage.export.tables import Table


def as_parquet(table: Table) -> bytes:
    """A table as one Parquet file: texts as they are in the log, and `time` as timestamps in UTC.

    Raises `StorageError` ("parquet_missing") where pyarrow is not installed.
    """
    arrow, writer = _imported("pyarrow"), _imported("pyarrow.parquet")
    kinds: dict[str, Any] = {
        "text": arrow.string(),
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "boolean": arrow.bool_(),
        "time": arrow.timestamp("ms", tz="UTC"),
    }
    columns = [
        arrow.array([row[place] for row in table.rows], type=kinds[kind])
        for place, kind in enumerate(table.columns.values())
    ]
    file = io.BytesIO()
    writer.write_table(arrow.table(columns, names=list(table.columns)), file)
    return file.getvalue()


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as problem:
        raise StorageError("parquet_missing", reason=str(problem)) from problem
