"""All figures of one deliberation together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.deliberation.events import AnyEvent, CandidatesDrafted, Model, PollClosed
from engine.deliberation.evolve import fold
from engine.deliberation.oversight import ModeratorAct, moderator_acts
from engine.deliberation.profile import agreement_profile
from engine.deliberation.state import State
from engine.report.agreement import Agreement, OptionResult, agreement_of, mean_gap, option_results
from engine.report.drafts import drafts_in_order, last_drafts
from engine.report.groups import OpinionMap, opinion_map, weight_of_minority
from engine.report.participation import Timeline, timeline
from engine.report.rules import RuleChoice, compared_rules
from engine.report.wording import Wording, wording_history
from welfare import MinorityWeight


@dataclass(frozen=True)
class Report:
    """What a report tells. Whatever rests on too few people, or on what did not leave the store, is None."""

    state: State
    wordings: tuple[Wording, ...]
    before: Agreement | None
    """Predicted agreement with the first statement that was shown."""
    after: Agreement | None
    """With the last one."""
    last_draft: str | None
    rules: tuple[RuleChoice, ...] | None
    map: OpinionMap | None
    minority: MinorityWeight | None
    poll: PollClosed | None
    options: tuple[OptionResult, ...]
    gap: float | None
    """Mean absolute difference between predicted and actual agreement, in [0, 1]."""
    reflected: tuple[int, int] | None
    """Of how many members a sentence of the told statement rests on an opinion, and of how many it could."""
    timeline: Timeline
    acts: tuple[ModeratorAct, ...]
    models: tuple[Model, ...]

    @property
    def told(self) -> str | None:
        """The statement that the result is about: adopted, else the best in the poll, else the last one shown."""
        if self.state.outcome is not None and self.state.outcome.statement is not None:
            return self.state.outcome.statement
        if self.options:
            return self.options[0].candidate
        return self.wordings[-1].candidate if self.wordings else None


def report_of(events: Sequence[AnyEvent]) -> Report:
    """Compute a log's report. Raises UnreadableLogError for a log that none could have written."""
    state = fold(events)
    wordings = wording_history(state)
    drafts = drafts_in_order(state)
    last = drafts[-1] if drafts else None
    poll = None if state.poll is None else state.poll.result
    options = () if poll is None else option_results(state, poll)
    profile = None if last is None else agreement_profile(state, last.id)
    enough = profile is not None and len(profile.members) >= state.settings.ballots_shown_from
    whole = all(row.prediction.value is not None for draft in drafts for row in draft.rows)
    made = Report(
        state=state,
        wordings=wordings,
        before=agreement_of(state, wordings[0].candidate) if wordings else None,
        after=agreement_of(state, wordings[-1].candidate) if wordings else None,
        last_draft=None if last is None else last.id,
        rules=None if last is None else compared_rules(state, last.id),
        map=None if last is None else opinion_map(state, last.id),
        minority=weight_of_minority(last_drafts(state), state.settings.rule) if enough and whole else None,
        poll=poll,
        options=options,
        gap=mean_gap(options),
        reflected=None,
        timeline=timeline(events),
        acts=moderator_acts(events),
        models=next((event.models for event in reversed(events) if isinstance(event, CandidatesDrafted)), ()),
    )
    return made if made.told is None or not enough else _with_reflected(made, made.told)


def _with_reflected(report: Report, candidate: str) -> Report:
    """Whose opinion the told statement rests on, as sentences were traced to opinions when it was drafted."""
    profile = agreement_profile(report.state, candidate.partition(".")[0])
    draft = report.state.drafts.get(candidate.partition(".")[0])
    if profile is None or draft is None:
        return report
    resting = {
        row.member
        for row in draft.rows
        if row.prediction.value is not None
        and any(source.candidate == candidate for source in row.prediction.value.sources)
    }
    if not resting:  # its sentences were not traced, or whose they were is not in this log
        return report
    return replace(report, reflected=(len(resting), len(profile.members)))
