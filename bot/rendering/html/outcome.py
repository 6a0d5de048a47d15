"""The outcome: the statement, and the numbers that matter most."""

from __future__ import annotations

from bot.rendering.html.markup import Content, Markup, joined, tag
from bot.rendering.html.teller import Teller
from engine.deliberation.events import KEEP_THINGS


def result(teller: Teller) -> Markup:
    """The outcome, the statement and the numbers that matter most."""
    report, state = teller.report, teller.report.state
    outcome = "open" if state.outcome is None else state.outcome.outcome
    told = report.told
    parts: list[Content] = [tag("h2", teller.say(f"report.outcome.{outcome}"), id="result")]
    if told is not None:
        parts.append(tag("blockquote", teller.words(told)))
        candidate = state.candidate(told)
        if candidate is not None:
            adopted = outcome == "adopted"
            parts.append(
                teller.note(
                    f"report.origin.{candidate.origin}" if adopted else f"report.origin_open.{candidate.origin}"
                )
            )
    if report.poll is not None and report.poll.choice == KEEP_THINGS:
        parts.append(teller.p("report.keep_things"))
    if state.follow_up is not None:
        because = state.follow_up.because or ""
        parts.append(
            teller.p(
                "report.followed_up.done" if state.follow_up.done else "report.followed_up.not_done", because=because
            )
        )
    boxes = [tag("div", tag("dt", name), tag("dd", value)) for name, value in _numbers(teller)]
    return joined([tag("div", *parts, class_="result"), tag("dl", *boxes)])


def _numbers(teller: Teller) -> list[tuple[str, str]]:
    report, state = teller.report, teller.report.state
    taken = None if state.outcome is None else state.outcome.participation
    eligible = state.settings.eligible
    numbers = [
        (teller.say("report.number.eligible"), teller.say("report.unknown") if eligible is None else str(eligible)),
        (teller.say("report.number.spoke"), str(len(state.speakers) if taken is None else taken.spoke)),
        (teller.say("report.number.voted"), str(state.turnout if taken is None else taken.voted)),
    ]
    told = next((one for one in report.options if one.candidate == report.told), None)
    if told is not None and told.agree is not None and told.against is not None:
        numbers += [
            (teller.say("report.number.agree"), f"{told.agree:.0%}"),
            (teller.say("report.number.against"), f"{told.against:.0%}"),
        ]
    return numbers
