"""What must not lie beside the chain any more, and seeing to it that it does not."""

from __future__ import annotations

from collections.abc import Sequence

from engine.deliberation.erasure import owners_due
from engine.deliberation.events import AnyEvent, Expired
from storage.event_log import EventLog


async def erase_what_is_due(log: EventLog, deliberation: str, events: Sequence[AnyEvent] | None = None) -> int:
    """Delete what the log's own events say is to be forgotten; how many values that were.

    Appending "this member is erased" and erasing are two steps: a program that dies between them leaves the words
    where they were. Whoever opens a deliberation calls this, so that the second step follows. `events` are the whole
    log where it is at hand.
    """
    whole = await log.read(deliberation) if events is None else events
    owners = owners_due(whole)
    erased = await log.erase(deliberation, sorted(owners)) if owners else 0
    if any(isinstance(event, Expired) for event in whole):
        await log.forget_key(deliberation)
    return erased
