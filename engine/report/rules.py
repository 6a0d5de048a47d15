"""The last draft's candidates under every rule: which would have won, and how much welfare each rule sees in each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from engine.deliberation.profile import agreement_profile
from engine.deliberation.state import State
from engine.selection import strict_order
from welfare import RULE_NAMES, rank

RULES: Final = tuple(name.replace("<x>", "0.5") for name in RULE_NAMES)
"""Every rule; the one that needs a parameter at 0.5."""


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
