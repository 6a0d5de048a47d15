"""The live card: question, one status line, the draft, what happens next, one primary button and "More"."""

from __future__ import annotations

from discord import ui

from bot.catalogue import Speech
from bot.discord.controls import Style, button
from bot.discord.layout import Line, WholeText, framed
from bot.discord.places import Place
from bot.discord.statements import label, statement_lines
from bot.discord.wording import moment, quoted
from engine.deliberation.events import KEEP_THINGS
from engine.deliberation.points import point_counts
from engine.deliberation.settings import AGREE_FROM
from engine.deliberation.state import State

COLOURS = {"collecting": 0x3B82F6, "critique": 0x8B5CF6, "polling": 0xF59E0B, "closed": 0x6B7280}
QUESTION, BACKGROUND = 400, 600
PREDICTED_FROM = 10
"""Members whose agreement is predicted, before the card tells anything of it."""
LIKELY, UNLIKELY = 0.6, 0.4


def live_card(
    state: State, deliberation: str, place: Place, speech: Speech, *, away: tuple[int, int] | None = None
) -> ui.LayoutView:
    """The card of an open deliberation as it stands; `away`: from when to when the bot was not there, lately."""
    foot = _foot(state, place, speech)
    if away is not None:
        # Discord does not tell a bot what was pressed while it was away.
        foot += "\n-# " + speech.say("discord.card.away", since=moment(away[0], "f"), until=moment(away[1], "f"))
    head, status, draft = texts(state, place, speech)
    return framed(
        COLOURS[state.stage],
        [head, status, Line(), draft, Line()],
        _buttons(state, deliberation, speech),
        foot=foot,
        whole=WholeText(
            texts(state, place, speech, whole=True), deliberation, "card", speech.say("discord.button.whole")
        ),
    )


def closed_card(state: State, deliberation: str, place: Place, speech: Speech, result: str | None) -> ui.LayoutView:
    """What the card becomes at the end; `result` links to the message with the result."""
    outcome = speech.say(f"outcome.{state.outcome.outcome}") if state.outcome is not None else ""
    lines = [_head(state, place, speech), speech.say("discord.card.ended", outcome=outcome)]
    if result is not None:
        lines.append(speech.say("discord.card.result", link=result))
    buttons = [
        button(speech.say("discord.button.fair"), "ask_fair", deliberation, style=Style.primary),
        button(speech.say("discord.button.my_part"), "mine", deliberation),
        button(speech.say("discord.button.report"), "report", deliberation),
    ]
    return framed(COLOURS["closed"], ["\n".join(lines)], buttons if state.expired is None else ())


def texts(state: State, place: Place, speech: Speech, *, whole: bool = False) -> list[str]:
    """The card's texts above its foot: what it is about, how it stands, and the draft or the options."""
    return [_head(state, place, speech, whole=whole), _status(state, speech), _draft(state, place, speech, whole=whole)]


def _head(state: State, place: Place, speech: Speech, *, whole: bool = False) -> str:
    lines = [f"## {quoted(state.question, None if whole else QUESTION)}"]
    if place.simulated:
        lines.insert(0, f"**{speech.say('discord.card.simulated')}**")
    if state.background:
        lines.append(quoted(state.background, None if whole else BACKGROUND))
    if place.consequence:
        lines.append(speech.say("discord.card.consequence", text=quoted(place.consequence, 300)))
    return "\n".join(lines)


def _status(state: State, speech: Speech) -> str:
    """One line: the phase, who spoke and, in a poll, who voted. Never how."""
    phase = speech.say("discord.card.phase.paused" if state.paused_at else f"discord.card.phase.{state.stage}")
    parts = [f"**{phase}**"]
    eligible = state.settings.eligible
    if state.stage == "polling":
        parts.append(
            speech.say("discord.card.voted", count=state.turnout)
            if eligible is None
            else speech.say("discord.card.voted_of", voted=state.turnout, eligible=eligible)
        )
    elif eligible is None:
        parts.append(speech.say("discord.card.spoke", count=len(state.speakers)))
    else:
        parts.append(speech.say("discord.card.spoke_of", spoke=len(state.speakers), eligible=eligible))
    if state.waiting:
        parts.append(speech.say("discord.card.waiting", count=len(state.waiting)))
    if state.pending is not None:
        parts.append(speech.say("discord.card.drafting"))
    return " · ".join(parts)


