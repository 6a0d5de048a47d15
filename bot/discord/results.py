"""The result: adopted or not, the tally, the dissent, what changed, who took part, what the moderator did."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.catalogue import Speech
from bot.charts import letter_of
from bot.discord.controls import button
from bot.discord.layout import WholeText, framed
from bot.discord.places import Place
from bot.discord.statements import statement_lines
from bot.discord.wording import cut, moment, quoted
from bot.rendering.result import agree_line, minority_label, tie_line, took_part_line, withheld_line
from engine.deliberation.afterwards import fairness_counts
from engine.deliberation.events import KEEP_THINGS
from engine.deliberation.minority import awaits_answers, shown_minority
from engine.deliberation.oversight import ModeratorAct
from engine.deliberation.settings import HIGHEST_GRADE, LOWEST_GRADE
from engine.deliberation.state import Poll, State
from engine.deliberation.words import LIMITS
from engine.report import (
    counted_statement,
    drafts_in_order,
    group_views,
    likeness,
    statement_text,
    word_diff,
)

BAR = 12
ALIKE = 0.5
"""Likeness of two wordings below which showing their differences helps nobody."""
OPTION = 160
"""How much of a statement tells which one it is."""
REASONS, REASON = 5, 220
MOST_ACTS = 12
COLOURS = {"adopted": 0x22C55E, "not_adopted": 0xF59E0B, "no_decision": 0x6B7280, "withdrawn": 0x6B7280}


def result_card(
    state: State,
    deliberation: str,
    place: Place,
    speech: Speech,
    head: str | None,
    acts: Sequence[ModeratorAct] = (),
    key: str | None = None,
) -> ui.LayoutView:
    """The card of a deliberation that has ended; `head` is the hash of the record that ended it, `key`
    the fingerprint of the key that signs its exports.
    """
    assert state.outcome is not None
    foot: list[str] = []
    if head is not None:
        foot.append("-# " + speech.say("discord.result.head", head=head))
    if key is not None:
        foot.append("-# " + speech.say("discord.result.key", key=key))
    buttons = [
        button(speech.say("discord.button.fair"), "ask_fair", deliberation),
        button(speech.say("discord.button.my_part"), "mine", deliberation),
        button(speech.say("discord.button.log"), "log", deliberation),
    ]
    return framed(
        COLOURS[state.outcome.outcome],
        texts(state, place, speech, acts),
        buttons if state.expired is None else (),
        foot="\n".join(foot),
        whole=None
        if state.expired is not None
        else WholeText(
            texts(state, place, speech, acts, whole=True), deliberation, "result", speech.say("discord.button.whole")
        ),
    )


def texts(
    state: State, place: Place, speech: Speech, acts: Sequence[ModeratorAct], *, whole: bool = False
) -> list[str]:
    """The result's texts above its foot; cut where there is little room, unless the `whole` is wanted."""
    if state.outcome is None:
        return []
    outcome = state.outcome.outcome
    parts = [f"## {speech.say(f'discord.result.title.{outcome}')}\n{_said(state.question, 400, whole)}"]
    if state.outcome.reason:
        parts.append(speech.say("discord.result.reason", reason=_said(state.outcome.reason, 500, whole)))
    if state.poll is not None and state.poll.result is not None:
        parts += _counted(state, state.poll, speech, whole=whole)
    elif state.statement is not None and outcome != "withdrawn":
        words = statement_lines(state, state.statement, whole=whole)
        parts.append(speech.say("discord.result.last_draft") + "\n" + words)
    parts.append(took_part_line(state, speech))
    shares = fairness_counts(state)
    if shares is not None:
        parts.append(speech.say("discord.fairness.shares", **shares))
    if state.follow_up is not None:
        told = "discord.list.done" if state.follow_up.done else "discord.list.not_done"
        because = _said(state.follow_up.because or "", 300, whole)
        parts.append(f"**{speech.say(told, because=because)}**")
    parts.append(_acts(acts, speech, whole=whole))
    if place.consequence:
        parts.append(speech.say("discord.card.consequence", text=quoted(place.consequence, 300)))
    return parts


def _said(text: str, limit: int, whole: bool) -> str:
    return quoted(text, None if whole else limit)


def tally_lines(tally: tuple[int, ...], speech: Speech) -> str:
    """A bar, a number and words for each grade from 7 down to 1: the numbers are the chart's text as well."""
    most = max(1, *tally)
    lines = [
        f"{grade} {'█' * round(BAR * tally[grade - 1] / most) or '·'} {tally[grade - 1]} {speech.say(f'grade.{grade}')}"
        for grade in range(HIGHEST_GRADE, LOWEST_GRADE - 1, -1)
    ]
    return "```\n" + "\n".join(lines) + "\n```"


