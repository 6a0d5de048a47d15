"""The figures of a deliberation's report, computed from its events; how they look is the business of `bot.rendering`.

Nothing here tells how one person voted or will vote: what rests on fewer than k people (`Settings.ballots_shown_from`)
is None, and whoever shows it says why.
"""

from engine.report.agreement import Agreement, OptionResult, agreement_of, option_results
from engine.report.groups import OpinionMap, Standing, opinion_map, weight_of_minority
from engine.report.participation import Timeline, timeline
from engine.report.report import Report, report_of
from engine.report.rules import RuleChoice, compared_rules
from engine.report.wording import Piece, Wording, word_diff, wording_history

__all__ = [
    "Agreement",
    "OpinionMap",
    "OptionResult",
    "Piece",
    "Report",
    "RuleChoice",
    "Standing",
    "Timeline",
    "Wording",
    "agreement_of",
    "compared_rules",
    "opinion_map",
    "option_results",
    "report_of",
    "timeline",
    "weight_of_minority",
    "word_diff",
    "wording_history",
]
