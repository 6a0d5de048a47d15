"""A user's files: bytes become text, lines become objects, tables become rows, or one sentence says what is wrong."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, cast

from bot.errors import InputError

JSON_LINES: Final = frozenset({".jsonl", ".ndjson", ".json"})
SHOWN = 200
"""Characters of a file's own columns that an error tells."""


def text_of(path: Path) -> str:
    """What a file says; see `decoded`. Raises `InputError`, also where it is missing or a folder."""
    try:
        if path.is_dir():
            raise InputError("input_is_folder", path=str(path))
        data = path.read_bytes()
    except (OSError, ValueError) as problem:  # ValueError: a null character in the name
        raise InputError("input_missing", path=str(path)) from problem
    return decoded(str(path), data)


def decoded(source: str, data: bytes) -> str:
    """Text with its lines ended by a line feed; a byte order mark is dropped. Raises `InputError`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InputError("input_not_text", path=source) from problem
    if "\x00" in text:
        raise InputError("input_null", path=source)
    if not text.strip():
        raise InputError("input_empty", path=source)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_json_lines(path: Path, text: str) -> bool:
    """Whether a file holds JSON lines, by its name or its beginning; else it is a table."""
    return path.suffix.lower() in JSON_LINES or text.lstrip().startswith("{")


def json_object(source: str, number: int, line: str) -> dict[str, Any]:
    """The object on a line. Raises `InputError`."""
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise InputError("input_not_json", path=source, line=number) from problem
    if not isinstance(row, dict):
        raise InputError("input_not_object", path=source, line=number)
    return cast("dict[str, Any]", row)


def table_rows(source: str, text: str, needed: Iterable[str], missing: str) -> list[dict[str, str]]:
    """The rows of a CSV with `needed` among its columns; where they are not, the error `missing` names them.

    Columns are parted by commas, or by semicolons or tabs where the header has these and no comma: so spreadsheets
    write it in countries that have the comma in numbers.

    What a short row lacks is empty, what a long one has beyond the header is left out. Raises `InputError`.
    """
    wanted = set(needed)
    header = text.partition("\n")[0]
    delimiter = next((mark for mark in ",;\t" if mark in header), ",")
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="", strict=True, delimiter=delimiter)
    try:
        if not wanted <= set(reader.fieldnames or ()):
            found = ", ".join(reader.fieldnames or ())[:SHOWN]
            raise InputError(missing, path=source, found=found, needed=", ".join(sorted(wanted)))
        return [{name: value for name, value in row.items() if name} for row in reader]
    except csv.Error as problem:
        raise InputError("input_quotes", path=source, line=reader.line_num) from problem
