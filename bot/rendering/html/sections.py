"""What the report says, section by section. A section that has nothing to tell is None; what is withheld says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from bot.catalogue import Speech
from bot.charts import Chart, agreement_chart, map_chart, option_chart, participation_chart, tally_chart
from bot.charts.pictures import letter
from bot.rendering.html.markup import Content, Markup, joined, listing, said, table, tag
from bot.rendering.result import minority_label
from engine.deliberation.events import KEEP_THINGS
from engine.deliberation.minority import shown_minority
from engine.deliberation.settings import HIGHEST_GRADE, LOWEST_GRADE
from engine.report import Report, Standing, agreement_of
from engine.report.wording import Wording
from welfare import find_rule

MOST_CANDIDATES: Final = 12
"""Shown of the last draft, best first; the tables of the export have all."""
MOST_ACTS: Final = 100
_DIFFERENCE: Final = {"same": None, "added": "ins", "removed": "del"}


@dataclass(frozen=True)
class Teller:
    """Whose report it is, and in which words."""

    report: Report
    speech: Speech
    head: str | None

    def say(self, key: str, /, **parameters: Any) -> str:
        """A text of the catalogue."""
        return self.speech.say(key, **parameters)

    def p(self, key: str, /, **parameters: Any) -> Markup:
        """A paragraph of it."""
        return tag("p", self.say(key, **parameters))

    def note(self, key: str, /, **parameters: Any) -> Markup:
        """A remark of it, for what is withheld or needs care."""
        return tag("p", self.say(key, **parameters), class_="note")

    def text(self, candidate: str | None) -> str | None:
        """A candidate's words, where they are shown."""
        state = self.report.state
        found = None if candidate is None else state.candidate(candidate)
        if found is None or not state.stands(found.id):
            adopted = None if state.outcome is None else state.outcome.text
            same = state.outcome is not None and state.outcome.statement == candidate
            return adopted.value if adopted is not None and same else None
        return found.text.value

    def words(self, candidate: str | None) -> Markup:
        """The same on the page, or that they are gone."""
        text = self.text(candidate)
        return tag("em", self.say("report.gone")) if text is None else said(text)

    def name(self, candidate: str) -> str:
        """A candidate's letter: its place in its own draft, so that it has the same one in every section."""
        draft = self.report.state.drafts.get(candidate.partition(".")[0])
        return letter(draft.order.index(candidate)) if draft is not None and candidate in draft.order else "–"

    @property
    def k(self) -> int:
        """From how many people on a figure is told."""
        return self.report.state.settings.ballots_shown_from


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


def wording(teller: Teller) -> Markup | None:
    """How the wording came about, draft by draft, with a word diff."""
    wordings = teller.report.wordings
    if not wordings:
        return None
    steps = [_step(teller, one) for one in wordings]
    return joined([teller.p("report.wording.intro"), *steps])


def _step(teller: Teller, one: Wording) -> Markup:
    title = tag("h3", teller.say("report.wording.step", number=one.number, round=one.round))
    about = teller.note(f"report.wording.{one.origin}", candidates=one.candidates, rejected=one.rejected)
    if one.text is None:
        return joined([title, tag("p", tag("em", teller.say("report.gone")))])
    if one.difference is None:
        return _worded(title, about, said(one.text))
    pieces = [_piece(_DIFFERENCE[piece.change], piece.text) for piece in one.difference]
    return _worded(title, about, tag("span", *pieces, dir="auto"))


def _worded(title: Markup, about: Markup, words: Markup) -> Markup:
    return joined([title, about, tag("p", words, class_="wording")])


def _piece(name: str | None, text: str) -> Content:
    return text if name is None else tag(name, text)


