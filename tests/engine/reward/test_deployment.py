"""What a deployment learns, and from whom: only where they allow it, and no longer than they are there."""

from __future__ import annotations

import numpy as np
import pytest

from engine.deliberation import commands as c
from engine.reward.deployment import Level, leaning_of, learn
from engine.reward.interface import MemberWords
from engine.reward.voting_model import VotingModel
from engine.reward.weights import Sizes, TextWeights, Weights
from tests.engine.deliberation.world import World
from tests.engine.models.loaded import BagOfWords

SIZES = Sizes()


def voted(voters: int, grade: int, *, allowing: int | None = None) -> World:
    """A deliberation that is over, in which everybody gave every statement the same grade."""
    world = World(rounds=1)
    for member in ("m1", "m2"):
        world.say(member)
    world.draft()
    world.open_poll()
    for number in range(voters):
        world.vote(f"v{number}", *[grade] * len(world.statements()))
    for number in range(voters if allowing is None else allowing):
        world.do(c.SetSharing, handle=f"v{number}", uses=("learning",))
    world.close_poll()
    assert world.state.stage == "closed"
    return world


def test_a_deployment_whose_members_mostly_disagree_starts_lower_and_one_whose_agree_higher() -> None:
    low, high = learn([voted(20, 2).state]), learn([voted(20, 7).state])
    assert low is not None
    assert high is not None
    assert low.level < SIZES.base < high.level
    assert low.variance < SIZES.group_level


def test_what_is_learnt_moves_the_predictions_of_the_next_group_and_its_own_votes_still_count() -> None:
    model = VotingModel(BagOfWords(), Weights(TextWeights(np.zeros(256), np.zeros(256)), SIZES))
    members, statements = {"m1": MemberWords(("Plant a tree.",))}, ["Close the street."]
    low = learn([voted(20, 1).state] * 3)
    before, after = model.predict(members, statements), model.predict(members, statements, low)
    assert after.mean[0, 0] < before.mean[0, 0] - 0.05


def test_nothing_is_learnt_without_consent_nor_from_few_who_give_it() -> None:
    assert learn([]) is None
    assert learn([voted(30, 2, allowing=0).state]) is None
    assert learn([voted(30, 2, allowing=19).state]) is None
    assert learn([voted(30, 2, allowing=20).state]) is not None
    assert learn([voted(30, 2, allowing=4).state] * 10) is None, "four of one deliberation are too few to hide among"


def test_only_the_ballots_of_those_who_allow_it_count() -> None:
    world = voted(40, 2, allowing=0)
    alone = learn([voted(20, 2).state])
    for number in range(20):
        world.do(c.SetSharing, handle=f"v{number}", uses=("learning",))
    assert learn([world.state]) == alone


def test_who_takes_it_back_or_is_forgotten_is_learnt_from_no_longer() -> None:
    world = voted(20, 2)
    assert learn([world.state]) is not None
    world.do(c.SetSharing, handle="v3", uses=())
    assert learn([world.state]) is None
    world.do(c.SetSharing, handle="v3", uses=("learning",))
    assert learn([world.state]) is not None
    world.do(c.ForgetMember, member="m-of-v3", voter="v3")
    assert learn([world.state]) is None


def test_an_expired_deliberation_teaches_nothing_any_more() -> None:
    world = voted(20, 2)
    world.now += 91 * 86_400_000
    world.do(c.Expire)
    assert learn([world.state]) is None


def test_an_open_deliberation_teaches_nothing_yet() -> None:
    world = World()
    world.say("m1")
    world.draft()
    world.open_poll()
    for number in range(20):
        world.vote(f"v{number}", *[2] * len(world.statements()))
        world.do(c.SetSharing, handle=f"v{number}", uses=("learning",))
    assert learn([world.state]) is None


def test_the_more_deliberations_the_more_the_deployments_own_level_counts() -> None:
    levels = [leaning_of([Level(-0.4, 0.05, 20)] * count, SIZES) for count in (1, 3, 30)]
    found = [leaning.level for leaning in levels if leaning is not None]
    assert found == sorted(found, reverse=True)
    assert found[-1] == pytest.approx(-0.4, abs=0.1)
    assert all(leaning is not None and leaning.variance > SIZES.group_level / 2 for leaning in levels)
