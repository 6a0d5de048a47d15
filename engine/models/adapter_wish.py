"""How an adapter is wished for, known without loading anything that runs models."""

from __future__ import annotations

DEFAULT, NONE = "default", "none"
"""What may be wished for instead of a path: what comes with the model, and nothing."""


def adapter_wish(path: str | None, *, off: bool) -> str:
    """What options of a command mean: `off` goes before a path, a path before what comes with the model."""
    return NONE if off else path or DEFAULT
