"""The utility profile of a draft as arrays, for reports and audits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.events import Source
from engine.deliberation.state import Draft, State


@dataclass(frozen=True, slots=True)
class AgreementProfile:
    """What was predicted, for the members whose row is at hand; `erased` counts the rows that are not.

    `mean` and `spread`: (members, candidates) float in [0, 1], P(grade >= 5) and its standard deviation.
    """

    draft: str
    members: tuple[str, ...]
    candidates: tuple[str, ...]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    in_prompt: tuple[str, ...]
    sources: tuple[Source, ...]
    erased: int


def agreement_profile(state: State, draft: str | None = None) -> AgreementProfile | None:
    """The profile of a draft, by default of the one that is shown; None where there is none."""
    chosen = state.draft if draft is None else state.drafts.get(draft)
    return None if chosen is None else profile_of(chosen)


def profile_of(draft: Draft) -> AgreementProfile:
    """The profile of a draft."""
    rows = [(row.member, row.prediction.value) for row in draft.rows]
    known = [(member, value) for member, value in rows if value is not None]
    candidates = tuple(candidate.id for candidate in draft.running)
    shape = (len(known), len(candidates))
    return AgreementProfile(
        draft=draft.id,
        members=tuple(member for member, _ in known),
        candidates=candidates,
        mean=np.array([value.mean for _, value in known], dtype=np.float64).reshape(shape),
        spread=np.array([value.spread for _, value in known], dtype=np.float64).reshape(shape),
        in_prompt=tuple(member for member, value in known if value.in_prompt),
        sources=tuple(source for _, value in known for source in value.sources),
        erased=len(rows) - len(known),
    )