def agreement(teller: Teller) -> Markup | None:
    """The ballots' grades; predicted agreement with the first and the last statement."""
    report = teller.report
    parts: list[Content] = []
    told = next((one for one in report.options if one.candidate == report.told), None)
    if told is not None and told.grades is not None:
        grades = told.grades
        total = sum(grades)
        rows = [
            (
                f"{grade} {teller.speech.say(f'grade.{grade}')}",
                str(grades[grade - 1]),
                f"{grades[grade - 1] / total:.0%}",
            )
            for grade in range(HIGHEST_GRADE, LOWEST_GRADE - 1, -1)
        ]
        header = (
            teller.say("report.column.grade"),
            teller.say("report.column.ballots"),
            teller.say("report.column.share"),
        )
        parts += [
            tag("h3", teller.say("report.agreement.actual")),
            _figure(teller, tally_chart(teller.speech, grades), header, rows),
        ]
    elif report.poll is not None:
        parts.append(teller.note("report.withheld.ballots", k=teller.k))
    if report.before is not None and report.after is not None:
        rows = [
            (f"{10 * place}–{10 * place + 10} %", str(before), str(after))
            for place, (before, after) in enumerate(zip(report.before.histogram, report.after.histogram, strict=True))
        ]
        header = (
            teller.say("report.column.predicted"),
            teller.say("report.column.before"),
            teller.say("report.column.after"),
        )
        parts += [
            tag("h3", teller.say("report.agreement.predicted")),
            _figure(teller, agreement_chart(teller.speech, report.before, report.after), header, rows),
        ]
    elif report.wordings:
        parts.append(teller.note("report.withheld.predictions", k=teller.k))
    return joined(parts) if parts else None


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


def opinions(teller: Teller) -> Markup | None:
    """The opinion map, and what unites and divides."""
    found = teller.report.map
    if found is None:
        return teller.note("report.withheld.map") if teller.report.last_draft is not None else None
    group_names = [letter(group) for group in range(len(found.sizes))]
    rows = [
        (name, str(size), f"{size / sum(found.sizes):.0%}") for name, size in zip(group_names, found.sizes, strict=True)
    ]
    header = tuple(teller.say(f"report.column.{name}") for name in ("group", "members", "share"))
    several = len(found.sizes) > 1
    parts: list[Content] = [
        teller.p("report.map.intro"),
        _figure(teller, map_chart(teller.speech, found), header, rows),
        teller.p("report.map.groups" if several else "report.map.one", silhouette=f"{found.silhouette:.2f}"),
    ]
    for key, standings in (("consensus", found.consensus), ("contention", found.contention)):
        shown = [one for one in standings if teller.text(one.candidate) is not None]
        if shown:
            columns = (
                teller.say("report.column.statement"),
                *(teller.say("report.map.group", name=name) for name in group_names),
            )
            parts += [
                tag("h3", teller.say(f"report.map.{key}")),
                table(teller.say(f"report.map.{key}_caption"), columns, [_standing(teller, one) for one in shown]),
            ]
    return joined(parts)


def _standing(teller: Teller, one: Standing) -> tuple[Content, ...]:
    return (teller.words(one.candidate), *(f"{share:.0%}" for share in one.by_group))


def predicted(teller: Teller) -> Markup | None:
    """Predicted beside actual agreement, by statement."""
    options = teller.report.options
    if not options or all(one.agree is None for one in options):
        return None
    if all(one.predicted is None for one in options):
        return teller.note("report.withheld.predictions", k=teller.k)
    rows: list[Sequence[Content]] = [
        (
            teller.name(one.candidate),
            teller.words(one.candidate),
            "–" if one.predicted is None else f"{one.predicted:.0%}",
            "–" if one.agree is None else f"{one.agree:.0%}",
        )
        for one in options
    ]
    header = tuple(teller.say(f"report.column.{name}") for name in ("candidate", "statement", "predicted", "actual"))
    chart = option_chart(teller.speech, options, [teller.name(one.candidate) for one in options])
    gap = teller.report.gap
    return joined(
        [
            teller.p("report.predicted.intro"),
            _figure(teller, chart, header, rows),
            None if gap is None else teller.p("report.predicted.gap", gap=f"{100 * gap:.0f}", statements=len(options)),
            teller.note("report.predicted.unlinked"),
        ]
    )


