"""Where people stand: opinion groups, who was left out, and dissent."""

from __future__ import annotations

from bot.charts import map_chart
from bot.charts.pictures import letter
from bot.rendering.html.markup import Content, Markup, joined, listing, table, tag
from bot.rendering.html.teller import Teller, figure
from bot.rendering.result import minority_label
from engine.deliberation.minority import shown_minority
from engine.report import Standing


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
        figure(teller, map_chart(teller.speech, found), header, rows),
        teller.p("report.map.groups" if several else "report.map.ungrouped", silhouette=f"{found.silhouette:.2f}"),
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
            parts += [tag("p", minority_label(state, teller.speech)), tag("blockquote", teller.said(view))]
        parts.append(listing([teller.said(reason) for reason in reasons]))
        if count > len(reasons) and not withheld:
            parts.append(teller.note("report.minority.silent", count=count - len(reasons)))
    return joined(parts) if parts else None
