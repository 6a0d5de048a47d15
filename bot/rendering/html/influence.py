"""Whose words moved the statement, and whose view no candidate holds: as a model measured it, by pseudonym."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.measured_influence import MeasuredInfluence, MemberPart
from bot.rendering.escaping import cut
from bot.rendering.html.markup import Content, Markup, joined, table, tag
from bot.rendering.html.teller import Teller
from engine.report import option_results

MOST_MEMBERS: Final = 50
"""Shown of those whose words were weighed, the most moving first; influence.json has all."""

MOST_OPINIONS: Final = 100
"""Shown of the opinions of those who gave several."""

MOST_LETTERS: Final = 120
"""Of an opinion's beginning."""


def influence(teller: Teller) -> Markup | None:
    """By how much each member's words moved the statement, and how many are in no candidate.

    No member's own prediction is told here, and nothing at all below k members.
    """
    found = teller.influence
    if found is None:
        return None
    if len(found.members) < teller.k:
        return teller.note("report.influence.withheld", k=teller.k)
    weighed = sorted(
        (one for one in found.members if one.influence is not None), key=lambda one: (-(one.influence or 0), one.member)
    )
    rows = [_row(teller, one) for one in weighed[:MOST_MEMBERS]]
    header = tuple(teller.say(f"report.influence.{name}") for name in ("member", "moved", "held"))
    parts: list[Content] = [teller.p("report.influence.intro", model=found.model)]
    if found.candidate != teller.report.told:
        parts.append(tag("blockquote", teller.words(found.candidate)))
    parts.append(_reflected(teller, found))
    parts += _agreement(teller, found)
    if rows:
        parts.append(table(teller.say("report.influence.caption"), header, rows))
    if len(weighed) > len(rows):
        parts.append(teller.note("report.influence.more", count=len(weighed) - len(rows)))
    parts += _opinions(teller, weighed)
    unweighed = len(found.members) - len(weighed)
    if unweighed:
        parts.append(teller.note("report.influence.unread", count=unweighed))
    parts.append(teller.note("report.influence.weak"))
    return joined(parts)


def _row(teller: Teller, one: MemberPart) -> Sequence[Content]:
    assert one.influence is not None
    held = teller.say("report.influence.yes" if one.held else "report.influence.no")
    return one.member, f"{one.influence:+.2f}", held


def _opinions(teller: Teller, members: Sequence[MemberPart]) -> list[Content]:
    """How far each opinion moved the statement, of members who gave several; members stand in the order given."""
    rows = [
        (_words(teller, part.opinion), f"{part.influence:+.2f}", one.member)
        for one in members
        if len(one.opinions) > 1
        for part in sorted(one.opinions, key=lambda part: -part.influence)
    ]
    if not rows:
        return []
    header = tuple(teller.say(f"report.influence.{name}") for name in ("opinion", "moved", "member"))
    made: list[Content] = [
        table(teller.say("report.influence.opinions_caption"), header, rows[:MOST_OPINIONS]),
        teller.note("report.influence.opinions_alone"),
    ]
    if len(rows) > MOST_OPINIONS:
        made.append(teller.note("report.influence.more_opinions", count=len(rows) - MOST_OPINIONS))
    return made


def _words(teller: Teller, opinion: str) -> Markup:
    """How an opinion begins, where its words are still shown."""
    found = teller.report.state.opinions.get(opinion)
    text = None if found is None else found.text.value
    return tag("em", teller.say("report.gone")) if text is None else teller.said(cut(text, MOST_LETTERS))


def _reflected(teller: Teller, found: MeasuredInfluence) -> Markup:
    if not found.unheld:
        return teller.p("report.influence.all_reflected", all=len(found.members))
    return teller.p("report.influence.reflected", count=len(found.unheld), all=len(found.members))


def _agreement(teller: Teller, found: MeasuredInfluence) -> list[Content]:
    """Predicted agreement of those whose view a candidate holds and of the others, beside what the ballots say of all.

    Neither is told where one of them is fewer than k: from the mean of all it could be told what theirs is.
    """
    groups = {
        key: [one.agreement for one in found.members if one.held is held and one.agreement is not None]
        for key, held in (("agreement_held", True), ("agreement_unheld", False))
    }
    if any(0 < len(known) < teller.k for known in groups.values()):
        return []
    lines: list[Content] = [
        teller.p(f"report.influence.{key}", count=len(known), share=f"{sum(known) / len(known):.0%}")
        for key, known in groups.items()
        if known
    ]
    state, poll = teller.report.state, teller.report.poll
    results = () if poll is None else option_results(state, poll)
    actual = next((one.agree for one in results if one.candidate == found.candidate), None)
    if lines and actual is not None:
        lines.append(teller.p("report.influence.actual", share=f"{actual:.0%}"))
    return lines
