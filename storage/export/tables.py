"""A log as tidy tables: one row a thing, one column a fact, the same names everywhere (docs/exports.md has them all).

Made of the events of an exported log only, so a table never holds more than `log.jsonl` may.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from engine.deliberation import events as e
from engine.deliberation.counting import ranks
from engine.deliberation.evolve import fold
from engine.deliberation.oversight import moderator_acts
from engine.deliberation.state import State

Kind: TypeAlias = Literal["text", "integer", "number", "boolean", "time"]
"""`time` is milliseconds since 1970 UTC."""
Cell: TypeAlias = str | int | float | bool | None
Row: TypeAlias = tuple[Cell, ...]

TABLES: Final[Mapping[str, Mapping[str, Kind]]] = {
    "deliberation": {
        "question": "text",
        "background": "text",
        "language": "text",
        "rule": "text",
        "opened_at": "time",
        "closed_at": "time",
        "outcome": "text",
        "statement": "text",
        "text": "text",
        "eligible": "integer",
        "spoke": "integer",
        "voted": "integer",
    },
    "opinions": {
        "opinion": "text",
        "member": "text",
        "given_at": "time",
        "changed_at": "time",
        "status": "text",
        "reason": "text",
        "text": "text",
    },
    "critiques": {"critique": "text", "member": "text", "round": "integer", "given_at": "time", "text": "text"},
    "candidates": {
        "candidate": "text",
        "draft": "text",
        "round": "integer",
        "drafted_at": "time",
        "origin": "text",
        "opinion": "text",
        "rejected": "text",
        "welfare": "number",
        "place": "integer",
        "predicted_agreement": "number",
        "shown": "boolean",
        "text": "text",
    },
    "ballots": {"poll": "text", "ballot": "text", "option": "text", "grade": "integer", "place": "integer"},
    "tally": {"poll": "text", "round": "integer", "option": "text", "grade": "integer", "ballots": "integer"},
    "polls": {
        "poll": "text",
        "round": "integer",
        "closed_at": "time",
        "counted": "integer",
        "voided": "integer",
        "choice": "text",
        "quorum_met": "boolean",
        "adopted": "boolean",
        "ballots_withheld": "boolean",
        "tie_broken_by": "text",
    },
    "dissent": {"poll": "text", "statement": "text", "grade": "integer", "reason": "text"},
    "moderation": {"at": "time", "moderator": "text", "act": "text", "about": "text", "reason": "text"},
}
"""Every table's columns, in order, and what each holds."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""With what a spreadsheet begins a formula (OWASP, "CSV injection")."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table; each row has a cell per column, None where there is nothing to tell."""

    name: str
    columns: Mapping[str, Kind]
    rows: tuple[Row, ...]


def tables(events: Sequence[e.AnyEvent]) -> tuple[Table, ...]:
    """All tables of an exported log's events (`read_events`)."""
    state = fold(events)
    rows: dict[str, Iterator[Row]] = {
        "deliberation": _deliberation(state),
        "opinions": _opinions(state, events),
        "critiques": _critiques(events),
        "candidates": _candidates(state, events),
        "ballots": _ballots(events),
        "tally": _tally(events),
        "polls": _polls(events),
        "dissent": _dissent(state, events),
        "moderation": _moderation(events),
    }
    return tuple(Table(name, columns, tuple(rows[name])) for name, columns in TABLES.items())


def with_names(table: Table, names: Mapping[str, str]) -> Table:
    """The table with names for pseudonyms in `member`: what somebody said in a deliberation opened as named."""
    if not names or "member" not in table.columns:
        return table
    at = list(table.columns).index("member")
    rows = (
        row if row[at] is None else (*row[:at], names.get(str(row[at]), row[at]), *row[at + 1 :]) for row in table.rows
    )
    return replace(table, rows=tuple(rows))


