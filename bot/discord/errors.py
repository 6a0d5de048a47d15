"""What can go wrong in Discord, beside what the deliberation itself refuses.

EngineError
└── RefusalError     the bot cannot do this here, now or for this person; its sentence says what to do
"""

from __future__ import annotations

import logging
import secrets

import discord

from bot.catalogue import Speech
from engine.deliberation.errors import EngineError

logger = logging.getLogger("accord.discord")

MISSING_ACCESS, UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, ARCHIVED, ALREADY_ANSWERED = 50001, 10003, 10008, 50083, 40060
UNKNOWN_INTERACTION = 10062


class RefusalError(EngineError):
    """The bot cannot do this here, now or for this person."""


CODES: dict[str, tuple[str, ...]] = {
    "no_deliberation_here": (),
    "several_here": (),
    "not_moderator": ("permission",),
    "only_in_servers": (),
    "cannot_write_here": ("missing",),
    "duration_wrong": ("given",),
    "preview_gone": (),
    "already_running_here": (),
    "nameless_no_messages": (),
    "nameless_no_names": (),
    "format_names_nobody": (),
    "export_too_large": ("megabytes", "most"),
    "other_authors_message": (),
    "message_without_words": (),
    "too_fast": ("seconds",),
    "not_yet_closed": (),
    "nothing_to_vote_on": (),
    "nothing_to_report": (),
    "nothing_said": (),
    "not_admitted": ("conditions",),
    "no_draft_yet": (),
    "button_too_old": (),
}
"""Every code and the names of its parameters."""


def sentence_for(problem: BaseException, speech: Speech, where: str) -> str:
    """One sentence for the person. What nobody foresaw goes into the operator's log under an id that it names."""
    if isinstance(problem, EngineError):
        return speech.error_sentence(problem.code, problem.parameters)
    incident = secrets.token_hex(4)
    logger.error("incident %s in %s", incident, where, exc_info=problem)
    if isinstance(problem, discord.Forbidden):
        return speech.say("discord.incident.forbidden", incident=incident)
    if isinstance(problem, discord.HTTPException):
        return speech.say("discord.incident.http", incident=incident, code=problem.code)
    return speech.say("discord.incident.bug", incident=incident)


def already_answered(problem: BaseException) -> bool:
    """Whether somebody else (a second bot on the same token) answered first, or the time for it is over."""
    return isinstance(problem, discord.InteractionResponded) or (
        isinstance(problem, discord.HTTPException) and problem.code in (ALREADY_ANSWERED, UNKNOWN_INTERACTION)
    )
