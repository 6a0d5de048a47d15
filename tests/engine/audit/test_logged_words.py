"""A2 from deliberations: what a member wrote and voted besides is what a model's answers are held against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.audit.figure import TOO_FEW, Audit
from engine.audit.logged_words import audit_spoken, spoken
from engine.audit.paraphrases import AskTemplate
from engine.deliberation import commands as c
from engine.deliberation.events import AnyEvent
from tests.engine.deliberation.world import World

SUBJECTS = ("bins", "trees", "buses", "dogs", "schools", "lamps", "noise", "rents")


def deliberation(members: int, *, reacted: bool = False) -> tuple[World, dict[str, str]]:
    """Each member speaks of a subject of their own, twice; with `reacted` everybody reacts to all first opinions."""
    world = World(ballots_shown_from=3)
    ids = [world.say(f"m{at}", f"We should care for {SUBJECTS[at]}.") for at in range(members)]
    for at in range(members):
        world.say(f"m{at}", f"As I said: {SUBJECTS[at]} come first.")
    voters = {f"m{at}": f"v{at}" for at in range(members)}
    if reacted:
        for at in range(members):
            for other, opinion in enumerate(ids):
                if other != at:
                    world.do(c.CastQuickVote, member=f"m{at}", voter=f"v{at}", statement=opinion, vote=-1)
    return world, voters


class Reader:
    """Answers as a reader who follows words (agrees with what is on the same subject), or as one who does not."""

    def __init__(self, *, follows: bool) -> None:
        self.follows = follows

    def __call__(
        self, template: AskTemplate, statements: Sequence[str], opinions: Sequence[str | None]
    ) -> NDArray[np.float64]:
        found = np.full((len(opinions), len(statements), 2, 4), [0.33, 0.33, 0.33, 0.01])
        for row, opinion in enumerate(opinions):
            for column, statement in enumerate(statements):
                subject = next(one for one in SUBJECTS if one in statement)
                if self.follows and opinion is not None:
                    agrees = subject in opinion
                    found[row, column] = [0.1, 0.1, 0.79, 0.01] if agrees else [0.79, 0.1, 0.1, 0.01]
        return found


def audit(logs: dict[str, list[AnyEvent]], voters: dict[str, dict[str, str]], *, follows: bool) -> Audit:
    return audit_spoken(logs, voters, Reader(follows=follows), seed=1, draws=100)


def test_in_an_exported_log_members_stand_by_what_they_wrote_besides() -> None:
    world, _ = deliberation(6)
    people = spoken(world.events, {})
    assert people is not None
    assert people.opinions["m2"] == ("We should care for trees.",) or people.opinions["m2"] == (
        "We should care for buses.",
    )
    assert people.votes.shape == (6, 6)
    assert np.array_equal(np.isfinite(people.votes), np.eye(6, dtype=bool))
    assert np.nansum(people.votes) == 6


def test_a_deployment_that_knows_who_votes_as_whom_adds_reactions() -> None:
    world, voters = deliberation(6, reacted=True)
    people = spoken(world.events, voters)
    assert people is not None
    assert people.votes.shape == (6, 12)
    assert (np.isfinite(people.votes).sum(axis=1) == 6).all()
    assert np.nansum(people.votes) == 6
    below = World(ballots_shown_from=9)
    below.events = [
        event.model_copy(update={"settings": below.state.settings}) if event.kind == "opened" else event
        for event in world.events
    ]
    few = spoken(below.events, voters)
    assert few is not None
    assert few.votes.shape == (6, 6), "below k nobody's reactions are looked at"


def test_words_that_were_taken_back_are_not_held_against_anybody() -> None:
    world, _ = deliberation(3)
    opinion = world.state.live_opinions[-1]
    world.do(c.WithdrawOpinion, opinion=opinion.id, member=opinion.member)
    people = spoken(world.events, {})
    assert people is not None
    assert people.members == ("m0", "m1")


def test_a_critique_counts_as_a_members_later_words() -> None:
    world = World()
    for at in range(3):
        world.say(f"m{at}", f"We should care for {SUBJECTS[at]}.")
    world.draft()
    world.do(c.OpenCritique, moderator="mod")
    for at in range(2):
        world.do(c.GiveCritique, member=f"m{at}", text=f"The draft forgets the {SUBJECTS[at]}.")
    people = spoken(world.events, {})
    assert people is not None
    assert people.members == ("m0", "m1")
    assert [one.text for one in people.statements] == ["The draft forgets the bins.", "The draft forgets the trees."]


@pytest.mark.parametrize(("follows", "verdict"), [(True, "follows"), (False, "ignores")])
@pytest.mark.parametrize("reacted", [False, True])
def test_a_model_that_does_not_hear_members_is_caught_in_logs(follows: bool, verdict: str, reacted: bool) -> None:
    made = {f"d{at}": deliberation(8, reacted=reacted) for at in range(3)}
    logs = {name: world.events for name, (world, _) in made.items()}
    found = audit(logs, {name: voters for name, (_, voters) in made.items()}, follows=follows)
    assert found.figures[0].members == 24
    assert found.verdict == verdict


def test_below_twelve_members_nothing_is_told() -> None:
    world, voters = deliberation(8, reacted=True)
    assert audit({"d": world.events}, {"d": voters}, follows=True).verdict == TOO_FEW
    assert audit({}, {}, follows=True).verdict == TOO_FEW
