"""Every button, select and modal comes through here, by its `custom_id`.

Nothing depends on what the library remembers, so all of it outlives a restart, and an error has one place to end in.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import discord

from bot.discord import (
    afterwards,
    ballots,
    consent,
    critiques,
    exporting,
    joining,
    minority,
    my_part,
    opening,
    opinions,
    quick_votes,
    reminding,
    reports,
    reviewing,
    sharing,
    whole,
)
from bot.discord.board import link
from bot.discord.custom_ids import NO_DELIBERATION, parse
from bot.discord.errors import RefusalError, already_answered, sentence_for
from bot.discord.office import Office
from bot.discord.visit import Interaction, Visit, answer, speech_of

logger = logging.getLogger("accord.discord")

Handler = Callable[[Visit], Awaitable[None]]


async def agreed(visit: Visit) -> None:
    """Write down that they take part, and go on with what they wanted."""
    await consent.agree(visit)
    then, *rest = visit.rest
    if then == "message":
        await _add_message(visit, int(rest[0]))
    else:
        await HANDLERS[then](Visit(visit.office, visit.interaction, visit.deliberation, visit.speech, tuple(rest)))


async def notice(visit: Visit) -> None:
    """The notice, for a message that is already there."""
    await consent.show_notice(visit, "message", *visit.rest)


async def _add_message(visit: Visit, message: int) -> None:
    home = await visit.office.board.home(visit.deliberation)
    if home is None:
        raise RefusalError("no_deliberation_here")
    found = await home.fetch_message(message)
    if not found.content:
        await visit.answer(visit.say("discord.notice.again", link=link(visit.place, message)))
        return
    await opinions.add_message(visit, found)


HANDLERS: Final[Mapping[str, Handler]] = {
    "agree": agreed,
    "notice": notice,
    "share": opinions.share,
    "say": opinions.said,
    "change": opinions.change,
    "changed": opinions.changed,
    "withdraw": opinions.withdraw,
    "point": critiques.ask,
    "criticise": critiques.given,
    "vote": ballots.show,
    "grade": ballots.grade_one,
    "keep": ballots.keep,
    "grades": ballots.grade_all,
    "graded": ballots.graded,
    "reason": ballots.ask_reason,
    "reasoned": ballots.reasoned,
    "rank": ballots.ask_ranking,
    "ranked": ballots.ranked,
    "others": quick_votes.ask,
    "quick": quick_votes.given,
    "minority": minority.show,
    "endorse": minority.approve,
    "object": minority.object_to,
    "reword": minority.ask_words,
    "reworded": minority.reworded,
    "ask_fair": afterwards.ask_fairness,
    "fair": afterwards.fairness,
    "done": afterwards.done,
    "not_done": afterwards.ask_because,
    "because": afterwards.not_done,
    "approve": reviewing.approve,
    "reject": reviewing.ask_reason,
    "rejected": reviewing.rejected,
    "practise": joining.practise,
    "practice_poll": joining.practice_poll,
    "end_practice": joining.end_practice,
    "mine": my_part.show,
    "more": my_part.more,
    "rules": my_part.rules,
    "download": my_part.download,
    "ask_forget": my_part.ask_to_forget,
    "forget": my_part.forget,
    "remind": reminding.ask,
    "sharing": sharing.show,
    "allow": sharing.allow,
    "whole": whole.read,
    "report": reports.ask,
    "reported": reports.reported,
    "opening": opening.preview,
    "start": opening.start,
    "log": exporting.send,
}
"""What is done for each verb of a `custom_id`."""


async def route(office: Office, interaction: Interaction) -> None:
    """Answer a component or a modal; what is not ours, or of a newer program, gets a sentence too."""
    custom_id = str((interaction.data or {}).get("custom_id", ""))
    speech = speech_of(interaction)
    try:
        address = parse(custom_id)
        handler = None if address is None else HANDLERS.get(address.verb)
        if address is None or handler is None:
            raise RefusalError("button_too_old")
        if address.deliberation != NO_DELIBERATION and not await office.knows(address.deliberation):
            raise RefusalError("button_too_old")
        visit = Visit(office, interaction, address.deliberation, speech, address.rest)
        await handler(visit)
        await reports.offer_help(visit)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the person and the log are told
        await tell(interaction, problem, custom_id)


async def tell(interaction: Interaction, problem: BaseException, where: str) -> None:
    """One ephemeral sentence about what went wrong, if the person can still be told."""
    if already_answered(problem):
        logger.info("%s was answered already", where)
        return
    sentence = sentence_for(problem, speech_of(interaction), where)
    if interaction.type is discord.InteractionType.autocomplete:
        return
    try:
        await answer(interaction, sentence)
    except discord.HTTPException as unheard:
        logger.info("the person could not be told (%s): %s", unheard, sentence)
