"""What can go wrong inside a deliberation.

EngineError                     a code and its parameters; sentences are the catalogue's business
├── DeliberationError           a command that the deliberation's rules do not allow
└── UnreadableLogError          a log that cannot be folded (newer version, impossible order)

`CODES` names the parameters of every code that a `DeliberationError` can carry and `DRAFTING_CODES` those with which
the deliberation itself ends a drafting job, so that a text catalogue can be tested for completeness.
"""

from __future__ import annotations

from typing import Any, Final


class EngineError(Exception):
    """A code and parameters, no prose: the text catalogue turns it into a sentence in the reader's language."""

    def __init__(self, code: str, **parameters: Any) -> None:
        super().__init__(code, parameters)
        self.code = code
        self.parameters = parameters

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"{self.code}({shown})"


class DeliberationError(EngineError):
    """The command is not allowed now, or not for this person. Its code is one of `CODES`."""

    def __init__(self, code: str, **parameters: Any) -> None:
        assert set(parameters) == set(CODES[code]), f"{code} takes {CODES[code]}"
        super().__init__(code, **parameters)


class UnreadableLogError(EngineError):
    """The log cannot be folded."""


CODES: Final[dict[str, tuple[str, ...]]] = {
    # The course of the deliberation
    "not_opened": (),  # there is no deliberation yet
    "already_opened": (),  # it was opened before
    "closed": (),  # it has ended
    "paused": (),  # a moderator paused it
    "not_paused": (),
    "expired": (),  # everything personal was deleted
    "wrong_phase": ("phase", "allowed"),  # not in this phase; `allowed` lists the phases where it is
    "deadline_passed": ("until",),  # the phase's time is over
    "too_early": ("until",),  # not before the phase's time is over
    "deadline_not_later": ("until",),  # an extension that does not extend; `until` is the deadline that stands
    "extensions_used_up": ("limit",),
    "rules_locked": (),  # the rules cannot change after the first opinion
    "unknown_rule": ("rule", "known"),
    "eligible_missing": (),  # a quorum by share needs the number of eligible members
    # Words
    "text_empty": ("field",),  # nothing but spaces or invisible characters
    "text_too_long": ("field", "limit", "length"),
    "text_unprintable": ("field", "position"),  # a control character: probably not text at all
    "text_not_unicode": ("field", "position"),  # half a surrogate pair
    # People
    "unknown_member": (),  # has neither spoken nor voted here
    "member_removed": (),  # a moderator removed this member
    "member_erased": (),  # this pseudonym was forgotten; who comes back gets a new one
    "pseudonym_reused": (),  # one pseudonym for speaking and voting would link the two
    "notice_first": (),  # has not read the notice yet
    "not_eligible": (),  # came after the opening, and latecomers do not vote here
    # Opinions and critiques
    "unknown_opinion": ("opinion",),
    "opinion_gone": ("opinion", "how"),  # `how`: withdrawn, rejected, removed or erased
    "not_waiting": ("opinion",),  # no moderator needs to look at it
    "not_your_opinion": ("opinion",),
    "opinion_is_voted_on": ("opinion",),  # it stands as an option in the open poll
    "no_critique": (),  # this member has no critique in this round
    # Reports
    "unknown_text": ("text",),  # nothing that is shown
    "already_reported": ("text",),  # by this member
    "already_hidden": ("text",),
    "not_hidden": ("text",),
    # Drafts and rounds
    "no_opinions": (),  # nothing to draft from
    "nothing_new": (),  # the shown draft holds all that was said
    "draft_pending": ("draft",),  # one job at a time
    "unknown_draft": ("draft",),
    "draft_not_pending": ("draft",),  # this job has ended, or never was
    "redrafts_used_up": ("limit",),
    "wrong_inputs": ("draft",),  # the result is of other inputs than the job's
    "malformed_result": ("draft", "what"),  # a result that contradicts itself or its job
    "words_gone": ("draft",),  # the job cannot be built again: words that it held are gone
    "no_statement": (),  # no statement at hand whose words still stand
    "no_new_statement": ("round",),  # this round has not drafted a statement yet
    "already_voted_on": (),  # the statement at hand has had its poll; draft again first
    "no_rounds_left": ("limit",),
    # Quick votes
    "unknown_statement": ("statement",),  # neither an opinion nor a candidate that is shown
    "own_statement": ("statement",),  # nobody reacts to their own words
    "no_quick_vote": ("statement",),  # there is no reaction to take back
    # Votes
    "other_poll": ("poll",),  # this is not the open poll; `poll` is
    "unknown_option": ("option",),
    "grade_missing": ("option",),
    "grade_out_of_range": ("option", "grade"),
    "ranked_twice": ("option",),
    "ranking_incomplete": ("option",),  # a ranking holds every option, "keep things as they are" too
    "ballots_missing": (),  # an exported log does not hold the ballots that a count needs
    # The minority view
    "no_minority_view": (),  # none that can be answered (any more), or too few reasons for one
    "not_from_your_words": (),  # only those whose published reasons it is made of are asked
    "worded_anew": (),  # somebody worded it anew meanwhile
    "wordings_used_up": ("limit",),
    # Reminders
    "unknown_reminder": ("reminder",),
    "reminder_not_due": ("reminder",),
    "reminder_sent": ("reminder",),
}

DRAFTING_CODES: Final[dict[str, tuple[str, ...]]] = {
    "round_ended": (),  # a poll, a new round or the end came first
    "opinion_withdrawn": ("opinion",),  # words that the prompt held were taken back meanwhile
    "opinion_rejected": ("opinion",),
    "opinion_removed": ("opinion",),
    "opinion_erased": ("opinion",),
    "opinion_hidden": ("opinion",),
    "critique_withdrawn": ("critique",),
    "critique_hidden": ("critique",),
    "statement_hidden": ("statement",),  # the one that the critiques were about
    "member_removed": (),
    "member_erased": (),
    "reason_gone": ("reason",),  # a published reason that a minority view was made of
    "no_candidates": (),  # nothing passed the guards, not even a member's own sentence
    "nobody_left": (),  # everyone whose agreement was predicted has taken their words back
}
