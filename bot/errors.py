"""What people can do wrong at the edge, and what a program then says.

EngineError
└── InputError          bad input or usage: exit code 2
"""

from __future__ import annotations

from engine.deliberation.errors import EngineError


class InputError(EngineError):
    """What was given cannot be used; the sentence says what was found and what is wanted."""


CODES: dict[str, tuple[str, ...]] = {
    "input_missing": ("path",),
    "input_is_folder": ("path",),
    "input_empty": ("path",),
    "input_not_text": ("path",),
    "input_columns": ("path", "found"),
    "input_line": ("path", "line", "problem"),
    "input_opinion_too_long": ("path", "line", "member", "length", "limit"),
    "input_no_opinions": ("path",),
    "question_empty": (),
    "out_not_writable": ("path", "reason"),
    "receipt_form": ("given",),
}
"""Every code and the names of its parameters."""
