"""What a store makes of a log: JSON and back, with values beside the chain that can be missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, cast

from engine.deliberation.events import EVENT, AnyEvent

SEALED = {"commitment", "owners", "secret", "salt", "value"}


def round_trip(events: Iterable[AnyEvent]) -> list[AnyEvent]:
    return [EVENT.validate_json(EVENT.dump_json(event)) for event in events]


def exported(events: Iterable[AnyEvent]) -> list[AnyEvent]:
    """Without secrets: what leaves the operator's store."""
    return _strip(events, lambda sealed: sealed["secret"])


def bare(events: Iterable[AnyEvent]) -> list[AnyEvent]:
    """The chain alone."""
    return _strip(events, lambda _: True)


def erased(events: Iterable[AnyEvent], owners: Collection[str]) -> list[AnyEvent]:
    """After everything that belongs to these pseudonyms was erased."""
    return _strip(events, lambda sealed: not set(owners).isdisjoint(sealed["owners"]))


def sealed_values(events: Iterable[AnyEvent]) -> Iterator[dict[str, Any]]:
    for event in events:
        yield from _sealed(event.model_dump(mode="json"))


def _strip(events: Iterable[AnyEvent], gone: Callable[[dict[str, Any]], bool]) -> list[AnyEvent]:
    return [EVENT.validate_python(json.loads(json.dumps(_without(e.model_dump(mode="json"), gone)))) for e in events]


def _without(value: Any, gone: Callable[[dict[str, Any]], bool]) -> Any:
    if isinstance(value, list):
        return [_without(inner, gone) for inner in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Any]", value)
    if fields.keys() == SEALED and gone(fields):
        return {"commitment": fields["commitment"], "secret": fields["secret"]}
    return {name: _without(inner, gone) for name, inner in fields.items()}


def _sealed(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _sealed(inner)
    elif isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if fields.keys() == SEALED:
            yield fields
        for inner in fields.values():
            yield from _sealed(inner)
