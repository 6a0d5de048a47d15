"""What every event is made of."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    """An immutable value that accepts nothing it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Frozen):
    """What all events share. `schema_version` counts changes to one kind's fields."""

    schema_version: ClassVar[int] = 1
    at: Annotated[int, Field(ge=0)]
    request: str
