"""What can go wrong inside a deliberation.

EngineError                     a code and its parameters; sentences are the catalogue's business
├── DeliberationError           a command that the deliberation's rules do not allow
└── UnreadableLogError          a log that cannot be folded (newer version, impossible order)
"""

from __future__ import annotations

from typing import Any


class EngineError(Exception):
    """A code and parameters, no prose: the text catalogue turns it into a sentence in the reader's language."""

    def __init__(self, code: str, **parameters: Any) -> None:
        super().__init__(code, parameters)
        self.code = code
        self.parameters = parameters

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"{self.code}({shown})"


class DeliberationError(EngineError):
    """The command is not allowed now, or not for this person."""


class UnreadableLogError(EngineError):
    """The log cannot be folded."""
