"""A deliberation in every format: what the command line writes and Discord sends.

Whatever a format is made of comes from the exported log, so none holds more than that may; only vote matrices and
training rows need what lies in the store, and have rules of their own (`storage.export.released`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from bot.catalogue import say
from bot.errors import InputError
from bot.files import write_whole_bytes
from bot.measured_influence import MeasuredInfluence, read_influence
from bot.rendering.html import report_html
from bot.rendering.summary import summary
from engine.deliberation.events import AnyEvent
from engine.deliberation.evolve import fold
from engine.deliberation.sealed import canonical_json
from storage.errors import StorageError
from storage.event_log import EventLog
from storage.export import Header, export, read_events, read_header
from storage.export.bundle import LOG, SIGNATURE, write_bundle
from storage.export.formats import polis, trl
from storage.export.parquet import as_parquet
from storage.export.released import adopted_draft, members_words, preferences, vote_matrix
from storage.export.tables import Table, as_csv, tables, with_names
from storage.signing import SigningKey

BUNDLE: Final = "zip"
INFLUENCE: Final = "influence.json"
FORMATS: Final = ("jsonl", "csv", "parquet", "md", "html", "polis", "trl")
"""What can be asked for alone; `BUNDLE` is all of them."""


@dataclass(frozen=True)
class Source:
    """What is exported: an exported log, and what the store holds beside it (None where there is only the log)."""

    path: Path
    stored: Sequence[AnyEvent] | None = None
    influence: MeasuredInfluence | None = None
    """What `accord influence --json` said of this very log, for the report."""
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names by pseudonym, where a moderator asks for them and the deliberation was opened as named: in `md` and `csv`
    beside what people said in the open, and nowhere else.
    """


def write_exports(source: Source, formats: Sequence[str], out: Path, key: SigningKey | None) -> list[Path]:
    """Write the formats into a folder, once all of them could be made; the files that are there then.

    Raises `StorageError` and `LogFileError`, and `InputError` for a format of the store that a log alone does not give.
    """
    header = read_header(source.path)
    alone = {name: dict(files_of(source, name)) for name in formats if name != BUNDLE}
    if "jsonl" in alone and key is not None:
        alone["jsonl"][SIGNATURE] = _signature(header, key)
    # What is signed and handed on names nobody.
    bundled = all_files(replace(source, names={})) if BUNDLE in formats else None
    written = [path for files in alone.values() for path in _write(out, files)]
    if bundled is not None:
        path = out / f"{_file_name(header.deliberation)}.zip"
        write_bundle(path, header, *bundled, key)
        written.append(path)
    return written


def all_files(source: Source) -> tuple[dict[str, bytes], dict[str, str]]:
    """Every file that may leave, by its name in the zip, and why the others may not (a format and its code)."""
    files: dict[str, bytes] = {}
    left_out: dict[str, str] = {}
    for name in FORMATS:
        folder = f"{name}/" if name in ("csv", "parquet", "polis", "trl") else ""
        try:
            files |= {f"{folder}{file}": data for file, data in files_of(source, name).items()}
        except (StorageError, InputError) as problem:
            if problem.code not in ("too_few_consented", "format_needs_store", "parquet_missing"):
                raise
            left_out[name] = problem.code
    if source.influence is not None and len(source.influence.members) >= least_told(source):
        files[INFLUENCE] = (source.influence.model_dump_json() + "\n").encode()
    return files, left_out


def least_told(source: Source) -> int:
    """From how many people on a figure is told."""
    return fold(read_events(source.path)).settings.ballots_shown_from


def with_influence(source: Source, path: Path | None) -> Source:
    """The source with a measurement that lies in a file. Raises `InputError` for one that is not of this log."""
    return source if path is None else replace(source, influence=read_influence(path, read_header(source.path)))


def files_of(source: Source, name: str) -> Mapping[str, bytes]:
    """The files of one format. Raises as `write_exports`."""
    return _MAKERS[name](source)


async def exported(log: EventLog, deliberation: str, folder: Path) -> Source:
    """A store's deliberation as a source; its log is written into `folder`."""
    path = folder / LOG
    await export(log, deliberation, path)
    return Source(path, await log.read(deliberation))


def _jsonl(source: Source) -> dict[str, bytes]:
    return {LOG: source.path.read_bytes()}


def _csv(source: Source) -> dict[str, bytes]:
    return {f"{table.name}.csv": as_csv(table) for table in _tables(source)}


def _parquet(source: Source) -> dict[str, bytes]:
    return {f"{table.name}.parquet": as_parquet(table) for table in _tables(source)}


def _tables(source: Source) -> list[Table]:
    return [with_names(table, source.names) for table in tables(read_events(source.path))]


def _md(source: Source) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="accord-") as folder:
        path = Path(folder) / "summary.md"
        state, head = fold(read_events(source.path)), read_header(source.path).head
        summary(state, path, names=source.names, head=head)
        return {path.name: path.read_bytes()}


def _html(source: Source) -> dict[str, bytes]:
    events, head = read_events(source.path), read_header(source.path).head
    page = report_html(events, head=head, influence=source.influence)
    return {"report.html": page.encode()}


def _polis(source: Source) -> dict[str, bytes]:
    return polis(vote_matrix(_stored(source, "polis")))


def _trl(source: Source) -> dict[str, bytes]:
    events = _stored(source, "trl")
    question, words = fold(events).question, members_words(events)
    prompt = say("export.trl.prompt", question=question)
    if words:
        prompt = say(
            "export.trl.prompt_with_words", question=question, opinions="\n".join(f"- {word}" for word in words)
        )
    return trl(prompt, preferences(events), adopted_draft(events))


_MAKERS: Final[Mapping[str, Callable[[Source], Mapping[str, bytes]]]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
    "md": _md,
    "html": _html,
    "polis": _polis,
    "trl": _trl,
}


def _stored(source: Source, name: str) -> Sequence[AnyEvent]:
    if source.stored is None:
        raise InputError("format_needs_store", format=name)
    return source.stored


def _signature(header: Header, key: SigningKey) -> bytes:
    return canonical_json(key.sign(header).as_json())


def _write(out: Path, files: Mapping[str, bytes]) -> list[Path]:
    for name, data in files.items():
        write_whole_bytes(out / name, data)
    return [out / name for name in files]


def _file_name(deliberation: str) -> str:
    """A deliberation's id as a file's name, whatever it holds."""
    kept = "".join(char if char.isascii() and (char.isalnum() or char in "-_") else "-" for char in deliberation)
    return kept[:80] or "deliberation"
