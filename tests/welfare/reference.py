"""pref_voting (Holliday & Pacuit), typed and in our arrays: the implementation that ours is held against."""

# pref_voting has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false, reportUnknownLambdaType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from typing import Any

import numpy as np
from pref_voting import c1_methods, grade_methods, iterative_methods, margin_based_methods, scoring_methods
from pref_voting import utility_methods as utilities
from pref_voting.grade_profiles import GradeProfile
from pref_voting.profiles import Profile
from pref_voting.profiles_with_ties import ProfileWithTies
from pref_voting.utility_profiles import UtilityProfile

from welfare.inputs import UNRANKED, Floats, Ints


def strict_profile(ranks: Ints) -> Any:
    return Profile(np.argsort(ranks, axis=1))


def tied_profile(ranks: Ints) -> Any:
    ballots = [{c: int(r) for c, r in enumerate(row) if r != UNRANKED} for row in ranks]
    profile = ProfileWithTies(ballots, candidates=list(range(ranks.shape[1])))
    profile.use_extended_strict_preference()
    return profile


def utility_profile(profile: Floats) -> Any:
    return UtilityProfile([{c: float(u) for c, u in enumerate(row)} for row in profile])


def grade_profile(grades: Ints, scale: list[int]) -> Any:
    return GradeProfile([{c: int(g) for c, g in enumerate(row)} for row in grades], scale)


def margin_matrix(profile: Any) -> Floats:
    return np.array(profile.margin_matrix, dtype=np.float64)


def winners(rule: str, profile: Any) -> tuple[int, ...]:
    return tuple(int(c) for c in _RULES[rule](profile))


def utility_tiers(rule: str, profile: Any) -> list[tuple[int, ...]]:
    ranking = _UTILITY_RANKINGS[rule](profile)
    return [tuple(sorted(int(c) for c in tier)) for tier in ranking.to_indiff_list()]


def nash_products(profile: Any, status_quo: int) -> list[tuple[int, ...]]:
    ranking = utilities.nash_ranking(profile, sq=status_quo)
    return [tuple(sorted(int(c) for c in tier)) for tier in ranking.to_indiff_list()]


def majority_judgment(grades: Ints) -> tuple[int, ...]:
    return tuple(int(c) for c in grade_methods.majority_judgement(grade_profile(grades, list(range(1, 8)))))


def approval(approvals: Ints) -> tuple[int, ...]:
    return tuple(int(c) for c in grade_methods.approval(grade_profile(approvals, [0, 1])))


_RULES: dict[str, Any] = {
    "schulze": margin_based_methods.beat_path,
    "split_cycle": margin_based_methods.split_cycle,
    "minimax": margin_based_methods.minimax,
    "ranked_pairs": margin_based_methods.ranked_pairs,
    "copeland": c1_methods.copeland,
    "borda": scoring_methods.borda,
    "borda_with_ties": scoring_methods.borda_for_profile_with_ties,
    "irv": iterative_methods.instant_runoff_put,
    "irv_split": lambda p: iterative_methods.instant_runoff_put(p, score_method="split"),
    "schulze_winning_votes": lambda p: margin_based_methods.beat_path(p, strength_function=p.support),
    "split_cycle_winning_votes": lambda p: margin_based_methods.split_cycle(
        p, strength_function=p.support, algorithm="floyd_warshall"
    ),
}
_UTILITY_RANKINGS: dict[str, Any] = {
    "utilitarian": utilities.sum_utilitarian_ranking,
    "maximin": utilities.maximin_ranking,
    "leximin": utilities.lexicographic_maximin_ranking,
}
