"""Voting: one select with words on all seven steps and "keep things as they are"; changeable until the deadline.

Ballots and what they say are shown to their voter only, and no count before the close.
"""

from __future__ import annotations

from typing import Any

from discord import ui

from bot.discord.consent import show_notice, takes_part
from bot.discord.controls import Form, button, chosen, option, row_view, select, values_of
from bot.discord.eligibility import conditions, eligible
from bot.discord.errors import RefusalError
from bot.discord.statements import SENTENCE, statement_lines
from bot.discord.visit import Visit
from bot.discord.wording import CONTENT, cut, is_cut, moment, quoted
from engine.deliberation import commands as c
from engine.deliberation.events import KEEP_THINGS, BallotCast, BallotContent
from engine.deliberation.receipts import receipt
from engine.deliberation.rules import require_voter
from engine.deliberation.settings import HIGHEST_GRADE, LOWEST_GRADE, MIDDLE_GRADE
from engine.deliberation.words import LIMITS
from engine.report import statement_text

KEEP = "keep"
KEEP_GRADE = 3
"""What "keep things as they are" says about each statement: rather disagree, and not strongly against."""
MOST_IN_FORM = 4


async def show(visit: Visit) -> None:
    """The ballot, as it stands for this voter."""
    state = visit.state
    if state.stage != "polling" or state.poll is None:
        raise RefusalError("nothing_to_vote_on")
    if not await takes_part(visit):
        await show_notice(visit, "vote")
        return
    person = await visit.person()
    admitted = await eligible(visit)
    if not admitted and not state.settings.latecomers_vote:
        raise RefusalError("not_admitted", conditions=conditions(visit))
    require_voter(state, person.voter, eligible=admitted)
    statements = _statements(visit)
    poll = state.poll.id
    before = state.ballots.get(person.voter)
    held = None if before is None else before.ballot.value
    lines = [visit.say("discord.ballot.ask", when=moment(state.until))]
    if visit.place.preset == "small":
        lines.insert(0, visit.say("discord.ballot.live_with"))
    if held is not None:
        lines.append(visit.say("discord.ballot.yours", ballot=_spelled(visit, held)))
    if len(statements) == 1:
        lines.append(statement_lines(state, statements[0]))
        choices = select(visit.say("discord.ballot.placeholder"), _steps(visit), "grade", visit.deliberation, poll)
        await _show(visit, lines, choices)
        return
    for number, statement in enumerate(statements, start=1):
        lines.append(f"**{number}.**\n{statement_lines(state, statement)}")
    grading = button(visit.say("discord.button.grade_all"), "grades", visit.deliberation, poll)
    keeping = button(visit.say("discord.ballot.keep_things"), "keep", visit.deliberation, poll)
    await _show(visit, lines, grading, keeping)


async def _show(visit: Visit, lines: list[str], *items: ui.Item[Any]) -> None:
    """Where it does not fit, the card's button for the whole holds every statement too."""
    text = "\n".join(lines)
    controls = row_view(*items)
    if len(text) > CONTENT or any(is_cut(statement_text(visit.state, one), SENTENCE) for one in _statements(visit)):
        controls.add_item(button(visit.say("discord.button.whole"), "whole", visit.deliberation, "card"))
    await visit.answer(cut(text, CONTENT), controls)


async def grade_one(visit: Visit) -> None:
    """The one statement's select."""
    value = str((values_of(visit.interaction).get("values") or [""])[0])
    if value == KEEP:
        await keep(visit)
        return
    await _cast(visit, {statement: int(value) for statement in _statements(visit)}, ())


async def keep(visit: Visit) -> None:
    """None of these: graded below the middle, and ranked behind keeping things."""
    statements = _statements(visit)
    await _cast(visit, dict.fromkeys(statements, KEEP_GRADE), ((KEEP_THINGS,), tuple(statements)))


async def grade_all(visit: Visit) -> None:
    """A form with a select for each statement."""
    form = Form(visit.say("discord.ballot.title"), "graded", visit.deliberation, visit.rest[0])
    for number, statement in enumerate(_statements(visit)[:MOST_IN_FORM], start=1):
        text = statement_text(visit.state, statement)
        form.choice(statement, visit.say("discord.ballot.statement", number=number), _grades(visit), description=text)
    await visit.interaction.response.send_modal(form)


async def graded(visit: Visit) -> None:
    """A submitted form of grades."""
    values = values_of(visit.interaction)
    grades = {statement: int(chosen(values, statement) or MIDDLE_GRADE) for statement in _statements(visit)}
    await _cast(visit, grades, ())


async def ask_reason(visit: Visit) -> None:
    """A box for why, with a tick for publishing it without a name."""
    form = Form(visit.say("discord.reason.title"), "reasoned", visit.deliberation, visit.rest[0])
    form.text("text", visit.say("discord.reason.label"), longest=LIMITS["reason"], long=True)
    form.tick("publish", visit.say("discord.reason.publish"), visit.say("discord.reason.publish_hint"))
    await visit.interaction.response.send_modal(form)