def as_csv(table: Table) -> bytes:
    """A table as CSV (RFC 4180, UTF-8, a header, lines ended by CR LF).

    A text that a spreadsheet would take for a formula gets an apostrophe in front, or a member could run one on the
    machine of whoever opens the file; `log.jsonl` has the words exactly.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(table.columns)
    texts = [kind == "text" for kind in table.columns.values()]
    for row in table.rows:
        writer.writerow(_cell(cell, is_text) for cell, is_text in zip(row, texts, strict=True))
    return file.getvalue().encode()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("one")
    ("'=1+1", 'one')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cell(cell: Cell, is_text: bool) -> Cell:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return harmless(cell) if is_text and isinstance(cell, str) else cell


def _deliberation(state: State) -> Iterator[Row]:
    outcome, settings = state.outcome, state.settings
    participation = None if outcome is None else outcome.participation
    yield (
        state.question,
        state.background,
        settings.language,
        settings.rule,
        state.opened_at,
        None if outcome is None else outcome.at,
        None if outcome is None else outcome.outcome,
        None if outcome is None else outcome.statement,
        None if outcome is None or outcome.text is None else outcome.text.value,
        settings.eligible,
        len(state.speakers) if participation is None else participation.spoke,
        state.turnout if participation is None else participation.voted,
    )


def _opinions(state: State, events: Sequence[e.AnyEvent]) -> Iterator[Row]:
    given = {event.opinion: event for event in events if isinstance(event, e.OpinionGiven)}
    changed = {event.opinion: event for event in events if isinstance(event, e.OpinionChanged)}
    for opinion, event in given.items():
        newest = changed.get(opinion)
        stone = state.ended.get(opinion)
        if stone is not None:
            status = stone.how
        elif opinion in state.waiting:
            status = "waiting"
        else:
            status = "counts" if opinion in state.opinions else "hidden"
        yield (
            opinion,
            event.member,
            event.at,
            None if newest is None else newest.at,
            status,
            None if stone is None else stone.reason,
            (event if newest is None else newest).text.value,
        )


def _critiques(events: Sequence[e.AnyEvent]) -> Iterator[Row]:
    """Those that are shown; each why of "is your point in it?" is one."""
    rounds = {event.draft: event.round for event in events if isinstance(event, e.CandidatesDrafted)}
    for event in events:
        if isinstance(event, e.CritiqueGiven):
            yield event.critique, event.member, event.round, event.at, event.text.value
        elif isinstance(event, e.PointAnswered) and event.critique is not None and event.why is not None:
            yield event.critique, event.member, rounds[event.draft], event.at, event.why.value


def _candidates(state: State, events: Sequence[e.AnyEvent]) -> Iterator[Row]:
    k = state.settings.ballots_shown_from
    for event in events:
        if not isinstance(event, e.CandidatesDrafted):
            continue
        draft = state.drafts[event.draft]
        welfare = () if draft.selection is None else draft.selection.welfare or ()
        rows = [row.prediction.value.mean for row in event.profile if row.prediction.value is not None]
        columns = {candidate.id: number for number, candidate in enumerate(draft.running)}
        place = {candidate: number for number, candidate in enumerate(draft.order, start=1)}
        for candidate in event.candidates:
            number = columns.get(candidate.id)
            mean = [row[number] for row in rows] if number is not None and len(rows) >= k else []
            yield (
                candidate.id,
                event.draft,
                event.round,
                event.at,
                candidate.origin,
                candidate.opinion,
                None if candidate.rejected is None else candidate.rejected.code,
                welfare[number] if number is not None and number < len(welfare) else None,
                place.get(candidate.id),
                sum(mean) / len(mean) if mean else None,
                candidate.rejected is None and state.stands(candidate.id),
                candidate.text.value,
            )


def _ballots(events: Sequence[e.AnyEvent]) -> Iterator[Row]:
    """The list that the close published: by random tag, none below k."""
    options = {event.poll: event.options for event in events if isinstance(event, e.PollOpened)}
    for event in events:
        if isinstance(event, e.PollClosed):
            for ballot in event.ballots:
                places = ranks(ballot, options[event.poll])
                order = {rank: number for number, rank in enumerate(sorted(set(places)), start=1)}
                for option, rank in zip(options[event.poll], places, strict=True):
                    yield event.poll, ballot.tag, option, ballot.grades.get(option), order[rank]


def _tally(events: Sequence[e.AnyEvent]) -> Iterator[Row]:
    """From k ballots on: the grades of three who agree are no secret once they are counted."""
    for event in events:
        if isinstance(event, e.PollClosed) and not event.withheld:
            for option, counts in event.tally.items():
                for grade, count in enumerate(counts, start=1):
                    yield event.poll, event.round, option, grade, count


def _polls(events: Sequence[e.AnyEvent]) -> Iterator[Row]:
    for event in events:
        if isinstance(event, e.PollClosed):
            yield (
                event.poll,
                event.round,
                event.at,
                event.counted,
                len(event.voided),
                event.choice,
                event.quorum_met,
                event.adopted,
                event.withheld,
                event.tie_broken_by,
            )


def _dissent(state: State, events: Sequence[e.AnyEvent]) -> Iterator[Row]:
    """Without the tag: a row with a reason would be joined to a whole ballot by it."""
    for event in events:
        if isinstance(event, e.DissentLogged):
            for one in event.dissent:
                shown = one.reason is not None and state.is_shown(one.reason.commitment)
                yield event.poll, event.statement, one.grade, one.reason.value if shown and one.reason else None


def _moderation(events: Sequence[e.AnyEvent]) -> Iterator[Row]:
    for act in moderator_acts(events):
        yield act.at, act.moderator, act.what, act.about, act.reason
