"""`accord predict`: the reward model's answer to a file of requests."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Annotated, Any, cast

import typer

from bot.catalogue import say
from bot.errors import InputError
from engine.models.bundled import bundled_embedder
from engine.models.embedding import Embedder
from engine.reward.kept_embedder import KeptEmbedder
from engine.reward.polis import Conversation, read_polis
from engine.reward.requests import Answer, Answerer, Request

VOTES = (-1, 0, 1)


def predict(
    requests: Annotated[str, typer.Argument(metavar="REQUESTS", help=say("help.predict.requests"))],
    crowd: Annotated[Path | None, typer.Option(help=say("help.predict.crowd"))] = None,
    embeddings: Annotated[Path | None, typer.Option(help=say("help.predict.embeddings"))] = None,
    threads: Annotated[int | None, typer.Option(min=1, help=say("help.threads"))] = None,
) -> None:
    """Answer requests for agreement, one JSON object per line."""
    others = _read_crowd(crowd) if crowd is not None else {}
    path = Path(requests)
    if requests != "-" and not path.is_file():
        raise InputError("input_is_folder" if path.is_dir() else "input_missing", path=requests)
    embedder = KeptEmbedder(lambda: Embedder(bundled_embedder(), threads=threads), embeddings)
    try:
        for answer in Answerer(embedder, others).answer(_read_requests(requests)):
            sys.stdout.write(_line(answer))
    finally:
        embedder.keep()


def _line(answer: Answer) -> str:
    found = {"id": answer.id, "p": round(answer.chance, 4), "sd": round(answer.spread, 4)}
    return json.dumps(found, ensure_ascii=False) + "\n"


def _read_crowd(folder: Path) -> dict[str, Conversation]:
    try:
        return {conversation.name: conversation for conversation in read_polis(folder)}
    except (OSError, EOFError, ValueError, KeyError) as problem:
        raise InputError("crowd_unreadable", path=str(folder), problem=str(problem)) from problem


def _read_requests(source: str) -> Iterator[Request]:
    """The requests of a file, gzipped or not, or of standard input for "-". Raises `InputError`."""
    if source == "-":
        yield from _parse(source, sys.stdin)
        return
    try:
        opened = cast("Any", gzip.open if source.endswith(".gz") else open)
        with opened(source, "rt", encoding="utf-8") as file:
            yield from _parse(source, file)
    except (OSError, EOFError) as problem:
        raise InputError("input_missing", path=source) from problem
    except UnicodeDecodeError as problem:
        raise InputError("input_not_text", path=source) from problem


def _parse(source: str, lines: IO[str]) -> Iterator[Request]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _request(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as problem:
            raise InputError("request_unreadable", path=source, line=number) from problem


def _request(row: Any) -> Request:
    """One request. Raises `ValueError`, `TypeError` or `KeyError` where it is none."""
    conversation, participant = row.get("conversation"), row.get("participant")
    if conversation is None or participant is None:  # an id is conversation|participant|statement
        conversation, participant, _ = str(row["id"]).rsplit("|", 2)
    history = tuple((_text(given["statement"]), float(given["vote"])) for given in row.get("history") or ())
    if any(vote not in VOTES for _, vote in history):
        raise ValueError("a vote is -1, 0 or 1")
    return Request(
        id=str(row["id"]),
        conversation=str(conversation),
        participant=str(participant),
        opinions=tuple(_text(opinion) for opinion in row.get("opinions") or ()),
        history=history,
        statement=_text(row["statement"]),
        language=row.get("lang") or None,
    )


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError("text was expected")
    return given
