"""What `accord influence --json` writes and `accord export --influence` reads: who moved a statement, as a model said.

A model takes minutes for what a report shows in a table, so it is asked once and its answer is kept in a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from bot.errors import InputError
from engine.deliberation.base import Frozen
from engine.influence import DraftedRound, RoundInfluence
from storage.export import Header


class OpinionPart(Frozen):
    """One opinion that the prompt held: by how many nats it alone moved the statement."""

    opinion: str
    influence: float


class MemberPart(Frozen):
    """One member: by how many nats their words moved the statement (None: no prompt held them), their predicted chance
    to agree with it (None where predictions did not leave the store), whether a candidate says what they said, and how
    far each of their opinions moved it.
    """

    member: str
    influence: float | None
    agreement: float | None
    held: bool
    opinions: tuple[OpinionPart, ...] = ()


class Minority(Frozen):
    """A group that stands apart: its share of the members, of all drafts' agreement and of the winner's."""

    members: tuple[str, ...]
    of_members: float
    drafts: float
    winner: float


class Redraft(Frozen):
    """What would have won without a member; None where nothing would have."""

    member: str
    statement: str | None


class MeasuredInfluence(Frozen):
    """One measurement, and of which log, statement and model it is."""

    format: Literal["accord-influence"] = "accord-influence"
    format_version: Literal[1] = 1
    deliberation: str
    head: str
    candidate: str
    statement: str
    model: str
    orderings: int
    members: tuple[MemberPart, ...]
    agreement_in_prompt: float | None
    agreement_left_out: float | None
    minorities: tuple[Minority, ...]
    unheld: tuple[str, ...]
    without: Redraft | None = None


def measured(
    header: Header, drafted: DraftedRound, found: RoundInfluence, *, model: str, orderings: int
) -> MeasuredInfluence:
    """A measurement as it is written."""
    return MeasuredInfluence(
        deliberation=header.deliberation,
        head=header.head,
        candidate=drafted.candidate,
        statement=drafted.candidates[drafted.winner],
        model=model,
        orderings=orderings,
        members=tuple(
            MemberPart(
                member=one.member,
                influence=None if one.influence is None else round(one.influence, 3),
                agreement=None if one.agreement is None else round(one.agreement, 3),
                held=one.held,
                opinions=tuple(
                    OpinionPart(opinion=opinion, influence=round(moved, 3)) for opinion, moved in one.opinions
                ),
            )
            for one in found.members
        ),
        agreement_in_prompt=found.agreement_in_prompt,
        agreement_left_out=found.agreement_left_out,
        minorities=tuple(
            Minority(members=members, of_members=weight.members, drafts=weight.drafts, winner=weight.winner)
            for members, weight in found.minorities
        ),
        unheld=found.unheld,
    )


def read_influence(path: Path, header: Header) -> MeasuredInfluence:
    """A measurement of this very log. Raises `InputError`."""
    try:
        found = MeasuredInfluence.model_validate_json(path.read_bytes())
    except OSError as problem:
        raise InputError("input_missing", path=str(path)) from problem
    except ValidationError as problem:
        raise InputError("influence_unreadable", path=str(path)) from problem
    if (found.deliberation, found.head) != (header.deliberation, header.head):
        raise InputError("influence_of_another_log", path=str(path))
    return found
