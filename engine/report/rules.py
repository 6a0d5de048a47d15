"""The last draft's candidates under every rule: which would have won, and how much welfare each rule sees in each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.deliberation.profile import agreement_profile, profile_of
from engine.deliberation.state import Draft, State
from engine.selection import select, strict_order
from welfare import RULE_NAMES, rank

RULES: Final = tuple(name.replace("<x>", "0.5") for name in RULE_NAMES)
"""Every rule; the one that needs a parameter at 0.5."""
FEW: Final = ("nash", "utilitarian", "maximin", "schulze", "majority_judgment")
"""One of each family, where a line has to do."""


@dataclass(frozen=True, slots=True)
class RuleChoice:
    """What one rule makes of the candidates. `welfare` is by candidate; empty for rules that give an order only."""

    rule: str
    winner: str
    place_of_chosen: int
    """Where this rule puts the candidate that was shown, 1 the best."""
    welfare: dict[str, float]
    locked: bool
    """Whether it is the deliberation's own rule."""


def compared_rules(state: State, draft: str) -> tuple[RuleChoice, ...] | None:
    """Every rule on one draft's predictions; None below k members, and where predictions did not leave the store.

    Ties are broken by the draft's own lottery. The deliberation's rule is among them even with another parameter.
    """
    chosen = state.drafts[draft]
    profile = agreement_profile(state, draft)
    if profile is None or chosen.selection is None or len(profile.members) < state.settings.ballots_shown_from:
        return None
    ids, own = profile.candidates, state.settings.rule
    choices: list[RuleChoice] = []
    for rule in RULES if own in RULES else (own, *RULES):
        found = rank(profile.mean, rule, seed=chosen.seed)
        order = strict_order([[ids[index] for index in tier] for tier in found.ranking], ids, chosen.seed)
        scores = found.scores or ()
        welfare = dict(zip(ids, scores, strict=True)) if scores and all(map(math.isfinite, scores)) else {}
        choices.append(RuleChoice(rule, order[0], order.index(chosen.selection.winner) + 1, welfare, rule == own))
    return tuple(choices)


def chosen_under(draft: Draft, rules: Sequence[str] = FEW) -> dict[str, str]:
    """Which candidate of a draft each rule would choose, whatever the number of members: for whoever made the draft."""
    profile = profile_of(draft)
    return {rule: select(profile.mean, rule, draft.seed, profile.candidates).winner for rule in rules}
