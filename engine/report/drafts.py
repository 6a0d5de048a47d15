"""The drafts of a deliberation in the order in which they were made, and what the checks made of each."""

from __future__ import annotations

from collections import Counter

from engine.deliberation.state import Draft, State


def drafts_in_order(state: State) -> list[Draft]:
    """All drafts that were selected from, oldest first."""
    return sorted(
        (draft for draft in state.drafts.values() if draft.selection is not None), key=lambda draft: draft.number
    )


def last_drafts(state: State) -> list[Draft]:
    """The newest draft of each round."""
    return list({draft.round: draft for draft in drafts_in_order(state)}.values())


def rejections(draft: Draft) -> Counter[str]:
    """How many candidates each guard rejected."""
    return Counter(candidate.rejected.code for candidate in draft.candidates if candidate.rejected is not None)
