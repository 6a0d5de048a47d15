"""Versions of the events' fields: what older ones become, and that newer ones are refused by name.

A record that this program cannot read as an event can still be checked as a link of its chain.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, get_args

from engine.deliberation.events import AnyEvent, Event
from engine.deliberation.sealed import commitment
from storage.errors import LogTooNewError

Upcast = Callable[[dict[str, Any]], dict[str, Any]]

_upcasts: dict[tuple[str, int], Upcast] = {}


def upcast(kind: str, from_version: int) -> Callable[[Upcast], Upcast]:
    """Register how a payload of `kind` at `from_version` becomes one of the version after."""

    def register(change: Upcast) -> Upcast:
        _upcasts[kind, from_version] = change
        return change

    return register


@cache
def _versions() -> dict[str, int]:
    union = get_args(AnyEvent)[0]
    events: tuple[type[Event], ...] = get_args(union)
    return {event.model_fields["kind"].default: event.schema_version for event in events}


def current(kind: str) -> int:
    """The schema version that this program writes for a kind."""
    return _versions()[kind]


def raised(kind: str, version: int, payload: dict[str, Any]) -> dict[str, Any]:
    """A payload in the current version. Raises `LogTooNewError` for a version that is not known here."""
    if kind not in _versions() or not 1 <= version <= current(kind):
        raise LogTooNewError("log_too_new", kind=kind, version=version)
    for step in range(version, current(kind)):
        payload = _upcasts[kind, step](payload)
    return payload


@upcast("opened", 1)
def _not_reviewed(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "settings": {**payload["settings"], "review": False}}


@upcast("opinion_removed", 1)
def _nothing_goes_with_it(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "with_it": []}


@upcast("candidates_drafted", 1)
def _no_notes(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "notes": []}


@upcast("sharing_set", 1)
def _no_learning(payload: dict[str, Any]) -> dict[str, Any]:
    return payload


@upcast("closed", 1)
def _sealed_wording(payload: dict[str, Any]) -> dict[str, Any]:
    text = payload["text"]
    if text is not None:
        salt = "0" * 32  # the record itself holds the words, so there is nothing to keep
        text = {"commitment": commitment(salt, text), "salt": salt, "value": text}
    return {**payload, "text": text, "participation": None}
