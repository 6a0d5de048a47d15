"""Social welfare functions, voting rules and opinion groups: numpy in, numpy out.

Pure functions: no state, no input or output, no randomness but from a seed that the caller gives. `rank` is the one
door to all rules; the modules hold each rule under its own name.
"""

from welfare.consensus import group_agreement, group_informed_consensus
from welfare.errors import (
    EmptyProfileError,
    NotANumberError,
    OutOfRangeError,
    UnknownRuleError,
    WelfareError,
    WrongShapeError,
)
from welfare.groups import STAND_APART_FROM, UNGROUPED, Groups, find_groups
from welfare.inputs import TOLERANCE, UNRANKED, grades_from_profile, profile_from_grades, ranks_from_profile
from welfare.minority import MinorityWeight, compare_rules, minorities, minority_shares, minority_weight, weigh
from welfare.pairwise import margins, support
from welfare.ranking import Ranking, Selection
from welfare.rules import RULE_NAMES, Rule, find_rule, rank, rank_ballots
from welfare.ties import TieBreak, break_ties, refine
from welfare.uncertainty import WinProbabilities, win_probabilities

__all__ = [
    "RULE_NAMES",
    "STAND_APART_FROM",
    "TOLERANCE",
    "UNGROUPED",
    "UNRANKED",
    "EmptyProfileError",
    "Groups",
    "MinorityWeight",
    "NotANumberError",
    "OutOfRangeError",
    "Ranking",
    "Rule",
    "Selection",
    "TieBreak",
    "UnknownRuleError",
    "WelfareError",
    "WinProbabilities",
    "WrongShapeError",
    "break_ties",
    "compare_rules",
    "find_groups",
    "find_rule",
    "grades_from_profile",
    "group_agreement",
    "group_informed_consensus",
    "margins",
    "minorities",
    "minority_shares",
    "minority_weight",
    "profile_from_grades",
    "rank",
    "rank_ballots",
    "ranks_from_profile",
    "refine",
    "support",
    "weigh",
    "win_probabilities",
]
