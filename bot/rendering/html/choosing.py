"""Why this candidate: the last draft, and every rule on the same predictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.rendering.html.markup import Content, Markup, joined, table, tag
from bot.rendering.html.teller import Teller
from engine.report import agreement_of
from welfare import find_rule

MOST_CANDIDATES: Final = 12
"""Shown of the last draft, best first; the tables of the export have all."""


def candidates(teller: Teller) -> Markup | None:
    """The last draft's candidates, and every rule on them side by side."""
    report, state = teller.report, teller.report.state
    if report.last_draft is None:
        return None
    draft = state.drafts[report.last_draft]
    order = draft.order
    names = {candidate: teller.name(candidate) for candidate in order}
    listed = order[:MOST_CANDIDATES]
    rows: list[Sequence[Content]] = []
    for candidate in listed:
        found = draft.by_id[candidate]
        predicted = _predicted(teller, candidate)
        rows.append(
            (names[candidate], teller.words(candidate), teller.say(f"report.origin_name.{found.origin}"), predicted)
        )
    header = tuple(teller.say(f"report.column.{name}") for name in ("candidate", "statement", "from", "predicted"))
    parts: list[Content] = [
        teller.p("report.candidates.intro", all=len(draft.candidates), running=len(order), rule=state.settings.rule),
        table(teller.say("report.candidates.caption"), header, rows),
    ]
    if len(order) > len(listed):
        parts.append(teller.note("report.candidates.more", count=len(order) - len(listed)))
    if report.rules is None:
        return joined([*parts, teller.note("report.withheld.predictions", k=teller.k)])
    others = [choice.rule for choice in report.rules if choice.winner != order[0]]
    summary = teller.p("report.rules.others", count=len(others), all=len(report.rules), rules=", ".join(others))
    parts += [
        tag("h3", teller.say("report.rules.title")),
        summary if others else teller.p("report.rules.same", all=len(report.rules)),
    ]
    chosen = [
        (
            joined(
                [
                    tag("strong", f"{choice.rule} ✓") if choice.locked else choice.rule,
                    tag("span", teller.speech.say(f"rule.{choice.rule.partition(':')[0]}"), class_="what"),
                ]
            ),
            names[choice.winner],
            str(choice.place_of_chosen),
        )
        for choice in report.rules
    ]
    header = tuple(teller.say(f"report.column.{name}") for name in ("rule", "would_choose", "place_of_shown"))
    parts.append(table(teller.say("report.rules.caption"), header, chosen))
    cardinal = [choice for choice in report.rules if choice.welfare and find_rule(choice.rule).kind == "cardinal"]
    welfare = [(names[candidate], *(f"{choice.welfare[candidate]:.3f}" for choice in cardinal)) for candidate in listed]
    parts.append(
        tag(
            "details",
            tag("summary", teller.say("report.rules.welfare")),
            table(
                teller.say("report.rules.welfare_caption"),
                (teller.say("report.column.candidate"), *(choice.rule for choice in cardinal)),
                welfare,
            ),
        )
    )
    return joined(parts)


def _predicted(teller: Teller, candidate: str) -> str:
    found = agreement_of(teller.report.state, candidate)
    return "–" if found is None else f"{found.mean:.0%}"