def _counted(state: State, poll: Poll, speech: Speech, *, whole: bool) -> list[str]:
    assert poll.result is not None
    closed, told = poll.result, counted_statement(poll)
    grades = withheld_line(state, speech) if closed.withheld else tally_lines(closed.tally[told], speech)
    parts = [_wording(state, told, speech, whole=whole), grades + "\n" + agree_line(state, closed.tally[told], speech)]
    if not closed.quorum_met:
        parts.append(speech.say("discord.result.no_quorum", quorum=state.settings.quorum.ballots))
    if closed.choice == KEEP_THINGS:
        parts.append(speech.say("result.keep_things"))
    if closed.tie_broken_by is not None:
        parts.append(tie_line(closed.tie_broken_by, speech))
    parts.append(_letters(state, poll))
    parts.append(_dissent(state, poll, speech, whole=whole))
    parts.append(_groups(state, speech, whole=whole))
    parts.append(_changes(state, told, speech, whole=whole))
    return parts


def _wording(state: State, told: str, speech: Speech, *, whole: bool) -> str:
    """The words that were counted. An adopted wording stays as the group's, also where its sources are gone."""
    if not state.is_shown(told):
        return speech.say("discord.result.hidden")
    return statement_lines(state, told, whole=whole) or f"> {_said(statement_text(state, told), 900, whole)}"


def _letters(state: State, poll: Poll) -> str:
    """Which statement each letter of the charts stands for, where there were several and their grades are told."""
    options = [option for option in poll.options if option != KEEP_THINGS]
    if poll.result is None or poll.result.withheld or len(options) < 2:
        return ""
    shown = [(letter_of(state, option), statement_text(state, option)) for option in options]
    return "\n".join(f"-# **{letter}** {quoted(words, OPTION)}" for letter, words in shown if words)


def _dissent(state: State, poll: Poll, speech: Speech, *, whole: bool) -> str:
    logged = poll.dissent
    if logged is None or logged.count == 0:
        return speech.say("result.no_dissent")
    reasons = state.published_reasons
    lines = [*_minority(state, speech), f"**{speech.say('result.dissent', count=logged.count)}**"]
    lines += [f"- {_said(reason, REASON, whole)}" for reason in (reasons if whole else reasons[:REASONS])]
    if len(reasons) > REASONS and not whole:
        lines.append("- …")
    if logged.count > len(reasons):
        lines.append("- " + speech.say("result.dissent_private", count=logged.count - len(reasons)))
    return "\n".join(lines)


def _minority(state: State, speech: Speech) -> list[str]:
    """What those against say together, once they approved of it; until then, that they are asked first."""
    view, words = state.minority, shown_minority(state)
    if view is not None and words is not None:
        return [f"**{minority_label(state, speech)}**", f"> {quoted(words, LIMITS['minority'])}"]
    return ["-# " + speech.say("discord.result.minority_asked")] if awaits_answers(state) else []


def _groups(state: State, speech: Speech, *, whole: bool) -> str:
    views = group_views(state)
    if not views:
        return ""
    lines = [f"**{speech.say('discord.result.groups')}**"]
    for view in views:
        words = _said(statement_text(state, view.candidate), 250, whole)
        lines.append("- " + speech.say("discord.result.group", count=view.members, text=words))
    return "\n".join(lines)


def _changes(state: State, told: str, speech: Speech, *, whole: bool) -> str:
    """What the wording that was counted has that the first draft had not, and what it lost."""
    drafts = drafts_in_order(state)
    if not drafts or not drafts[0].order or drafts[0].order[0] == told:
        return ""
    before, after = statement_text(state, drafts[0].order[0]), statement_text(state, told)
    if not before or not after or before == after:
        return ""
    pieces = word_diff(before, after)
    if likeness(pieces) < ALIKE:
        return speech.say("discord.result.first_draft") + f"\n> {_said(before, 900, whole)}"
    mark = {"same": "", "removed": "~~", "added": "**"}
    told_pieces = (
        f"{mark[piece.change]}{_said(piece.text, 300, whole)}{mark[piece.change]}"
        for piece in pieces
        if piece.text.strip()
    )
    changed = " ".join(told_pieces)
    return speech.say("discord.result.changed") + "\n> " + (changed if whole else cut(changed, 900))


def _acts(acts: Sequence[ModeratorAct], speech: Speech, *, whole: bool) -> str:
    """Everything that a moderator did, with its reason, in order."""
    told = [act for act in acts if act.what != "opened"]
    if not told:
        return "-# " + speech.say("discord.result.no_acts")
    lines = ["-# " + speech.say("discord.result.acts", count=len(told))]
    for act in told if whole else told[:MOST_ACTS]:
        reason = f": {_said(act.reason, 150, whole)}" if act.reason else ""
        lines.append(f"-# - {moment(act.at, 'f')} {speech.say(f'discord.act.{act.what}')}{reason}")
    if len(told) > MOST_ACTS and not whole:
        lines.append("-# - …")
    return "\n".join(lines)
