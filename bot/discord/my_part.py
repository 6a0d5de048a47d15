"""My part: all that is stored of a person; changing, withdrawing and downloading it; being forgotten. And "More"."""

from __future__ import annotations

import io
import json
from typing import Any

import discord

from bot.discord.ballots import spelled_ballot
from bot.discord.consent import takes_part
from bot.discord.controls import Style, button, option, row_view, select
from bot.discord.visit import Visit
from bot.discord.wording import CONTENT, cut, quoted
from bot.live.deliberations import Person
from engine.deliberation import commands as c
from engine.deliberation.minority import proposed_to
from engine.deliberation.quick_votes import reactions
from engine.deliberation.state import Opinion, State
from engine.report import sourced_sentences

SHOWN, EACH = 8, 160


async def show(visit: Visit) -> None:
    """What is stored, in short; where something is cut, with a button for all of it."""
    person = await visit.person()
    shown, whole = await lines(visit), await lines(visit, whole=True)
    text = cut("\n".join(shown), CONTENT)
    controls = _controls(visit, person, _opinions_of(visit.state, person))
    if text != "\n".join(whole):
        controls.add_item(button(visit.say("discord.button.whole"), "whole", visit.deliberation, "mine"))
    await visit.answer(text, controls)


async def lines(visit: Visit, *, whole: bool = False) -> list[str]:
    """What is stored of somebody, in words; cut unless the `whole` is wanted."""
    person = await visit.person()
    state, each = visit.state, None if whole else EACH
    opinions = _opinions_of(state, person)
    told = [f"**{visit.say('discord.mine.title')}**"]
    if person.member in state.barred_members:
        told.append(visit.speech.error_sentence("member_removed", {}))
    told += [
        f"- {quoted(opinion.text.value or '', each)}\n  -# {_where(visit, state, opinion)}"
        for opinion in (opinions if whole else opinions[:SHOWN])
    ]
    if len(opinions) > SHOWN and not whole:
        told.append(visit.say("discord.mine.more", count=len(opinions) - SHOWN))
    told += [
        visit.say("discord.mine.ended", how=visit.say(f"named.{stone.how}"), reason=quoted(stone.reason, each))
        for stone in state.ended.values()
        if stone.member == person.member and stone.reason is not None
    ]
    critique = state.critiques.get(person.member)
    if critique is not None:
        told.append(visit.say("discord.mine.critique", text=quoted(critique.text.value or "", each)))
    ballot = state.ballots.get(person.voter)
    if ballot is not None and ballot.ballot.value is not None:
        told.append(visit.say("discord.mine.ballot", ballot=spelled_ballot(visit, ballot.ballot.value)))
    view = proposed_to(state, person.voter)
    if view is not None:
        told.append(visit.say("discord.minority.stands_yours" if view.settled else "discord.minority.yours"))
    if len(told) == 1:
        told.append(visit.say("discord.mine.nothing"))
    told.append("-# " + visit.say("discord.mine.kept", days=visit.office.settings.retention_days))
    return told


def _opinions_of(state: State, person: Person) -> list[Opinion]:
    """Those that count, and those that are hidden or wait."""
    return [opinion for opinion in state.standing_opinions if opinion.member == person.member]


async def more(visit: Visit) -> None:
    """Everything that is not the one primary button."""
    state, name = visit.state, visit.deliberation
    buttons = [button(visit.say("discord.button.my_part"), "mine", name)]
    if state.stage in ("collecting", "critique"):
        buttons.append(button(visit.say("discord.button.share"), "share", name))
        buttons.append(button(visit.say("discord.button.others"), "others", name))
    if state.draft is not None and state.stage == "collecting":
        buttons.append(button(visit.say("discord.button.point"), "point", name))
    buttons.append(button(visit.say("discord.button.rules"), "rules", name))
    buttons.append(button(visit.say("discord.button.report"), "report", name))
    buttons.append(button(visit.say("discord.button.remind_me"), "remind", name))
    await visit.answer(visit.say("discord.more.title"), row_view(*buttons))


async def rules(visit: Visit) -> None:
    """The rules that this deliberation was opened with, in sentences."""
    settings = visit.state.settings
    lines = [
        visit.say("discord.rules.shortlist", rule=visit.say(f"rule.{settings.rule.partition(':')[0]}")),
        visit.say("discord.rules.rounds", count=settings.rounds),
        visit.say(
            "discord.rules.decide",
            quorum=settings.quorum.ballots,
            share=f"{settings.adoption.agree_share:.0%}",
            against=f"{settings.adoption.strongly_against_share:.0%}",
        ),
        visit.say("discord.notice.nameless" if settings.nameless else "discord.notice.named"),
        visit.say("discord.rules.secret"),
        visit.say("discord.rules.late" if settings.latecomers_vote else "discord.rules.no_late"),
    ]
    await visit.answer("\n".join(f"- {line}" for line in lines))


