"""What can go wrong at the edge, where people's files and options become our types and results become files.

EngineError
├── InputError      what was given cannot be used: exit code 2
└── OutputError     there is no result, it could not be written, or Discord does not answer: exit code 1
"""

from __future__ import annotations

from engine.deliberation.errors import EngineError


class InputError(EngineError):
    """What was given cannot be used; the sentence says what was found and what is wanted."""


class OutputError(EngineError):
    """There is no result, or it could not be written or reached; nothing half-written is left."""


CODES: dict[str, tuple[str, ...]] = {
    "input_missing": ("path",),
    "input_is_folder": ("path",),
    "input_empty": ("path",),
    "input_not_text": ("path",),
    "input_null": ("path",),
    "input_columns": ("path", "found"),
    "input_not_json": ("path", "line"),
    "input_not_object": ("path", "line"),
    "input_fields": ("path", "line"),
    "input_too_few_columns": ("path", "line"),
    "input_too_many_columns": ("path", "line"),
    "input_quotes": ("path", "line"),
    "input_nobody": ("path", "line"),
    "input_control_character": ("path", "line", "position"),
    "input_half_character": ("path", "line"),
    "input_opinion_too_long": ("path", "line", "member", "length", "limit"),
    "input_no_opinions": ("path",),
    "question_empty": (),
    "question_too_long": ("length", "limit"),
    "question_unreadable": ("position",),
    "language_unknown": ("given",),
    "out_not_writable": ("path", "reason"),
    "data_not_writable": ("path", "reason"),
    "out_taken": ("path",),
    "nothing_stands": ("rejected",),
    "receipt_form": ("given",),
    "format_needs_store": ("format",),
    "store_missing": ("path",),
    "polis_columns": ("path", "found", "needed"),
    "setting_wrong": ("name", "reason"),
    "module_missing": ("module", "reason"),
    "permission_unknown": ("name",),
    "discord_unreachable": ("reason",),
    "token_refused": (),
    "intents_refused": (),
    "no_selection": ("path",),
    "influence_unreadable": ("path",),
    "influence_of_another_log": ("path",),
    "member_unknown": ("member", "known"),
    "crowd_unreadable": ("path", "problem"),
    "request_unreadable": ("path", "line"),
    "audit_columns": ("path", "found", "needed"),
    "audit_empty": ("path",),
    "audit_too_many": ("path", "count", "limit"),
    "audit_statement": ("path", "row"),
    "audit_statement_twice": ("path", "id"),
    "audit_vote": ("path", "line", "found"),
    "audit_nothing_shared": ("path",),
    "audit_needs_weights": ("name",),
    "workers_need_redis": (),
    "migrate_needs_redis": (),
    "nothing_stored": ("path",),
    "audit_needs_logs": (),
    "audit_unknown": ("names", "path"),
}
"""Every code and the names of its parameters."""
