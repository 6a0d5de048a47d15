"""How sure the choice is: each candidate's chance to win, and which to show to members when none is clear.

The model shortlists; the ballots cast choose the winner, and a missing vote is never filled in.
"""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import ArrayLike

from engine.reward.weights import Sizes, bundled_weights
from welfare import WinProbabilities, win_probabilities
from welfare.inputs import as_profile

CLEAR = 0.9
"""Together the contenders win with this chance; one candidate alone that reaches it is a clear winner."""
MOST_CONTENDERS = 4
_MOST_VALUES = 2_000_000
_FEWEST_DRAWS, _MOST_DRAWS = 50, 500


def chances_to_win(mean: ArrayLike, spread: ArrayLike, rule: str, seed: int) -> WinProbabilities:
    """Each candidate's chance to be the rule's winner, given what is predicted and how surely.

    `mean`, `spread`: (members, candidates), as a `Prediction` holds them. The members' errors about one candidate go
    together as far as the model may have misjudged the candidate and not the members (`shared_error`). Large groups
    get fewer draws. Raises the errors of `welfare.win_probabilities`.
    """
    size = as_profile(mean).size
    draws = max(_FEWEST_DRAWS, min(_MOST_DRAWS, _MOST_VALUES // size))
    return win_probabilities(mean, spread, rule, seed=seed, draws=draws, correlation=shared_error())


def shared_error(sizes: Sizes | None = None) -> float:
    """The share of what is unknown of a member's utility, before any vote, that is unknown of the whole group's."""
    known = sizes or bundled_weights().sizes
    group = known.group_level + known.group_text + known.group_own
    return group / (group + known.member_level + known.member_text + known.member_own)


def contenders(probability: Sequence[float]) -> tuple[int, ...]:
    """The fewest candidates that together win nearly surely, the likeliest first and at most `MOST_CONTENDERS`.

    >>> contenders([0.05, 0.93, 0.02])
    (1,)
    >>> contenders([0.3, 0.45, 0.2, 0.05])
    (1, 0, 2)
    """
    order = sorted(range(len(probability)), key=lambda index: -probability[index])
    chosen: list[int] = []
    for index in order[:MOST_CONTENDERS]:
        chosen.append(index)
        if sum(probability[at] for at in chosen) >= CLEAR:
            break
    return tuple(chosen)