async def reasoned(visit: Visit) -> None:
    """The ballot again, with its reason."""
    ballot = await _own_ballot(visit)
    values = values_of(visit.interaction)
    await _cast(
        visit,
        ballot.grades,
        ballot.ranking,
        reason=str(values.get("text") or ""),
        publish=bool(values.get("publish")),
    )


async def ask_ranking(visit: Visit) -> None:
    """A form that asks for the first choice, the second, ..."""
    form = Form(visit.say("discord.ranking.title"), "ranked", visit.deliberation, visit.rest[0])
    options = [*_statements(visit)[:MOST_IN_FORM], KEEP_THINGS]
    for place in range(1, len(options) + 1):
        form.choice(str(place), visit.say("discord.ranking.place", place=place), _options(visit, options))
    await visit.interaction.response.send_modal(form)


async def ranked(visit: Visit) -> None:
    """The ballot again, with a ranking of all options."""
    ballot = await _own_ballot(visit)
    values = values_of(visit.interaction)
    places = sorted((name for name in values if name.isdigit()), key=int)
    ranking = tuple((found,) for found in (chosen(values, name) for name in places) if found is not None)
    await _cast(visit, ballot.grades, ranking)


async def _cast(
    visit: Visit,
    grades: dict[str, int],
    ranking: tuple[tuple[str, ...], ...],
    *,
    reason: str | None = None,
    publish: bool = False,
) -> None:
    """Vote, and answer with the receipt. A reason that was given before stays unless a new one comes."""
    visit.office.limit.spend(visit.user.id)
    person = await visit.person()
    before = visit.state.ballots.get(person.voter)
    if reason is None and before is not None and before.reason is not None and before.reason.value is not None:
        reason, publish = before.reason.value.text, before.reason.value.publish
    events = await visit.do(
        c.CastBallot,
        poll=visit.rest[0],
        voter=person.voter,
        grades=grades,
        ranking=ranking,
        reason=reason,
        publish=publish,
        eligible=await eligible(visit),
        member=person.member,
    )
    cast = next((event for event in events if isinstance(event, BallotCast)), None)
    cast = cast or visit.state.ballots.get(person.voter)
    assert cast is not None
    assert cast.ballot.value is not None
    held = receipt(cast)
    lines = [
        visit.say("discord.ballot.cast", ballot=_spelled(visit, cast.ballot.value), when=moment(visit.state.until)),
        visit.say("discord.ballot.receipt", receipt=f"{held.tag}:{held.salt}"),
    ]
    if reason:
        shown = visit.say("discord.ballot.reason_public" if publish else "discord.ballot.reason_private")
        lines.append(f"{shown} {quoted(reason, 300)}")
    controls = [
        button(visit.say("discord.button.change_vote"), "vote", visit.deliberation),
        button(visit.say("discord.button.reason"), "reason", visit.deliberation, visit.rest[0]),
    ]
    if len(_statements(visit)) > 1:
        controls.append(button(visit.say("discord.button.rank"), "rank", visit.deliberation, visit.rest[0]))
    controls.append(button(visit.say("discord.button.remind_me"), "remind", visit.deliberation))
    await visit.answer(cut("\n".join(lines), CONTENT), row_view(*controls), replace=True)


async def _own_ballot(visit: Visit) -> BallotContent:
    person = await visit.person()
    before = visit.state.ballots.get(person.voter)
    if before is None or before.ballot.value is None:
        raise RefusalError("button_too_old")
    return before.ballot.value


def _statements(visit: Visit) -> list[str]:
    return [found for found in visit.state.options if found != KEEP_THINGS]


def _grades(visit: Visit) -> list[Any]:
    steps = range(HIGHEST_GRADE, LOWEST_GRADE - 1, -1)
    return [option(f"{grade} · {visit.say(f'grade.{grade}')}", str(grade)) for grade in steps]


def _steps(visit: Visit) -> list[Any]:
    keeping = option(visit.say("discord.ballot.keep_things"), KEEP, visit.say("discord.ballot.keep_counts"))
    return [*_grades(visit), keeping]


def _options(visit: Visit, options: list[str]) -> list[Any]:
    found = [
        option(f"{number}. {statement_text(visit.state, statement)}", statement)
        for number, statement in enumerate(options, start=1)
        if statement != KEEP_THINGS
    ]
    return [*found, option(visit.say("discord.ballot.keep_things"), KEEP_THINGS)]


def spelled_ballot(visit: Visit, ballot: BallotContent) -> str:
    """A ballot in words, for its voter."""
    return _spelled(visit, ballot)


def _spelled(visit: Visit, ballot: BallotContent) -> str:
    if ballot.ranking and ballot.ranking[0] == (KEEP_THINGS,) and set(ballot.grades.values()) == {KEEP_GRADE}:
        return visit.say("discord.ballot.keep_things")
    grades = [f"{grade} ({visit.say(f'grade.{grade}')})" for grade in ballot.grades.values()]
    return ", ".join(grades)
