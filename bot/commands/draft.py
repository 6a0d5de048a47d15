"""`accord draft`: one round on a file of opinions."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bot.catalogue import say
from bot.draft_report import draft_report
from bot.errors import InputError
from bot.reading import GivenOpinions, read_opinions
from bot.rendering.round import draft_table, winner_panel
from bot.rendering.waiting import Waiting
from engine.deliberation.drafts import DraftJob, DraftResult
from engine.selection import Selected, select
from engine.worker.client import ModelWorker
from welfare import find_rule

SHOWN_CANDIDATES = 8


def draft(
    opinions: Annotated[str, typer.Argument(metavar="OPINIONS", help=say("help.draft.opinions"))],
    question: Annotated[str, typer.Option(help=say("help.draft.question"))],
    candidates: Annotated[int, typer.Option(min=1, help=say("help.draft.candidates"))] = 16,
    rule: Annotated[str, typer.Option(help=say("help.draft.rule"))] = "nash",
    seed: Annotated[int, typer.Option(min=0, help=say("help.draft.seed"))] = 0,
    model: Annotated[str, typer.Option(help=say("help.model"))] = "bundled",
    threads: Annotated[int | None, typer.Option(min=1, help=say("help.threads"))] = None,
    language: Annotated[str, typer.Option(help=say("help.draft.language"))] = "en",
    out: Annotated[Path | None, typer.Option(help=say("help.draft.out"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("help.draft.json"))] = False,
) -> None:
    """Draft consensus statements from opinions and choose one."""
    if not question.strip():
        raise InputError("question_empty")
    find_rule(rule)
    given = read_opinions(opinions)
    console = Console(stderr=True)
    _tell_left_out(console, given)
    job = DraftJob(
        draft="r1",
        round=1,
        question=question.strip(),
        opinions=given.opinions,
        candidates=candidates,
        seed=seed,
        language=language,
    )
    with Waiting(console) as waiting:
        result = asyncio.run(_run(job, model, threads, waiting))
    selected = select(result.mean, rule, seed, [candidate.id for candidate in result.running], SHOWN_CANDIDATES)
    report = draft_report(job, result, selected, rule)
    if out is not None:
        from bot.recording import record_round  # noqa: PLC0415 - opens a database, which only --out needs

        record_round(out, job, result, rule)
    if as_json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    else:
        _print(job, result, selected, rule, out)


async def _run(job: DraftJob, model: str, threads: int | None, waiting: Waiting) -> DraftResult:
    async with ModelWorker(model, threads=threads) as worker:
        return await worker.draft(job, progress=waiting)


def _tell_left_out(console: Console, given: GivenOpinions) -> None:
    left_out: dict[str, Any] = {
        "duplicates": given.duplicates,
        "empty": given.empty,
        "rejected_by_moderators": given.rejected_by_moderators,
    }
    for name, count in left_out.items():
        if count:
            console.print(say(f"draft.left_out.{name}", count=count), style="yellow")
    if len(given.members) == 1:
        console.print(say("draft.one_member"), style="yellow")


def _print(job: DraftJob, result: DraftResult, selected: Selected, rule: str, out: Path | None) -> None:
    console = Console()
    for note in result.notes:
        console.print(say(f"note.{note.code}", **note.parameters), style="yellow")
    console.print(draft_table(result, selected, SHOWN_CANDIDATES))
    console.print(winner_panel(job, result, selected, rule))
    unread = [member for member in result.members if member not in result.in_prompt]
    if result.in_prompt and unread:
        console.print(say("draft.not_in_prompt", count=len(unread), all=len(result.members)))
    if out is not None:
        console.print(say("draft.written", folder=out))
