"""`accord audit deliberations`: what drafts and predictions did to the members of real deliberations."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot.audit_report import WRITTEN, write_audits
from bot.catalogue import say, speech_for
from bot.errors import InputError
from bot.files import output_folder
from bot.invoked import invoked
from bot.live.deliberations import Person, person_of
from bot.live.participants import voters as voters_of
from bot.live.stores import Stores, open_stores
from bot.rendering.audit import print_audits
from bot.rendering.console import console
from bot.rendering.escaping import shown
from bot.rendering.waiting import Waiting
from bot.settings import read_settings
from engine.audit.asking import ModelAnswerer
from engine.audit.deliberations import Deliberations, audit_deliberations, jobs_of
from engine.audit.figure import Audit
from engine.audit.logged_orders import audit_orders, with_orders
from engine.audit.logged_words import Voters, audit_spoken, not_asked
from engine.audit.model import Sample, audit_wording
from engine.audit.statements import bundled_statements
from engine.deliberation.events import AnyEvent, CandidatesDrafted, Model
from engine.deliberation.evolve import fold
from engine.drafting.loading import load_models
from engine.models.adapter_wish import NONE
from engine.models.bundled import bundled_embedder
from engine.models.embedding import Embedder
from engine.models.llama import LanguageModel
from engine.models.remote import is_address
from storage.export import read_events
from storage.verify import verify


def deliberations(
    logs: Annotated[
        list[str] | None, typer.Argument(metavar="LOG...", help=say("help.audit.deliberations.logs"))
    ] = None,
    data: Annotated[Path | None, typer.Option(help=say("help.audit.deliberations.data"))] = None,
    model: Annotated[str | None, typer.Option(help=say("help.audit.deliberations.model"))] = None,
    out: Annotated[Path, typer.Option(help=say("help.audit.out"))] = Path("out/audit"),
    force: Annotated[bool, typer.Option("--force", help=say("help.draft.force"))] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help=say("help.audit.seed"))] = 0,
    language: Annotated[str, typer.Option(help=say("help.audit.language"))] = "en",
    threads: Annotated[int | None, typer.Option(min=1, help=say("help.threads"))] = None,
) -> None:
    """Run A2 and A4 to A6 on exported logs, or on a deployment's store; A2 asks a model."""
    if model is not None and is_address(model):
        raise InputError("audit_needs_weights", name=model)
    if data is None and not logs:
        raise InputError("audit_needs_logs")
    found, voters = (_exported(logs or []), {}) if data is None else asyncio.run(stored(data, logs or []))
    with output_folder(out, *WRITTEN, force=force):
        embedder = Embedder(bundled_embedder(), threads=threads)
        try:
            audits = audit_deliberations(found, embedder, seed=seed)
            orders = audit_orders(found, embedder, seed=seed)
        finally:
            embedder.close()
        audits = [*_asked(found, voters, orders, model, seed, threads), *audits]
        written = write_audits(
            out,
            audits,
            command=" ".join([invoked(), *sys.argv[1:]]),
            models=_models(found),
            data=[say("audit.methods.deliberations", count=len(found))],
            seed=seed,
            speech=speech_for(language),
        )
    print_audits(audits)
    for path in written:
        console().print(shown(say("export.written", path=path)), soft_wrap=True)


def _exported(logs: Sequence[str]) -> Deliberations:
    """Logs by their path, each checked to be whole. Raises `LogFileError`."""
    found: dict[str, Sequence[AnyEvent]] = {}
    for log in logs:
        verify(Path(log))
        found[log] = read_events(Path(log))
    return found


async def stored(data: Path, names: Sequence[str]) -> tuple[Deliberations, dict[str, Voters]]:
    """A store's deliberations, all or those named, as far as they have ended: before that, votes tell nothing. And who
    votes as whom in each, which only the deployment knows.
    """
    settings = read_settings().model_copy(update={"data": data, "drafting": "here"})
    if settings.redis_url is None and not (data / "accord.sqlite").is_file():
        raise InputError("store_missing", path=str(data))
    stores = await open_stores(settings)
    try:
        known = await stores.log.list()
        missing = [name for name in names if name not in known]
        if missing:
            raise InputError("audit_unknown", names=", ".join(missing), path=str(data))
        found = {name: await stores.log.read(name) for name in (names or sorted(known))}
        ended = {name: events for name, events in found.items() if fold(events).outcome is not None}
        return ended, {name: await _voters(stores, name, events) for name, events in ended.items()}
    finally:
        await stores.close()


async def _voters(stores: Stores, deliberation: str, events: Sequence[AnyEvent]) -> Voters:
    key = await stores.log.known_key(deliberation)
    if key is None:
        return {}
    state = fold(events)

    async def person(user: str) -> Person:
        return person_of(key, user, state)

    return await voters_of(stores.notebook, deliberation, person)


def _asked(
    found: Deliberations,
    voters: Mapping[str, Voters],
    orders: Audit,
    model: str | None,
    seed: int,
    threads: int | None,
) -> list[Audit]:
    """A2 after members' words, and A4: the last rounds again, under other wordings of our prompt; both ask a model."""
    if model is None:
        return [not_asked(), orders]
    models = load_models(model, adapter=NONE, threads=threads)
    assert isinstance(models.drafter, LanguageModel), "an address was refused before"
    sample = Sample(bundled_statements(), None, seed)
    with Waiting(console(error=True)) as waiting:
        answerer = ModelAnswerer(models.drafter, progress=lambda done, of: waiting("scoring", done, of))
        steered = audit_spoken(found, voters, answerer, seed=seed)
        wording = audit_wording(
            sample, answerer, models, jobs_of(found), progress=lambda done, of: waiting("drafting", done, of)
        )
    return [steered, with_orders(wording, orders)]


def _models(found: Deliberations) -> list[Model]:
    """What drafted and predicted, as the logs say."""
    told = {
        (model.name, model.sha256): model
        for events in found.values()
        for event in events
        if isinstance(event, CandidatesDrafted)
        for model in event.models
    }
    return list(told.values())
