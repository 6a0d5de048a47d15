"""How it works and what it cannot tell, in plain words."""

from __future__ import annotations

from bot.rendering.html.markup import Content, Markup, joined, listing, tag
from bot.rendering.html.teller import Teller


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