def _draft(state: State, place: Place, speech: Speech, *, whole: bool) -> str:
    if state.stage == "polling":
        return _options(state, speech, whole=whole)
    statement = state.statement
    if statement is None:
        return speech.say("discord.card.no_draft")
    lines = [f"**{label(state, statement, speech)}**", statement_lines(state, statement, whole=whole)]
    waiting = len(state.not_yet_held)
    if waiting:
        lines.append(speech.say("discord.card.not_yet_held", count=waiting))
    missing = len(state.critiques) + len(state.whys)
    if missing:
        lines.append(speech.say("discord.card.contested", count=missing))
    if place.predictions:
        lines += _predicted(state, statement, speech)
    points = None if state.draft is None else point_counts(state, state.draft.id)
    if points is not None:
        lines.append(speech.say("discord.card.points", **points))
    return "\n".join(lines)


def _options(state: State, speech: Speech, *, whole: bool) -> str:
    lines: list[str] = []
    options = [option for option in state.options if option != KEEP_THINGS]
    for number, option in enumerate(options, start=1):
        title = f"**{number}.** " if len(options) > 1 else ""
        lines.append(f"{title}**{label(state, option, speech)}**\n{statement_lines(state, option, whole=whole)}")
    lines.append(f"**{speech.say('discord.ballot.keep_things')}**")
    if state.settings.open_results:
        lines += _so_far(state, options, speech)
    return "\n".join(lines)


def _so_far(state: State, options: list[str], speech: Speech) -> list[str]:
    """The count so far, where the deliberation was opened so, and from the threshold on."""
    cast = [ballot.ballot.value for ballot in state.valid_ballots if ballot.ballot.value is not None]
    if len(cast) < state.settings.ballots_shown_from:
        return []
    lines: list[str] = []
    for number, option in enumerate(options, start=1):
        agree = sum(1 for ballot in cast if ballot.grades.get(option, 0) >= AGREE_FROM)
        lines.append(speech.say("discord.card.so_far", number=number, agree=agree, all=len(cast)))
    return lines


def _predicted(state: State, statement: str, speech: Speech) -> list[str]:
    """How many members the model expects to agree, where it was opened so; never for a few, nor by name."""
    draft = state.draft
    rows = [] if draft is None else [row.prediction.value for row in draft.rows if row.prediction.value is not None]
    if draft is None or len(rows) < PREDICTED_FROM:
        return []
    column = [candidate.id for candidate in draft.running].index(statement)
    values = [row.mean[column] for row in rows]
    likely, unlikely = sum(value >= LIKELY for value in values), sum(value < UNLIKELY for value in values)
    unsure = len(values) - likely - unlikely
    return [speech.say("discord.card.predicted", likely=likely, unsure=unsure, unlikely=unlikely)]


def _foot(state: State, place: Place, speech: Speech) -> str:
    """What happens next and when; the rules' caps and what a moderator did, so that nobody has to ask."""
    following = {
        "collecting": "discord.card.next.critique" if state.settings.rounds > 1 else "discord.card.next.poll",
        "critique": "discord.card.next.poll" if state.round >= state.settings.rounds else "discord.card.next.critique",
        "polling": "discord.card.next.result",
    }[state.stage if state.stage != "closed" else "polling"]
    lines = [speech.say(following, when=moment(state.until), at=moment(state.until, "f"))]
    if state.paused_at is not None:
        lines = [speech.say("discord.card.paused", when=moment(state.paused_at))]
    lines.append(
        "-# "
        + speech.say(
            "discord.card.rules",
            round=state.round,
            rounds=state.settings.rounds,
            quorum=state.settings.quorum.ballots,
            share=f"{state.settings.adoption.agree_share:.0%}",
            against=f"{state.settings.adoption.strongly_against_share:.0%}",
            grade=state.settings.adoption.strongly_against_grade,
        )
    )
    acts = state.acts
    if acts.redrafts or acts.extensions:
        lines.append(
            "-# "
            + speech.say(
                "discord.card.caps",
                redrafts=state.redrafts_in_round,
                redrafts_most=state.settings.redrafts_per_round,
                extensions=acts.extensions,
                extensions_most=state.settings.extensions,
            )
        )
    if state.removals:
        lines.append("-# " + speech.say("discord.card.removed", count=len(state.removals)))
    lines.append("-# " + speech.say("discord.card.nameless" if state.settings.nameless else "discord.card.named"))
    if place.capture:
        lines.append("-# " + speech.say("discord.card.capture"))
    return "\n".join(lines)


def _buttons(state: State, deliberation: str, speech: Speech) -> list[ui.Button[ui.LayoutView]]:
    primary = {
        "collecting": ("discord.button.share", "share"),
        "critique": ("discord.button.point", "point"),
        "polling": ("discord.button.vote", "vote"),
    }.get(state.stage, ("discord.button.my_part", "mine"))
    return [
        button(speech.say(primary[0]), primary[1], deliberation, style=Style.primary),
        button(speech.say("discord.button.more"), "more", deliberation),
    ]
