"""What members say: opinions and critiques."""

from __future__ import annotations

from engine.deliberation import commands as c
from engine.deliberation import events as e
from engine.deliberation.errors import DeliberationError
from engine.deliberation.rules import require_member, require_notice, require_stage, require_time
from engine.deliberation.sealed import Sealed
from engine.deliberation.state import Opinion, State
from engine.deliberation.words import unicode, words


def give_opinion(state: State, command: c.GiveOpinion) -> tuple[e.AnyEvent, ...]:
    """Opinions are welcome until a poll opens, and again while a new round is prepared."""
    require_stage(state, "collecting", "critique")
    require_time(state, command.at)
    require_member(state, command.member)
    require_notice(state, command.member)
    link = None
    if command.link is not None:
        if _said_before(state, command.member, command.link):
            return ()
        link = Sealed[str].seal(
            unicode(command.link, "link"), salt=command.secret("salt:link"), owners=(command.member,)
        )
    return (
        e.OpinionGiven(
            at=command.at,
            request=command.request,
            opinion=command.new_id("o"),
            member=command.member,
            text=_sealed_words(command, command.text, "opinion", command.member),
            link=link,
        ),
    )


def change_opinion(state: State, command: c.ChangeOpinion) -> tuple[e.AnyEvent, ...]:
    """A draft that is being made keeps the old wording, and counts as not holding the new one."""
    require_stage(state, "collecting", "critique")
    require_time(state, command.at)
    opinion = _own_opinion(state, command.opinion, command.member)
    return (
        e.OpinionChanged(
            at=command.at,
            request=command.request,
            opinion=opinion.id,
            member=command.member,
            text=_sealed_words(command, command.text, "opinion", command.member),
        ),
    )


def withdraw_opinion(state: State, command: c.WithdrawOpinion) -> tuple[e.AnyEvent, ...]:
    """Not held to the deadline: words can be taken back until the end. But nobody changes an open poll by it."""
    require_stage(state, "collecting", "critique", "polling")
    opinion = _own_opinion(state, command.opinion, command.member)
    if state.stage == "polling" and _voted_on(state, opinion.id):
        raise DeliberationError("opinion_is_voted_on", opinion=opinion.id)
    return (e.OpinionWithdrawn(at=command.at, request=command.request, opinion=opinion.id, member=command.member),)


def give_critique(state: State, command: c.GiveCritique) -> tuple[e.AnyEvent, ...]:
    """Who gave no opinion may criticise as well."""
    require_stage(state, "critique")
    require_time(state, command.at)
    require_member(state, command.member)
    require_notice(state, command.member)
    return (
        e.CritiqueGiven(
            at=command.at,
            request=command.request,
            critique=command.new_id("c"),
            member=command.member,
            round=state.round,
            text=_sealed_words(command, command.text, "critique", command.member),
        ),
    )


def withdraw_critique(state: State, command: c.WithdrawCritique) -> tuple[e.AnyEvent, ...]:
    """Until the round ends."""
    require_stage(state, "critique")
    require_member(state, command.member)
    critique = state.critiques.get(command.member)
    if critique is None:
        raise DeliberationError("no_critique")
    return (e.CritiqueWithdrawn(at=command.at, request=command.request, critique=critique.id, member=command.member),)


def standing_opinion(state: State, opinion: str) -> Opinion:
    """An opinion that was neither withdrawn nor removed nor erased, or the error that says which it was."""
    stone = state.ended.get(opinion)
    if stone is not None:
        raise DeliberationError("opinion_gone", opinion=opinion, how=stone.how)
    found = state.opinions.get(opinion) or state.parked.get(opinion)
    if found is None:
        raise DeliberationError("unknown_opinion", opinion=opinion)
    return found


def _said_before(state: State, member: str, link: str) -> bool:
    links = (opinion.link for opinion in (*state.opinions.values(), *state.parked.values()) if opinion.member == member)
    return any(found is not None and found.value == link for found in links)


def _own_opinion(state: State, opinion: str, member: str) -> Opinion:
    require_member(state, member)
    found = standing_opinion(state, opinion)
    if found.member != member:
        raise DeliberationError("not_your_opinion", opinion=opinion)
    return found


def _voted_on(state: State, opinion: str) -> bool:
    candidates = (state.candidate(option) for option in state.options)
    return any(candidate is not None and candidate.opinion == opinion for candidate in candidates)


def _sealed_words(command: c.Command, text: str, field: str, owner: str) -> Sealed[str]:
    return Sealed[str].seal(words(text, field), salt=command.secret(f"salt:{field}"), owners=(owner,))
