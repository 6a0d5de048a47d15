"""Where the deployment shows what, so that a restart finds it again."""

from __future__ import annotations

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.sealed import Sealed
from engine.deliberation.state import Changes, State
from engine.deliberation.words import unicode


def record_posted(state: State, command: c.RecordPosted) -> tuple[e.AnyEvent, ...]:
    """Possible at any time: a card is posted again after it was deleted, and a result after the end."""
    place = None
    if command.place is not None:
        place = Sealed[str].seal(unicode(command.place, "place"), salt=command.secret("salt:place"), secret=True)
    elif command.what not in state.places:
        return ()
    return (e.Posted(at=command.at, request=command.request, what=unicode(command.what, "what"), place=place),)


def posted(state: State, event: e.Posted) -> Changes:
    """What `evolve` makes of it."""
    if event.place is not None:
        return {"places": state.places.set(event.what, event.place)}
    return {"places": state.places.delete(event.what)} if event.what in state.places else {}
