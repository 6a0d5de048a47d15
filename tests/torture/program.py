"""A program that lives from the log and may be killed at any moment: it votes, opens deliberations and claims leases.

`python -m tests.torture.program URL NAME POLL FIRST CLOCK` says a line for everything that it was told is done. What it
does is numbered; after a kill it is started again at the number that it did not say, as a member presses again who got
no answer.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.live.deliberations import Deliberations
from bot.live.draft_queue import DraftQueue
from bot.live.redis_notebook import RedisNotebook
from engine.deliberation import commands as c
from engine.deliberation.events import DraftingStarted, MinorityStarted
from engine.deliberation.rounds import draft_job
from engine.deliberation.settings import Quorum, Settings
from storage.errors import StorageError
from storage.redis_connection import RedisConnection
from storage.redis_log import RedisEventLog
from tests.bot.scripted_models import drafted

VOTERS = 20
LONG = 10 * 86_400_000


def clock_of(file: Path) -> Callable[[], int]:
    """Real time, with as many seconds added as the file says now: so it jumps, forwards and backwards."""

    def clock() -> int:
        return int(1000 * (time.time() + float(file.read_text() or 0)))

    return clock


async def main(url: str, name: str, poll: str, first: int, clock: Callable[[], int]) -> None:
    while True:
        try:
            connection = await RedisConnection.open(url)
            break
        except StorageError:
            await asyncio.sleep(0.05)
    deliberations = Deliberations(RedisEventLog(connection), clock)
    notebook, queue = RedisNotebook(connection), DraftQueue(connection)
    await again(deliberations.catch_up_on, poll)
    number = first
    while True:
        if number % 40 == 0:
            draft = await again(ask_for_a_draft, deliberations, queue, f"{poll}-{name}-{number}")
            say("asked", draft)
            view = await again(ask_for_a_minority_view, deliberations, queue, f"{poll}-{name}-{number}-against")
            say("drawn", view)
        await again(vote, deliberations, poll, name, number)
        say("voted", number)
        if number % 5 == 0 and number > first:
            # What Discord told before it tells again, after what came later.
            await again(vote, deliberations, poll, name, number - 1)
            await again(vote, deliberations, poll, name, number)
        if number % 3 == 0:
            claimed = await notebook_claim(notebook, f"{poll}/{number}", clock())
            if claimed:
                say("claimed", f"{poll}/{number}")
        number += 1


def say(what: str, which: object) -> None:
    print(what, which, flush=True)  # noqa: T201 - it talks to the harness


async def again(work: Any, *arguments: Any) -> Any:
    """Until it is done, however often the store fails; whatever is done is done under the same name."""
    while True:
        try:
            return await work(*arguments)
        except StorageError:
            await asyncio.sleep(0.05)


async def vote(deliberations: Deliberations, poll: str, name: str, number: int) -> None:
    state = deliberations.state(poll)
    assert state.poll is not None
    grades = {one: 1 + number % 7 for one in state.options if state.candidate(one) is not None}
    await deliberations.do(
        poll, c.CastBallot, f"{name}:{number}", poll=state.poll.id, voter=f"{name}{number % VOTERS}", grades=grades
    )


async def ask_for_a_draft(deliberations: Deliberations, queue: DraftQueue, name: str) -> str:
    await deliberations.do(name, c.Open, "open", question="Where do we meet?", moderator="mo")
    for who in ("1", "2", "3"):
        await deliberations.do(name, c.GiveOpinion, f"say{who}", member=f"m{who}", text=f"At the place {who}.")
    await deliberations.do(name, c.StartDraft, "start", seed=1)
    events = await deliberations.log.read(name)
    draft = next(event.draft for event in events if isinstance(event, DraftingStarted))
    await queue.put(name, draft)
    return name


async def ask_for_a_minority_view(deliberations: Deliberations, queue: DraftQueue, name: str) -> str:
    """A deliberation that is over, with reasons against that are drawn together."""
    settings = Settings(quorum=Quorum(ballots=1), ballots_shown_from=2, minority_seconds=86_400, rounds=1)
    await deliberations.do(name, c.Open, "open", question="Where do we meet?", moderator="mo", settings=settings)
    for who in ("1", "2", "3"):
        await deliberations.do(name, c.GiveOpinion, f"say{who}", member=f"m{who}", text=f"At the place {who}.")
    await deliberations.do(name, c.StartDraft, "start", seed=1)
    pending = deliberations.state(name).pending
    if pending is not None:  # drafted here: what is asked of the workers is what comes after the end
        result = drafted(draft_job(deliberations.state(name), pending.id))
        await deliberations.do(name, c.RecordDraft, "record", result=result)
    await deliberations.do(name, c.OpenPoll, "poll", moderator="mo")
    state = deliberations.state(name)
    assert state.poll is not None
    options = [one for one in state.options if state.candidate(one) is not None]
    for who, grade in (("1", 7), ("2", 2), ("3", 1)):
        said: dict[str, Any] = {} if grade > 4 else {"reason": f"Place {who} is far.", "publish": True}
        grades = dict.fromkeys(options, grade)
        await deliberations.do(
            name, c.CastBallot, f"vote{who}", poll=state.poll.id, voter=f"v{who}", grades=grades, **said
        )
    after = Deliberations(deliberations.log, lambda: deliberations.clock() + LONG)
    await after.catch_up_on(name)
    await after.do(name, c.ClosePoll, "close", poll=state.poll.id)
    await after.do(name, c.StartMinority, "against", seed=1)
    events = await deliberations.log.read(name)
    await queue.put(name, next(event.view for event in events if isinstance(event, MinorityStarted)))
    return name


async def notebook_claim(notebook: RedisNotebook, what: str, now: int) -> bool:
    """Not repeated: whoever does not hear that it has the lease must take it that it has not."""
    try:
        return await notebook.claim(what, now, LONG)
    except StorageError:
        return False


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), clock_of(Path(sys.argv[5]))))
