"""`accord audit model`: whose opinions does a language model bring in, before it is deployed or beside votes?"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.audit_report import WRITTEN, write_audits
from bot.catalogue import say, speech_for
from bot.errors import InputError
from bot.files import output_folder
from bot.invoked import invoked
from bot.reading_audits import read_people, read_statements
from bot.rendering.audit import print_audits
from bot.rendering.console import console
from bot.rendering.escaping import shown
from bot.rendering.waiting import Waiting
from engine.audit.asking import ModelAnswerer
from engine.audit.drafting_runs import bundled_deliberations
from engine.audit.model import MOST_ASKED_OF, Sample, audit_opinions, audit_wording
from engine.audit.people import People
from engine.audit.statements import AuditStatement, bundled_statements
from engine.drafting.loading import load_models
from engine.models.adapter_wish import NONE
from engine.models.llama import LanguageModel
from engine.models.remote import is_address


class Audits(StrEnum):
    """The audits of a model."""

    A1 = "A1"
    A2 = "A2"
    A3 = "A3"
    A4 = "A4"


def model(
    name: Annotated[str, typer.Option("--model", help=say("help.model"))] = "bundled",
    questions: Annotated[Path | None, typer.Option(help=say("help.audit.model.questions"))] = None,
    people: Annotated[Path | None, typer.Option(help=say("help.audit.model.people"))] = None,
    out: Annotated[Path, typer.Option(help=say("help.audit.out"))] = Path("out/audit"),
    force: Annotated[bool, typer.Option("--force", help=say("help.draft.force"))] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help=say("help.audit.seed"))] = 0,
    language: Annotated[str, typer.Option(help=say("help.audit.language"))] = "en",
    paper: Annotated[bool, typer.Option("--paper-options", help=say("help.audit.model.paper"))] = False,
    adapter: Annotated[str, typer.Option(help=say("help.audit.model.adapter"))] = NONE,
    only: Annotated[list[Audits] | None, typer.Option(help=say("help.audit.model.only"))] = None,
    sample: Annotated[int, typer.Option(min=12, help=say("help.audit.model.sample"))] = MOST_ASKED_OF,
    drafts: Annotated[
        int, typer.Option(min=0, max=len(bundled_deliberations()), help=say("help.audit.model.drafts"))
    ] = len(bundled_deliberations()),
    threads: Annotated[int | None, typer.Option(min=1, help=say("help.threads"))] = None,
) -> None:
    """Run A1 to A4 on a model."""
    if is_address(name):
        raise InputError("audit_needs_weights", name=name)
    statements = read_statements(questions) if questions is not None else None
    crowd = read_people(people, statements) if people is not None else None
    asked = Sample(_statements(statements, crowd), crowd, seed)
    with output_folder(out, *WRITTEN, force=force):
        models = load_models(name, adapter=adapter, threads=threads)
        asked_model = models.tuned or models.drafter
        assert isinstance(asked_model, LanguageModel), "an address was refused above"
        with Waiting(console(error=True)) as waiting:
            answerer = ModelAnswerer(
                asked_model, "paper" if paper else "sum", lambda done, of: waiting("scoring", done, of)
            )
            wanted = [one.value for one in only or Audits]
            audits = audit_opinions(asked, answerer, only=wanted, most=sample)
            if Audits.A4 in wanted:
                audits.append(
                    audit_wording(
                        asked,
                        answerer,
                        models,
                        bundled_deliberations()[:drafts],
                        progress=lambda done, of: waiting("drafting", done, of),
                    )
                )
        written = write_audits(
            out,
            audits,
            command=" ".join([invoked(), *sys.argv[1:]]),
            models=models.fingerprints,
            data=_data(asked, questions, people),
            seed=seed,
            speech=speech_for(language),
        )
    print_audits(audits)
    for path in written:
        console().print(shown(say("export.written", path=path)), soft_wrap=True)


def _statements(given: tuple[AuditStatement, ...] | None, people: People | None) -> tuple[AuditStatement, ...]:
    """Those asked about: the file's, else those that people voted on, else our own."""
    if given is not None:
        return given
    return people.statements if people is not None else bundled_statements()


def _data(sample: Sample, questions: Path | None, people: Path | None) -> list[str]:
    source = "bundled" if questions is None and people is None else str(questions or people)
    told = [say("audit.methods.statements", count=len(sample.statements), source=source)]
    if sample.people is not None:
        crowd = sample.people
        told.append(say("audit.methods.people", count=len(crowd.members), groups=len(crowd.groups), source=str(people)))
    return told
