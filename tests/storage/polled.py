"""A whole deliberation with many voters: opinions, reactions, drafts, a poll and its close."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.deliberation import commands as c
from engine.deliberation.decide import decide
from engine.deliberation.drafts import DraftedCandidate, DraftResult
from engine.deliberation.events import BallotCast
from engine.deliberation.evolve import fold
from engine.deliberation.member_events import Vote
from engine.deliberation.receipts import Receipt, receipt
from engine.deliberation.rounds import draft_job
from storage.export import export
from storage.sqlite import SqliteEventLog
from tests.storage.logged import Scripted, spoken

TEXTS = ("At the library.", "=HYPERLINK(1)", "<script>alert(1)</script> 🚲", "נפגשים בבית")
DRAFTS = ("We meet at the library at five.", "We meet at home.", "We meet online.")


@dataclass
class Polled:
    script: Scripted
    receipts: list[Receipt] = field(default_factory=list[Receipt])

    async def exported(self, folder: Path) -> Path:
        log = await SqliteEventLog.open(folder / "store.sqlite")
        await log.append(self.script.name, 0, self.script.events)
        path = folder / "log.jsonl"
        await export(log, self.script.name, path)
        await log.close()
        return path


def mixed(voter: int, place: int) -> int:
    """A grade of every kind."""
    return 1 + (3 * voter + 2 * place) % 7


def polled(
    voters: int = 24,
    *,
    consenting: int | None = None,
    name: str = "d",
    uses: tuple[str, ...] = (),
    grade: Callable[[int, int], int] = mixed,
    **settings: Any,
) -> Polled:
    """`consenting` of the voters allow `uses` (all of them by default); `grade` is by voter and option."""
    script = spoken(TEXTS, name, shortlist=3, **settings)
    opinions = [opinion.id for opinion in fold(script.events).live_opinions]
    for number in range(voters):
        for place, opinion in enumerate(opinions[: 1 + number % 4]):
            vote: Vote = (1, -1, 0)[(number + place) % 3]
            script.do(c.CastQuickVote, member=f"s{number}", voter=f"v{number}", statement=opinion, vote=vote)
        if uses and number < (voters if consenting is None else consenting):
            script.do(c.SetSharing, handle=f"v{number}", uses=uses)
    script.do(c.StartDraft, seed=1)
    job = draft_job(fold(script.events))
    members = tuple(opinion.member for opinion in job.opinions)
    drafts = tuple(DraftedCandidate(id=f"d{number}", origin="drafted", text=text) for number, text in enumerate(DRAFTS))
    own = DraftedCandidate(id="own", origin="member", text=TEXTS[0], opinion=job.opinions[0].id)
    means = ((0.8, 0.5, 0.4, 0.7), (0.7, 0.6, 0.4, 0.6), (0.3, 0.6, 0.5, 0.65), (0.6, 0.6, 0.2, 0.5))
    script.do(
        c.RecordDraft,
        result=DraftResult(
            draft=job.draft,
            inputs_digest=job.inputs_digest,
            candidates=(*drafts, own),
            members=members,
            mean=means,
            spread=tuple((0.2,) * 4 for _ in members),
            in_prompt=members,
            models=(),
            seed=1,
        ),
    )
    script.do(c.AnswerPoint, member="m0", draft=job.draft, answer="no", why="What if it rains?")
    script.do(c.OpenPoll, moderator="mod")
    poll = fold(script.events).poll
    assert poll is not None
    made = Polled(script)
    options = [option for option in poll.options if option != "none"]
    for number in range(voters):
        grades = {option: grade(number, place) for place, option in enumerate(options)}
        (cast,) = script.do(
            c.CastBallot,
            poll=poll.id,
            voter=f"v{number}",
            grades=grades,
            reason="Not at five.",
            publish=number % 5 == 0,
        )
        assert isinstance(cast, BallotCast)
        made.receipts.append(receipt(cast))
    closing = c.ClosePoll(at=fold(script.events).until + 10_000_000, request="close", entropy="00" * 32, poll=poll.id)
    script.events += decide(fold(script.events), closing)
    return made
