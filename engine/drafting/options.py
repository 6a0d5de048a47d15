"""What a drafting round may spend, and how it tells how far it is. Budgets are tokens, never seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class DraftingOptions(BaseModel):
    """Bounds of one round. The same options, job, models and threads give the same candidates."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_tokens: Annotated[int, Field(ge=8)] = 96
    """The longest draft; one that is cut here is not whole and is rejected."""
    max_words: Annotated[int, Field(ge=5)] = 80
    prompt_tokens: Annotated[int, Field(ge=64)] = 1536
    """The most tokens of opinions in a prompt; more opinions than fit are chosen to cover the range of views."""
    orderings: Annotated[int, Field(ge=1)] = 3
    """How many orders the opinions are put in, so that no member is always first."""
    waves: Annotated[int, Field(ge=1)] = 3
    """How often the wanted number of drafts may be drawn before the round makes do with what passed."""
    reading_tokens: Annotated[int, Field(ge=0)] = 20_000
    """The most tokens that the drafter reads to tell who would agree; 0 never asks it (`engine.reward.stacking`)."""
    lowest_temperature: Annotated[float, Field(gt=0)] = 0.2
    highest_temperature: Annotated[float, Field(gt=0)] = 0.7


Stage = Literal["downloading", "loading", "reading", "drafting", "checking", "scoring"]
Progress = Callable[[Stage, int, int], None]
"""Called as `progress(stage, done, of)`."""


def no_progress(_stage: Stage, _done: int, _of: int) -> None:
    """Tell nobody."""
