"""What can go wrong between a program and the process its models live in.

EngineError
└── WorkerError         the process died, or a job in it failed for a reason that nobody foresaw
"""

from __future__ import annotations

from engine.deliberation.errors import EngineError


class WorkerError(EngineError):
    """The process died, or a job in it failed for a reason that nobody foresaw."""


CODES: dict[str, tuple[str, ...]] = {
    "worker_died": ("exit_code", "last_words"),
    "worker_bug": ("incident", "problem"),
    "worker_gave_up": ("tries",),  # no worker that took the job came back with it
}
"""Every code and the names of its parameters."""
