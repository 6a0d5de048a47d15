"""The figures of a deliberation's report, computed from its events; how they look is the business of `bot.rendering`.

Nothing here tells how one person voted or will vote: what rests on fewer than k people (`Settings.ballots_shown_from`)
is None, and whoever shows it says why.
"""

from engine.report.agreement import Agreement, OptionResult, agreement_of, counted_statement, option_results
from engine.report.drafts import drafts_in_order, last_drafts, rejections
from engine.report.groups import GroupView, OpinionMap, Standing, group_views, opinion_map, weight_of_minority
from engine.report.participation import Timeline, timeline
from engine.report.report import Report, report_of
from engine.report.rules import RuleChoice, chosen_under, compared_rules
from engine.report.statements import SourcedSentence, sourced_sentences, statement_text
from engine.report.wording import Piece, Wording, likeness, word_diff, wording_history

__all__ = [
    "Agreement",
    "GroupView",
    "OpinionMap",
    "OptionResult",
    "Piece",
    "Report",
    "RuleChoice",
    "SourcedSentence",
    "Standing",
    "Timeline",
    "Wording",
    "agreement_of",
    "chosen_under",
    "compared_rules",
    "counted_statement",
    "drafts_in_order",
    "group_views",
    "last_drafts",
    "likeness",
    "opinion_map",
    "option_results",
    "rejections",
    "report_of",
    "sourced_sentences",
    "statement_text",
    "timeline",
    "weight_of_minority",
    "word_diff",
    "wording_history",
]
