"""`accord draft`: one round on a file of opinions."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from bot.catalogue import say
from bot.draft_report import draft_report
from bot.errors import OutputError
from bot.files import output_folder
from bot.invoked import invoked
from bot.languages import known_language
from bot.reading import GivenOpinions, read_opinions, read_question
from bot.recording import WRITTEN, record_round
from bot.rendering.console import console
from bot.rendering.escaping import shown
from bot.rendering.round import draft_table, in_no_candidate, winner_panel
from bot.rendering.waiting import Waiting
from engine.deliberation.drafts import DraftJob, DraftResult
from engine.deliberation.errors import EngineError
from engine.models.adapter_wish import adapter_wish
from engine.selection import Selected, select
from engine.worker.client import ModelWorker
from welfare import find_rule

SHOWN_CANDIDATES = 8
MOST_CANDIDATES = 256
LARGEST_SEED = 2**63 - 1


def draft(
    opinions: Annotated[str, typer.Argument(metavar="OPINIONS", help=say("help.draft.opinions"))],
    question: Annotated[str, typer.Option(help=say("help.draft.question"))],
    candidates: Annotated[int, typer.Option(min=1, max=MOST_CANDIDATES, help=say("help.draft.candidates"))] = 16,
    rule: Annotated[str, typer.Option(help=say("help.draft.rule"))] = "nash",
    seed: Annotated[int, typer.Option(min=0, max=LARGEST_SEED, help=say("help.draft.seed"))] = 0,
    model: Annotated[str, typer.Option(help=say("help.model"))] = "bundled",
    adapter: Annotated[str | None, typer.Option(help=say("help.adapter"))] = None,
    no_adapter: Annotated[bool, typer.Option("--no-adapter", help=say("help.no_adapter"))] = False,
    threads: Annotated[int | None, typer.Option(min=1, help=say("help.threads"))] = None,
    language: Annotated[str, typer.Option(help=say("help.draft.language"))] = "en",
    out: Annotated[Path | None, typer.Option(help=say("help.draft.out"))] = None,
    force: Annotated[bool, typer.Option("--force", help=say("help.draft.force"))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=say("help.draft.json"))] = False,
) -> None:
    """Draft consensus statements from opinions and choose one."""
    asked = read_question(question)
    find_rule(rule)
    given = read_opinions(opinions)
    with output_folder(out, *WRITTEN, force=force) if out is not None else contextlib.nullcontext():
        _draft(
            DraftJob(
                draft="r1",
                round=1,
                question=asked,
                opinions=given.opinions,
                candidates=candidates,
                seed=seed,
                language=known_language(language),
            ),
            given,
            rule,
            model,
            adapter_wish(adapter, off=no_adapter),
            threads,
            out,
            as_json=as_json,
        )


def _draft(
    job: DraftJob,
    given: GivenOpinions,
    rule: str,
    model: str,
    adapter: str,
    threads: int | None,
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    aside = console(error=True)
    _tell_left_out(aside, given)
    with Waiting(aside) as waiting:
        result = asyncio.run(_run(job, model, adapter, threads, waiting))
    if not result.running:
        raise OutputError("nothing_stands", rejected=len(result.candidates))
    selected = select(result.mean, rule, job.seed, [candidate.id for candidate in result.running], SHOWN_CANDIDATES)
    report = draft_report(job, result, selected, rule)
    unwritten: EngineError | OSError | None = None
    if out is not None:
        try:
            record_round(out, job, result, rule)
        except (EngineError, OSError) as problem:  # A minute's work is shown all the same.
            unwritten = problem
    if as_json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    else:
        _print(job, result, selected, rule, None if unwritten is not None else out)
    if unwritten is not None:
        sys.stdout.flush()
        raise unwritten


async def _run(job: DraftJob, model: str, adapter: str, threads: int | None, waiting: Waiting) -> DraftResult:
    async with ModelWorker(model, adapter=adapter, threads=threads) as worker:
        return await worker.draft(job, progress=waiting)


def _tell_left_out(aside: Console, given: GivenOpinions) -> None:
    left_out: dict[str, Any] = {
        "duplicates": given.duplicates,
        "empty": given.empty,
        "rejected_by_moderators": given.rejected_by_moderators,
    }
    for name, count in left_out.items():
        if count:
            aside.print(Text(say(f"draft.left_out.{name}", count=count), "yellow"))
    if len(given.members) == 1:
        aside.print(Text(say("draft.one_member"), "yellow"))


def _print(job: DraftJob, result: DraftResult, selected: Selected, rule: str, out: Path | None) -> None:
    screen = console()
    for note in result.notes:
        screen.print(Text(say(f"note.{note.code}", **note.parameters), "yellow"))
    screen.print(draft_table(job, result, selected, SHOWN_CANDIDATES))
    screen.print(winner_panel(job, result, selected, rule))
    unread = [member for member in result.members if member not in result.in_prompt]
    if result.in_prompt and unread:
        screen.print(say("draft.not_in_prompt", count=len(unread), all=len(result.members)))
    if left_out := in_no_candidate(job, result):
        screen.print(shown(say("draft.in_no_candidate", members=", ".join(left_out))))
    screen.print(say("draft.what_next", accord=invoked()))
    if out is not None:
        screen.print(shown(say("draft.written", folder=out)))