def minority(teller: Teller) -> Markup | None:
    """Who was left out: the smallest group's weight, whose opinions are not in the statement, dissent."""
    report, state = teller.report, teller.report.state
    parts: list[Content] = []
    if report.reflected is not None:
        inside, everyone = report.reflected
        parts.append(teller.p("report.minority.reflected", left_out=everyone - inside, all=everyone))
    weight = report.minority
    if weight is not None:
        shares = {
            "members": weight.members,
            "drafts": weight.drafts,
            "winner": weight.winner,
            "revised": weight.revised,
        }
        rows = [
            (teller.say(f"report.minority.{name}"), f"{share:.0%}")
            for name, share in shares.items()
            if share is not None
        ]
        header = (teller.say("report.column.stage"), teller.say("report.column.share"))
        parts.append(table(teller.say("report.minority.caption"), header, rows))
    elif report.wordings:
        parts.append(teller.note("report.minority.none"))
    if state.poll is not None and state.poll.dissent is not None:
        count = state.poll.dissent.count
        reasons = state.published_reasons
        withheld = report.poll is not None and report.poll.withheld
        parts.append(tag("h3", teller.say("report.minority.dissent")))
        against = teller.p("report.minority.against", count=count)
        parts.append(teller.note("report.withheld.ballots", k=teller.k) if withheld else against)
        view = shown_minority(state)
        if view is not None:
            parts += [tag("p", minority_label(state, teller.speech)), tag("blockquote", said(view))]
        parts.append(listing([said(reason) for reason in reasons]))
        if count > len(reasons) and not withheld:
            parts.append(teller.note("report.minority.silent", count=count - len(reasons)))
    return joined(parts) if parts else None


def participation(teller: Teller) -> Markup | None:
    """When people took part."""
    found = teller.report.timeline
    rows = [
        (teller.speech.say(f"report.chart.participation.{what}"), str(total)) for what, total in found.totals.items()
    ]
    header = (teller.say("report.column.what"), teller.say("report.column.count"))
    return _figure(teller, participation_chart(teller.speech, found), header, rows)


def moderation(teller: Teller) -> Markup | None:
    """Everything that a moderator did."""
    acts = teller.report.acts
    rows: list[Sequence[Content]] = [
        (_moment(act.at), teller.say(f"report.act.{act.what}"), said(act.reason) if act.reason else "–")
        for act in acts[:MOST_ACTS]
    ]
    header = tuple(teller.say(f"report.column.{name}") for name in ("when", "act", "reason"))
    more = teller.note("report.moderation.more", count=len(acts) - MOST_ACTS) if len(acts) > MOST_ACTS else None
    return joined([table(teller.say("report.moderation.caption"), header, rows), more])


def methods(teller: Teller) -> Markup | None:
    """How it works and what it cannot tell, in plain words."""
    report, settings = teller.report, teller.report.state.settings
    parts: list[Content] = [
        teller.p("report.methods.drafting"),
        teller.p("report.methods.predicting"),
        teller.p(
            "report.methods.rule", rule=settings.rule, what=teller.speech.say(f"rule.{settings.rule.partition(':')[0]}")
        ),
        teller.p(
            "report.methods.deciding",
            quorum=settings.quorum.ballots,
            agree=f"{settings.adoption.agree_share:.0%}",
            against=f"{settings.adoption.strongly_against_share:.0%}",
        ),
        teller.p("report.methods.map"),
        teller.p("report.methods.privacy", k=teller.k),
        teller.p("report.methods.limits"),
    ]
    if report.models:
        parts.append(tag("h3", teller.say("report.methods.models")))
        parts.append(listing([_model(one.name, one.encoding, one.sha256) for one in report.models]))
    if teller.head is not None:
        parts.append(tag("p", teller.say("report.methods.head"), " ", tag("code", teller.head)))
        parts.append(teller.p("report.methods.verify"))
    return joined(parts)


def _model(name: str, encoding: str, sha256: str) -> Markup:
    return joined([f"{name} ({encoding}), SHA-256 ", tag("code", sha256)])


def _figure(teller: Teller, chart: Chart, header: Sequence[Content], rows: Sequence[Sequence[Content]]) -> Markup:
    """A chart with what it says in words, and its numbers as a table."""
    numbers = tag("details", tag("summary", teller.say("report.numbers")), table(chart.title, header, rows))
    return tag("figure", Markup(chart.svg()), tag("figcaption", chart.alt), numbers)


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M")


SECTIONS: Final[Mapping[str, Callable[[Teller], Markup | None]]] = {
    "wording": wording,
    "agreement": agreement,
    "candidates": candidates,
    "opinions": opinions,
    "predicted": predicted,
    "minority": minority,
    "participation": participation,
    "moderation": moderation,
    "methods": methods,
}
"""Every section after the result, in order; `report.<name>.title` names it."""
