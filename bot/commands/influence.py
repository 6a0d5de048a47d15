"""`accord influence`: who moved a round's statement, and who was left out."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.catalogue import say
from bot.errors import InputError
from bot.measured_influence import Redraft, measured
from bot.rendering.console import console
from bot.rendering.escaping import cut, shown
from engine.deliberation.drafts import DraftJob
from engine.deliberation.events import AnyEvent
from engine.deliberation.evolve import fold
from engine.influence import DraftedRound, RoundInfluence, last_round, without
from engine.influence import influence as measure
from engine.models.adapter_wish import adapter_wish
from engine.models.bundled import bundled_embedder
from engine.models.embedding import Embedder
from engine.models.likelihood import leave_one_out
from engine.models.llama import LanguageModel
from engine.models.resolve import resolve
from engine.report import option_results
from engine.selection import select
from engine.worker.client import ModelWorker
from storage.export import read_events, read_header

LogPath = Annotated[Path, typer.Argument(metavar="LOG", help=say("help.log.path"))]


def influence(
    log: LogPath,
    model: Annotated[str, typer.Option(help=say("help.model"))] = "bundled",
    orderings: Annotated[int, typer.Option(min=1, max=16, help=say("help.influence.orderings"))] = 2,
    left_out: Annotated[str | None, typer.Option("--without", help=say("help.influence.without"))] = None,
    adapter: Annotated[str | None, typer.Option(help=say("help.adapter"))] = None,
    no_adapter: Annotated[bool, typer.Option("--no-adapter", help=say("help.no_adapter"))] = False,
    threads: Annotated[int | None, typer.Option(min=1, help=say("help.threads"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("help.influence.json"))] = False,
) -> None:
    """Say who moved the last round's statement, and who was left out."""
    header, events = read_header(log), read_events(log)
    drafted = last_round(events)
    if drafted is None:
        raise InputError("no_selection", path=str(log))
    if left_out is not None and left_out not in drafted.speakers:
        raise InputError("member_unknown", member=left_out, known=", ".join(drafted.speakers))
    # Influence is read off the weights as they are; an adapter serves `--without`, which drafts.
    weights = resolve(model)
    drafter = LanguageModel(weights.path, threads=threads)
    embedder = Embedder(bundled_embedder(), threads=threads)
    try:
        found = measure(
            drafted,
            drafter,
            lambda parted, order: leave_one_out(drafter, parted, order),
            embedder,
            orderings=orderings,
        )
    finally:
        drafter.close()
        embedder.close()
    wish = adapter_wish(adapter, off=no_adapter)
    again = None
    if left_out is not None:
        again = _redraft(without(drafted.job, left_out), drafted.rule, model, wish, threads)
    if as_json:
        report = measured(header, drafted, found, model=weights.name, orderings=orderings)
        if left_out is not None:
            report = report.model_copy(update={"without": Redraft(member=left_out, statement=again)})
        sys.stdout.write(report.model_dump_json() + "\n")
        return
    _print(drafted, found, _actual(events, drafted.candidate))
    if left_out is not None:
        code = "influence.without" if again is not None else "influence.without_nothing"
        console().print(shown(say(code, member=left_out, statement=again)))


def _actual(events: Sequence[AnyEvent], candidate: str) -> float | None:
    """The share of the ballots that agree with a statement; None where it was in no counted poll, or too few voted."""
    state = fold(events)
    poll = None if state.poll is None else state.poll.result
    results = () if poll is None else option_results(state, poll)
    return next((one.agree for one in results if one.candidate == candidate), None)


def _redraft(job: DraftJob, rule: str, model: str, adapter: str, threads: int | None) -> str | None:
    """What would have won a job; None where nothing passed the checks."""

    async def drafted() -> str | None:
        async with ModelWorker(model, adapter=adapter, threads=threads) as worker:
            result = await worker.draft(job)
        if not result.running:
            return None
        ids = [candidate.id for candidate in result.running]
        winner = select(result.mean, rule, job.seed, ids).winner
        return result.running[ids.index(winner)].text

    return asyncio.run(drafted()) if job.opinions else None


def _print(drafted: DraftedRound, found: RoundInfluence, actual: float | None) -> None:
    screen = console()
    screen.print(shown(say("influence.statement", statement=drafted.candidates[drafted.winner])))
    said = {opinion.id: f"“{opinion.text}”" for opinion in drafted.job.opinions}
    table = Table(*(say(f"influence.{name}") for name in ("member", "moved", "agreement", "held")))
    for one in sorted(found.members, key=lambda one: -(one.influence or 0.0)):
        moved = say("influence.unread") if one.influence is None else f"{one.influence:+.2f}"
        held = say("influence.yes" if one.held else "influence.no")
        expected = "–" if one.agreement is None else f"{one.agreement:.0%}"
        table.add_row(shown(one.member), moved, expected, held)
        # A single opinion moved it as far as its member did.
        for opinion, gain in one.opinions if len(one.opinions) > 1 else ():
            table.add_row(shown(f"– {cut(said.get(opinion, opinion), 60)}", "dim"), f"{gain:+.2f}")
    screen.print(table)
    screen.print(say("influence.unit"))
    for name in ("agreement_in_prompt", "agreement_left_out"):
        share = getattr(found, name)
        if share is not None:
            screen.print(say(f"influence.{name}", share=share))
    if actual is not None and len(drafted.agreement):
        predicted = float(drafted.agreement[:, drafted.winner].mean())
        screen.print(say("influence.actual", predicted=predicted, actual=actual))
    for members, weight in found.minorities:
        told = say(
            "influence.minority",
            count=len(members),
            members=", ".join(members),
            before=weight.members,
            drafts=weight.drafts,
            winner=weight.winner,
        )
        screen.print(shown(told))
    if not found.minorities:
        screen.print(say("influence.no_groups"))
    if found.unheld:
        screen.print(say("influence.reflected", count=len(found.unheld), all=len(found.members)))
        screen.print(shown(say("influence.unheld", members=", ".join(found.unheld))))
    else:
        screen.print(say("influence.all_held"))
