"""What an audit can tell one group of its own deliberation, from its log alone: three figures and no model.

Whose words the statement rests on may be told at any time. What rests on predictions or ballots is told after the close
only: predicted agreement is a running tally by another name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from engine.audit.figure import TOO_FEW, Audit, Figure, Interval
from engine.audit.least_effects import BALLOTS
from engine.audit.resampling import interval_of
from engine.deliberation.events import AnyEvent
from engine.deliberation.state import State
from engine.report import Report, report_of, sourced_sentences

AFTER_CLOSE: Final = "after_close"
MOST: Final = 0.5
"""The share of members whose words a statement must rest on to speak for most."""
SHRUNK: Final = 0.75
"""A minority whose share fell below this much of itself was shrunk."""
DRAWS: Final = 2_000


def audit_group(events: Sequence[AnyEvent], *, seed: int) -> Audit:
    """The three figures: words, minority, ballots. Raises UnreadableLogError for a log that none could have written."""
    report = report_of(events)
    figures = (_words(report.state, seed), _minority(report), _ballots(report, seed))
    told = [figure.verdict for figure in figures if figure.value is not None]
    return Audit(name="group", verdict=told[0] if told else figures[0].verdict, figures=figures)


def _words(state: State, seed: int) -> Figure:
    """The share of members on whose words the shown statement rests, as its sentences were traced when drafted."""
    speakers = len(state.speakers)
    statement = state.statement
    found = [] if statement is None else sourced_sentences(state, statement)
    if speakers < state.settings.ballots_shown_from or not found:
        return Figure(name="words", value=None, members=speakers, verdict=TOO_FEW)
    resting = len({member for sentence in found for member in sentence.members} & state.speakers)
    drawn = np.random.default_rng(seed).binomial(speakers, resting / speakers, DRAWS) / speakers
    bare = sum(not sentence.opinions for sentence in found)
    verdict = "words_bare" if bare else "words_most" if resting / speakers >= MOST else "words_few"
    return Figure(
        name="words",
        about=str(bare),
        value=resting / speakers,
        interval=interval_of(drawn),
        members=speakers,
        statements=len(found),
        verdict=verdict,
    )


def _minority(report: Report) -> Figure:
    """The share of the smallest like-minded group in what was chosen, beside its share of the members."""
    if not _has_ended(report.state):
        return Figure(name="minority", value=None, verdict=AFTER_CLOSE)
    weight = report.minority
    if weight is None:
        return Figure(name="minority", value=None, verdict="no_minority")
    last = weight.winner if weight.revised is None else weight.revised
    return Figure(
        name="minority",
        value=last,
        ceiling=weight.members,
        verdict="minority_shrunk" if last < SHRUNK * weight.members else "minority_kept",
    )


def _ballots(report: Report, seed: int) -> Figure:
    """How far predicted agreement was from the ballots'; the ceiling is what so many ballots have by chance."""
    if not _has_ended(report.state):
        return Figure(name="ballots", value=None, verdict=AFTER_CLOSE)
    known = [
        (one.predicted, one.agree, sum(one.grades))
        for one in report.options
        if one.predicted is not None and one.agree is not None and one.grades is not None
    ]
    if not known:
        return Figure(name="ballots", value=None, verdict=TOO_FEW)
    predicted, agreed, count = (np.array(column) for column in zip(*known, strict=True))
    noise = np.random.default_rng(seed)
    cast = noise.binomial(count.astype(np.int64), agreed, size=(DRAWS, len(known))) / count
    gap = float(np.abs(predicted - agreed).mean())
    chance = float(np.abs(cast - agreed).mean())
    drawn = np.abs(predicted - cast).mean(axis=1)
    interval = interval_of(drawn - drawn.mean() + gap)
    lean = float((predicted - agreed).mean())
    return Figure(
        name="ballots",
        value=gap,
        interval=None if interval is None else (max(0.0, interval[0]), interval[1]),
        ceiling=chance,
        least=chance + BALLOTS,
        members=int(count.max()),
        statements=len(known),
        verdict=_how_far(interval, chance, lean),
    )


def _how_far(interval: Interval | None, chance: float, lean: float) -> str:
    if interval is None or interval[0] <= chance + BALLOTS:
        return "ballots_near"
    return "predicted_high" if lean > 0 else "predicted_low"


def _has_ended(state: State) -> bool:
    return state.outcome is not None
