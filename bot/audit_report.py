"""What an audit's run writes: `audit.json`, and what `audit.html` is made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.catalogue import Speech
from bot.files import write_whole
from bot.rendering.html.audit import AuditRun, audit_html, verdict_words
from engine.audit.figure import Audit, Figure
from engine.deliberation.events import Model

WRITTEN = ("audit.html", "audit.json")


class AuditFile(BaseModel):
    """`audit.json`: docs/audits.md describes it."""

    model_config = ConfigDict(frozen=True)

    accord: str
    """The version that made it."""
    command: str
    models: tuple[Model, ...]
    data: tuple[str, ...]
    """What was audited, in words: statements, people, deliberations."""
    seed: int
    audits: tuple[dict[str, Any], ...]


def write_audits(
    folder: Path,
    audits: Sequence[Audit],
    *,
    command: str,
    models: Sequence[Model],
    data: Sequence[str],
    seed: int,
    speech: Speech,
) -> list[Path]:
    """Write `audit.html` and `audit.json` into a folder. Raises `OutputError`."""
    run = AuditRun(command, tuple(models), tuple(data), seed, tuple(audits))
    file = AuditFile(
        accord=metadata.version("accord"),
        command=command,
        models=run.models,
        data=run.data,
        seed=seed,
        audits=tuple(_told(speech, audit) for audit in audits),
    )
    html, written = folder / WRITTEN[0], folder / WRITTEN[1]
    write_whole(html, audit_html(run, speech))
    write_whole(written, json.dumps(file.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n")
    return [html, written]


def _told(speech: Speech, audit: Audit) -> dict[str, Any]:
    """An audit with its verdicts in words beside their codes."""
    first = audit.figures[0] if audit.figures else None
    return {
        "name": audit.name,
        "title": speech.say(f"audit.{audit.name}.title"),
        "verdict": audit.verdict,
        "says": verdict_words(speech, audit.verdict, first),
        "figures": [
            {**_rounded(figure), "says": verdict_words(speech, figure.verdict, figure)} for figure in audit.figures
        ],
        "data": {
            name: [[None if cell is None else round(cell, 4) for cell in row] for row in matrix]
            for name, matrix in audit.data.items()
        },
        "labels": audit.labels,
    }


def _rounded(figure: Figure) -> dict[str, Any]:
    """Four decimals are more than these samples know."""
    found = figure.model_dump()
    for name in ("value", "ceiling", "least", "p"):
        found[name] = None if found[name] is None else round(found[name], 4)
    for name in ("interval", "null", "band"):
        found[name] = None if found[name] is None else [round(end, 4) for end in found[name]]
    return found
