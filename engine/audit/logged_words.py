"""A2 on deliberations: after a member's first words, is a model closer to what the same member voted and wrote later?

Handles for speaking and voting meet in no log. A deployment knows who votes as whom, as it does for a drafting job, and
tells only figures over all of at least `LEAST_MEMBERS` people. Without it, and in an exported log, what is left is what
a member wrote beside their first opinion: they stand by it, others' words should not lead there as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.audit.asking import Answerer
from engine.audit.deliberations import text_of_statement
from engine.audit.figure import Audit, Figure
from engine.audit.model import MOST_ASKED_OF, ask_steered, with_opinions
from engine.audit.people import People
from engine.audit.resampling import DRAWS
from engine.audit.statements import AuditStatement
from engine.audit.steerability import Crossed, crossed, steerable, together
from engine.deliberation.events import AnyEvent, CritiqueGiven, CritiqueWithdrawn, PointAnswered
from engine.deliberation.evolve import fold
from engine.deliberation.quick_votes import reactions
from engine.deliberation.state import State

Voters = Mapping[str, str]
"""Members' handles for voting by those for speaking; empty where nobody can tell."""
NEEDS_MODEL = "needs_model"
LEAST_ANSWERS = 1
"""Other votes of a member: few give more in one deliberation, and many deliberations are looked at together."""


def not_asked() -> Audit:
    """A2 where no model was named: it is the model that is asked."""
    return Audit(name="A2", verdict=NEEDS_MODEL, figures=(Figure(name="specificity", value=None, verdict=NEEDS_MODEL),))


def spoken(events: Sequence[AnyEvent], voters: Voters) -> People | None:
    """Who said something, and how they stand to other statements; None where fewer than two people can be looked at.

    A member's words are their first opinion. Statements are what they reacted to (below k voters nothing) and what
    they wrote besides, to which they agree.
    """
    state = fold(events)
    first: dict[str, str] = {}
    stands: dict[str, dict[str, float]] = {}
    for opinion in state.live_opinions:
        text = opinion.text.value
        if text is None or not state.is_shown(opinion.id):
            continue
        if opinion.member in first:
            stands.setdefault(opinion.member, {})[text] = 1.0
        else:
            first[opinion.member] = text
    for member, text in _critiques(events, state):
        stands.setdefault(member, {})[text] = 1.0
    cast = {member: reactions(state, voters[member]) for member in first if member in voters}
    if sum(map(bool, cast.values())) >= state.settings.ballots_shown_from:
        for member, votes in cast.items():
            for statement, vote in votes.items():
                text = text_of_statement(state, statement)
                if text is not None and text != first[member]:
                    stands.setdefault(member, {}).setdefault(text, (vote + 1) / 2)
    members = [member for member in first if stands.get(member)]
    if len(members) < 2:
        return None
    texts = list(dict.fromkeys(text for member in members for text in stands[member]))
    votes = np.full((len(members), len(texts)), np.nan)
    for row, member in enumerate(members):
        for text, vote in stands[member].items():
            votes[row, texts.index(text)] = vote
    return People(
        members=tuple(members),
        statements=tuple(AuditStatement(id=str(at), text=text) for at, text in enumerate(texts)),
        votes=votes,
        groups=(),
        labels=np.full(len(members), -1, dtype=np.int64),
        opinions={member: (first[member],) for member in members},
    )


def _critiques(events: Sequence[AnyEvent], state: State) -> list[tuple[str, str]]:
    """Members and what they wrote about drafts, as far as it was neither taken back nor hidden."""
    gone = {event.critique for event in events if isinstance(event, CritiqueWithdrawn)}
    found: list[tuple[str, str]] = []
    for event in events:
        if isinstance(event, CritiqueGiven):
            text = event.text.value
        elif isinstance(event, PointAnswered) and event.why is not None:
            text = event.why.value
        else:
            continue
        shown = event.critique is not None and event.critique not in gone and state.is_shown(event.critique)
        if text is not None and shown:
            found.append((event.member, text))
    return found


def audit_spoken(
    deliberations: Mapping[str, Sequence[AnyEvent]],
    voters: Mapping[str, Voters],
    answerer: Answerer,
    *,
    seed: int,
    draws: int = DRAWS,
) -> Audit:
    """A2 over deliberations, those with most people first, until `MOST_ASKED_OF` were asked about."""
    found = [spoken(events, voters.get(name, {})) for name, events in deliberations.items()]
    crowds = [with_opinions(people, seed, LEAST_ANSWERS) for people in found if people is not None]
    crowds = sorted((people for people in crowds if len(people.members) > 1), key=lambda one: -len(one.members))
    asked = 0
    parts: list[Crossed] = []
    for people in crowds:
        if asked < MOST_ASKED_OF:
            parts.append(crossed(people, ask_steered(people, answerer), LEAST_ANSWERS))
            asked += len(people.members)
    return steerable(together(parts), seed=seed, draws=draws)