async def download(visit: Visit) -> None:
    """All of it as a JSON file."""
    body = json.dumps(await stored(visit), ensure_ascii=False, indent=2).encode()
    file = discord.File(io.BytesIO(body), filename="my-part.json", description=visit.say("discord.mine.file"))
    await visit.answer(visit.say("discord.mine.file"), files=[file])


async def stored(visit: Visit) -> dict[str, Any]:
    """Everything that is stored of this person in this deliberation."""
    person, state = await visit.person(), visit.state
    ballot = state.ballots.get(person.voter)
    critique = state.critiques.get(person.member)
    held = None if ballot is None else ballot.ballot.value
    reason = None if ballot is None or ballot.reason is None else ballot.reason.value
    return {
        "question": state.question,
        "pseudonyms": {"speaking": person.member, "voting": person.voter},
        "taking_part": await takes_part(visit),
        "opinions": [
            {"id": opinion.id, "text": opinion.text.value, "link": opinion.link.value if opinion.link else None}
            for opinion in state.standing_opinions
            if opinion.member == person.member
        ],
        "is_your_point_in_it": {
            draft: answers[person.member].answer.value
            for draft, answers in state.points.items()
            if person.member in answers
        },
        "treated_fairly": state.fairness[person.voter].answer.value if person.voter in state.fairness else None,
        "critique": None if critique is None else critique.text.value,
        "ballot": None if held is None else held.model_dump(mode="json"),
        "reason": None if reason is None or not reason.text else reason.model_dump(mode="json"),
        "minority_view": [
            event.content.value.model_dump(mode="json", exclude={"voter"})
            for event in (state.minority.answers.values() if state.minority is not None else ())
            if event.content.value is not None and event.content.value.voter == person.voter
        ],
        "predictions": [
            {"draft": draft.id, **row.prediction.value.model_dump(mode="json", exclude={"sources"})}
            for draft in state.drafts.values()
            for row in draft.rows
            if row.member == person.member and row.prediction.value is not None
        ]
        if state.stage == "closed"
        else None,
        "reported_texts": [
            event.content.value.text
            for event in state.reports.values()
            if event.content.value is not None and event.content.value.member == person.member
        ],
        "reactions": reactions(state, person.voter),
        "allowed_beside_this": {
            "speaking": list(state.sharing.get(person.member, ())),
            "voting": list(state.sharing.get(person.voter, ())),
        },
        "reminder": await visit.office.notebook.get(f"remind/{visit.deliberation}/{visit.user.id}") is not None,
    }


async def ask_to_forget(visit: Visit) -> None:
    """Say what being forgotten means, and ask once more."""
    sure = button(visit.say("discord.button.forget_sure"), "forget", visit.deliberation, style=Style.danger)
    await visit.answer(visit.say("discord.forget.ask"), row_view(sure), replace=True)


async def forget(visit: Visit) -> None:
    """Delete what is personal of this person, here."""
    person, state = await visit.person(), visit.state
    if known(state, person):
        await visit.do(c.ForgetMember, member=person.member, voter=person.voter)
    about = {"person": visit.user.id, "remind": visit.user.id, "help": person.member}
    await visit.office.notebook.forget(*(f"{kind}/{visit.deliberation}/{who}" for kind, who in about.items()))
    await visit.answer(visit.say("discord.forget.done"), replace=True)


def known(state: State, person: Person) -> bool:
    """Whether anything was ever said or voted under these pseudonyms."""
    return person.member in state.members or person.voter in state.voters


def _controls(visit: Visit, person: Person, opinions: list[Opinion]) -> discord.ui.View:
    name = visit.deliberation
    buttons = [
        button(visit.say("discord.button.download"), "download", name),
        button(visit.say("discord.button.sharing"), "sharing", name),
        button(visit.say("discord.button.forget"), "ask_forget", name, style=Style.danger),
    ]
    minority = proposed_to(visit.state, person.voter)
    if minority is not None:
        label = visit.say("discord.button.read_notice" if minority.settled else "discord.button.minority")
        buttons.insert(0, button(label, "minority", name, style=Style.primary))
    view = row_view(*buttons)
    if opinions and visit.state.stage in ("collecting", "critique"):
        choices = [option(opinion.text.value or "…", opinion.id) for opinion in opinions]
        view.add_item(select(visit.say("discord.mine.change"), choices, "change", name))
        view.add_item(select(visit.say("discord.mine.withdraw"), choices, "withdraw", name))
    return view


def _where(visit: Visit, state: State, opinion: Opinion) -> str:
    """Where in the draft an opinion is: "your point is in sentence 2", not in yet, or left out."""
    statement = state.statement
    if opinion.id in state.waiting:
        return visit.say("discord.mine.waiting")
    if opinion.id in state.hidden:
        return visit.say("discord.mine.hidden")
    if opinion.id in state.not_yet_held or statement is None:
        return visit.say("discord.mine.not_yet")
    numbers = [
        str(number)
        for number, sentence in enumerate(sourced_sentences(state, statement), start=1)
        if opinion.id in sentence.opinions
    ]
    if not numbers:
        return visit.say("discord.mine.left_out")
    return visit.say("discord.mine.in_sentence", numbers=", ".join(numbers))
