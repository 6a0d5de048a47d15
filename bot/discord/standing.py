"""How deliberations stand, for moderators: one of them beyond what its card says, and all of a server."""

from __future__ import annotations

from collections.abc import Sequence

from bot.catalogue import Speech
from bot.discord.board import link
from bot.discord.office import Office
from bot.discord.sending import message_of
from bot.discord.visit import Visit
from bot.discord.wording import moment, quoted
from engine.deliberation.events import AnyEvent, CandidatesDrafted, DraftingFailed
from engine.deliberation.oversight import bursts
from engine.deliberation.state import State


async def status_lines(visit: Visit) -> list[str]:
    """Counts, caps, what waits for a moderator, bursts and reports."""
    state, place = visit.state, visit.place
    lines = [
        f"**{quoted(state.question, 300)}**",
        visit.say(f"discord.card.phase.{state.stage}"),
        visit.say(
            "discord.status.counts",
            spoke=len(state.members),
            opinions=len(state.opinions),
            drafts=len(state.drafts),
            waiting=len(state.not_yet_held),
            voted=state.turnout,
        ),
    ]
    if state.stage != "closed":
        lines.append(visit.say("discord.status.until", when=moment(state.until)))
        lines.append(visit.say("discord.status.left", redrafts=state.redrafts_left, extensions=state.extensions_left))
    if state.pending is not None:
        lines.append(visit.say("discord.card.drafting"))
    if place.gone:
        lines.append(visit.say("discord.status.gone"))
    elif (card := message_of(state, "card")) is not None:
        lines.append(link(place, card))
    if state.waiting:
        lines.append(visit.say("discord.review.waiting", count=len(state.waiting)))
    events = await visit.office.deliberations.log.read(visit.deliberation)
    lines += _last_draft(events, visit)
    for burst in bursts(events):
        span = {"since": moment(burst.since, "f"), "until": moment(burst.until, "f")}
        lines.append(visit.say(f"discord.status.burst.{burst.what}", count=burst.count, **span))
    if state.reports:
        lines.append(visit.say("discord.status.reports", count=len(state.reports), hidden=len(state.hidden)))
    return lines


def list_lines(office: Office, guild: int, speech: Speech) -> list[str]:
    """All deliberations of a server, newest first, with what became of them."""
    lines: list[str] = []
    for deliberation in reversed(office.places.in_guild(guild)):
        if deliberation not in office.deliberations:
            continue
        state, place = office.deliberations.state(deliberation), office.places[deliberation]
        how = (
            speech.say(f"outcome.{state.outcome.outcome}") + _followed_up(state, speech)
            if state.outcome is not None
            else f"{speech.say(f'discord.card.phase.{state.stage}')} {moment(state.until)}"
        )
        where = "" if place.gone else f" <#{place.channel}>"
        lines.append(f"- **{quoted(state.question, 100)}** · {how}{where}")
    return lines


def _last_draft(events: Sequence[AnyEvent], visit: Visit) -> list[str]:
    """What is to be known of the last draft: why it failed, or what the models could not do."""
    last = next((event for event in reversed(events) if isinstance(event, CandidatesDrafted | DraftingFailed)), None)
    if isinstance(last, CandidatesDrafted):
        return [visit.say(f"note.{note.code}", **note.parameters) for note in last.notes]
    if last is None:
        return []
    if visit.speech.knows(f"drafting.{last.code}"):
        return [visit.say("discord.status.draft_failed", why=visit.say(f"drafting.{last.code}"))]
    why = visit.speech.error_sentence(last.code, last.parameters)
    return [visit.say("discord.status.draft_failed", why=why)]


def _followed_up(state: State, speech: Speech) -> str:
    """What became of it, where a moderator has said so."""
    if state.follow_up is None:
        return ""
    if state.follow_up.done:
        return f" ({speech.say('discord.list.done')})"
    return f" ({speech.say('discord.list.not_done', because=quoted(state.follow_up.because or '', 150))})"
