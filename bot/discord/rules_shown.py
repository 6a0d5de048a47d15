"""The rules that a deliberation was opened with, each in words; for moderators (members have "The rules")."""

from __future__ import annotations

from bot.discord.eligibility import conditions
from bot.discord.presets import spelled
from bot.discord.visit import Visit


def rules_in_words(visit: Visit) -> list[str]:
    """A line for each setting that a moderator can choose or wonder about."""
    settings, place = visit.state.settings, visit.place

    def switch(on: bool) -> str:
        return visit.say("discord.setting.yes" if on else "discord.setting.no")

    def time(seconds: int) -> str:
        return spelled(seconds, visit.speech)

    adoption = settings.adoption
    rule, _, parameter = settings.rule.partition(":")
    shown: dict[str, str] = {
        "rule": visit.say(f"rule.{rule}") + (f" ({parameter})" if parameter else ""),
        "rounds": str(settings.rounds),
        "candidates": str(settings.candidates),
        "shortlist": str(settings.shortlist),
        "quorum": str(settings.quorum.ballots),
        "adoption": visit.say(
            "discord.setting.adopted_if",
            share=f"{adoption.agree_share:.0%}",
            against=f"{adoption.strongly_against_share:.0%}",
            grade=adoption.strongly_against_grade,
        ),
        "who": conditions(visit),
        "eligible": visit.say("discord.setting.unknown") if settings.eligible is None else str(settings.eligible),
        "latecomers_vote": switch(settings.latecomers_vote),
        "nameless": switch(settings.nameless),
        "review": switch(settings.reviews),
        "reports_hide": str(settings.reports_hide),
        "open_results": switch(settings.open_results),
        "predictions": switch(place.predictions),
        "shown_from": str(settings.ballots_shown_from),
        "opinions": time(settings.opinion_seconds),
        "critique": time(settings.critique_seconds),
        "poll": time(settings.poll_seconds),
        "redrafts": str(settings.redrafts_per_round),
        "extensions": str(settings.extensions),
        "minority": switch(False) if settings.minority_seconds is None else time(settings.minority_seconds),
        "follow_up": time(settings.follow_up_seconds),
        "retention": time(settings.retention_seconds),
        "language": settings.language,
        "capture": switch(place.capture),
        "live_drafts": switch(place.live_drafts),
    }
    if settings.rounds == 1:
        del shown["critique"]
    return [f"- {visit.say(f'discord.setting.{name}')}: {value}" for name, value in shown.items()]
