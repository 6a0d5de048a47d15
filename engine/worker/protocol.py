"""What a program and its model process say to each other: one JSON object a line."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from engine.deliberation.asking import Asking, AskingJob
from engine.deliberation.drafts import DraftJob, DraftResult
from engine.deliberation.events import Frozen
from engine.drafting.options import DraftingOptions, Stage

LONGEST_LINE = 64 << 20
"""Bytes; a result with thousands of members and their sources stays far below."""


class Draft(Frozen):
    """Do this job."""

    kind: Literal["draft"] = "draft"
    id: str
    job: DraftJob
    options: DraftingOptions


class Ask(Frozen):
    """Say which statement to ask whom about."""

    kind: Literal["ask"] = "ask"
    id: str
    job: AskingJob


class Cancel(Frozen):
    """The job is no longer wanted."""

    kind: Literal["cancel"] = "cancel"
    id: str


class Ready(Frozen):
    """The models are loaded."""

    kind: Literal["ready"] = "ready"


class Advanced(Frozen):
    """How far a job, or the loading before the first one (`id` empty), is."""

    kind: Literal["advanced"] = "advanced"
    id: str
    stage: Stage
    done: int
    of: int


class Done(Frozen):
    """The job's result."""

    kind: Literal["done"] = "done"
    id: str
    result: DraftResult


class Asked(Frozen):
    """Which statement to ask whom about."""

    kind: Literal["asked"] = "asked"
    id: str
    asking: Asking


class Failed(Frozen):
    """The job, or the loading (`id` empty), ended in an error."""

    kind: Literal["failed"] = "failed"
    id: str
    code: str
    parameters: dict[str, Any] = Field(default_factory=dict[str, Any])


class Cancelled(Frozen):
    """The job stopped because it was cancelled."""

    kind: Literal["cancelled"] = "cancelled"
    id: str


Wish = Annotated[Draft | Ask | Cancel, Field(discriminator="kind")]
WISH: TypeAdapter[Wish] = TypeAdapter(Wish)
"""What goes to the model process."""

Answer = Annotated[Ready | Advanced | Done | Asked | Failed | Cancelled, Field(discriminator="kind")]
ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
"""What comes from it."""


def line(message: Frozen) -> bytes:
    """A message as its line."""
    return message.model_dump_json().encode() + b"\n"
