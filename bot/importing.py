"""Taking in what was exported elsewhere: Accord's own logs, event for event, and conversations from Polis."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bot.user_files import table_rows, text_of
from engine.deliberation import commands as c
from engine.deliberation.decide import decide
from engine.deliberation.errors import DeliberationError
from engine.deliberation.events import AnyEvent
from engine.deliberation.evolve import evolve
from engine.deliberation.reowning import reowned
from engine.deliberation.settings import Settings
from engine.deliberation.state import State
from engine.deliberation.words import words
from storage.errors import StorageError, VersionConflictError
from storage.event_log import EventLog
from storage.export import read_events
from storage.pseudonyms import pseudonym
from storage.verify import Verification, verify

COMMENTS, VOTES = "comments.csv", "participants-votes.csv"
_REJECTED: Final = "-1"
_VOTES: Final[Mapping[str, int]] = {"1": 1, "0": 0, "-1": -1, "1.0": 1, "0.0": 0, "-1.0": -1}
MODERATOR: Final = "command line"


@dataclass
class Imported:
    """What was taken in, and how much was left out."""

    deliberation: str
    events: int
    left_out: dict[str, int] = field(default_factory=dict[str, int])


async def import_log(log: EventLog, path: Path) -> Imported:
    """Take in an exported `log.jsonl` under its own id; its chain stays the same, hash for hash.

    Raises `LogFileError` for a log that is not whole, and `StorageError` ("already_there").
    """
    found: Verification = verify(path)
    events = list(reowned(read_events(path)))
    try:
        await log.append(found.deliberation, 0, events)
    except VersionConflictError as problem:
        raise StorageError("already_there", deliberation=found.deliberation) from problem
    return Imported(found.deliberation, len(events))


@dataclass(frozen=True)
class PolisConversation:
    """What Polis exported: comments as (author, words) by id, and votes by participant and comment."""

    comments: Mapping[str, tuple[str, str]]
    votes: Mapping[str, Mapping[str, int]]
    rejected: int
    empty: int


def read_polis(folder: Path) -> PolisConversation:
    """Read a Polis export's two files; without `participants-votes.csv` there are no votes. Raises `InputError`."""
    comments: dict[str, tuple[str, str]] = {}
    rejected = empty = 0
    for row in _rows(folder / COMMENTS, {"comment-id", "author-id", "comment-body"}):
        if row.get("moderated", "").strip() == _REJECTED:
            rejected += 1
            continue
        try:
            text = words(row["comment-body"], "opinion")
        except DeliberationError as problem:
            if problem.code != "text_empty":
                raise
            empty += 1
            continue
        comments[row["comment-id"].strip()] = (row["author-id"].strip(), text)
    votes: dict[str, dict[str, int]] = {}
    if (folder / VOTES).is_file():
        for row in _rows(folder / VOTES, {"participant"}):
            given = {
                name: _VOTES[vote.strip()] for name, vote in row.items() if name in comments and vote.strip() in _VOTES
            }
            votes[row["participant"].strip()] = given
    return PolisConversation(comments, votes, rejected, empty)


def polis_groups(folder: Path) -> dict[str, str]:
    """The opinion group that Polis put each participant into; whom it left out is in none. Raises `InputError`."""
    rows = _rows(folder / VOTES, {"participant"})
    return {row["participant"].strip(): row["group-id"].strip() for row in rows if row.get("group-id", "").strip()}


async def import_polis(
    log: EventLog,
    conversation: PolisConversation,
    *,
    deliberation: str,
    question: str,
    settings: Settings,
    clock: Callable[[], int],
    votes_may_leave: bool = False,
) -> Imported:
    """Take in a Polis conversation as a deliberation: comments are opinions, votes are quick votes.

    A participant's vote on their own comment is left out, as nobody reacts to their own opinion here.
    `votes_may_leave`: the participants agreed that their votes are handed on. Raises `StorageError`.
    """
    key = await log.secret_key(deliberation)
    course = _Course(clock)
    course.do(c.Open, question=question, settings=settings, moderator=MODERATOR)
    ids: dict[str, str] = {}
    for comment, (author, text) in conversation.comments.items():
        (given,) = course.do(c.GiveOpinion, member=pseudonym(key, author, "member"), text=text)
        ids[comment] = getattr(given, "opinion", "")
    own = 0
    for participant, votes in conversation.votes.items():
        voter = pseudonym(key, participant, "voter")
        member = pseudonym(key, participant, "member")
        for comment, vote in votes.items():
            if conversation.comments[comment][0] == participant:
                own += 1
            else:
                course.do(c.CastQuickVote, member=member, voter=voter, statement=ids[comment], vote=vote)
        if votes_may_leave:
            course.do(c.SetSharing, handle=voter, uses=("votes",))
    try:
        await log.append(deliberation, 0, course.events)
    except VersionConflictError as problem:
        raise StorageError("already_there", deliberation=deliberation) from problem
    left_out = {"rejected_by_moderators": conversation.rejected, "empty": conversation.empty, "own": own}
    return Imported(deliberation, len(course.events), left_out)


class _Course:
    """Commands decided one after the other, for one append: half a conversation is none."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._state: State | None = None
        self.events: list[AnyEvent] = []

    def do(self, kind: type[Any], **fields: Any) -> tuple[AnyEvent, ...]:
        command = kind(at=self._clock(), request=secrets.token_hex(8), entropy=secrets.token_hex(32), **fields)
        made = decide(self._state, command)
        for event in made:
            self._state = evolve(self._state, event)
        self.events += made
        return made


def _rows(path: Path, needed: set[str]) -> list[dict[str, str]]:
    return table_rows(str(path), text_of(path), needed, "polis_columns")
