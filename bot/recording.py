"""One drafting round as a log: what `accord draft --out` writes."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bot.rendering.summary import round_summary
from bot.session import Session
from engine.deliberation import commands as c
from engine.deliberation.drafts import DraftJob, DraftResult
from engine.deliberation.rounds import draft_job
from engine.deliberation.settings import Settings
from storage.export import export
from storage.pseudonyms import pseudonym
from storage.sqlite import SqliteEventLog

DELIBERATION = "draft"
WRITTEN = ("log.jsonl", "summary.md")
"""The files of a round."""


def record_round(out: Path, job: DraftJob, result: DraftResult, rule: str) -> None:
    """Write `log.jsonl` and `summary.md` of a round that was drafted already. The log names members by pseudonym."""
    asyncio.run(_record(out, job, result, rule))


async def _record(out: Path, job: DraftJob, result: DraftResult, rule: str) -> None:
    with tempfile.TemporaryDirectory(prefix="accord-") as folder:
        log = await SqliteEventLog.open(Path(folder) / "round.sqlite")
        try:
            session = Session(log, DELIBERATION, lambda: int(time.time() * 1000))
            key = await log.secret_key(DELIBERATION)
            handles = {member: pseudonym(key, member, "member") for member in result.members}
            await _replay(session, handles, job, result, rule)
            header = await export(log, DELIBERATION, out / "log.jsonl")
        finally:
            await log.close()
    names = {handle: member for member, handle in handles.items()}
    round_summary(session.state, out / "summary.md", names=names, head=header.head)


async def _replay(session: Session, handles: Mapping[str, str], job: DraftJob, result: DraftResult, rule: str) -> None:
    """Say the same again through the deliberation, whose ids and pseudonyms the log holds instead of names."""
    settings = Settings(rule=rule, candidates=job.candidates, language=job.language)
    await session.do(c.Open, question=job.question, settings=settings, moderator="command line")
    ids: dict[str, str] = {}
    for opinion in job.opinions:
        before = set(session.state.opinions)
        await session.do(c.GiveOpinion, member=handles[opinion.member], text=opinion.text)
        ids[opinion.id] = next(iter(set(session.state.opinions) - before))
    await session.do(c.StartDraft, seed=job.seed)
    logged = draft_job(session.state)
    renamed = result.model_copy(
        update={
            "draft": logged.draft,
            "inputs_digest": logged.inputs_digest,
            "members": tuple(handles[member] for member in result.members),
            "in_prompt": tuple(handles[member] for member in result.in_prompt),
            "candidates": tuple(
                candidate.model_copy(
                    update={
                        "opinion": ids[candidate.opinion] if candidate.opinion is not None else None,
                        "sources": tuple(
                            source.model_copy(update={"opinion": ids[source.opinion]}) for source in candidate.sources
                        ),
                    }
                )
                for candidate in result.candidates
            ),
        }
    )
    await session.do(c.RecordDraft, result=renamed)
