"""What the audits take from deliberations' events, and what one group is told."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audit.deliberations import (
    audit_deliberations,
    audit_reactions,
    drafted_sentences,
    poll_figures,
    reactions_of,
)
from engine.audit.figure import TOO_FEW
from engine.audit.group import AFTER_CLOSE, audit_group
from engine.audit.held_out import held_out
from engine.audit.votes import Effort
from engine.deliberation import commands as c
from engine.deliberation.drafts import DraftedCandidate
from engine.deliberation.events import AnyEvent, Source
from engine.deliberation.rounds import draft_job
from engine.reward.interface import MemberWords, Prediction
from engine.reward.voting_model import VotingModel
from tests.engine.deliberation.world import World, drafted
from tests.engine.models.loaded import BagOfWords
from tests.engine.reward.test_voting_model import WEIGHTS

QUICK = Effort(bootstrap=20, permutations=49, corruptions=20, halves=5, votes=5)


class Remembering:
    """A reward model that gives back the votes that it was shown, and .5 for the others."""

    def predict(self, members: dict[str, MemberWords], statements: list[str]) -> Prediction:
        mean = np.full((len(members), len(statements)), 0.5)
        for row, words in enumerate(members.values()):
            for vote in words.votes:
                mean[row, statements.index(vote.statement)] = (vote.vote + 1) / 2
        return Prediction(mean, np.zeros_like(mean))


def poll(*, voters: int, grade: int, predicted: float = 0.9, members: int = 6) -> World:
    """A deliberation with one statement on the ballot that everybody gives one grade."""
    world = World(rounds=1)
    for number in range(members):
        world.say(f"m{number}", f"The bins should stand behind house number {number}.")
    world.draft(agreement=[predicted])
    world.open_poll()
    options = len(world.statements())
    for number in range(voters):
        world.vote(f"v{number}", *[grade] * options)
    world.close_poll()
    return world


def reacted(world: World, voters: int, statements: int, seed: int = 0) -> None:
    """People of two kinds react to what `statements` members said."""
    noise = np.random.default_rng(seed)
    kinds = noise.choice([-1, 1], size=(2, statements))
    ids = [world.say(f"m{at}", f"Statement number {at} of the test.") for at in range(statements)]
    for voter in range(voters):
        for at, opinion in enumerate(ids):
            vote = int(kinds[voter % 2, at] if noise.random() < 0.9 else 0)
            world.do(c.CastQuickVote, member="m0" if at else "m1", voter=f"v{voter}", statement=opinion, vote=vote)


def test_no_vote_is_predicted_by_somebody_who_saw_it() -> None:
    noise = np.random.default_rng(3)
    votes = noise.choice([0.0, 0.5, 1.0, np.nan], size=(12, 9))
    found = held_out(votes, [f"s{at}" for at in range(9)], Remembering(), seed=1)  # type: ignore[arg-type]
    assert np.array_equal(np.isfinite(found), np.isfinite(votes))
    assert (found[np.isfinite(votes)] == 0.5).all()


def test_reactions_are_a_matrix_of_voters_and_statements() -> None:
    world = World(ballots_shown_from=3)
    reacted(world, 4, 5)
    found = reactions_of(world.state)
    assert found is not None
    assert found.votes.shape == (4, 5)
    assert set(np.unique(found.votes)) <= {0.0, 0.5, 1.0}


def test_below_k_voters_there_are_no_reactions() -> None:
    world = World(ballots_shown_from=5)
    reacted(world, 4, 5)
    assert reactions_of(world.state) is None
    assert audit_reactions({"one": world.events}, Remembering(), seed=1) is None  # type: ignore[arg-type]


def test_reactions_of_several_deliberations_are_audited_together_and_apart() -> None:
    logs: dict[str, list[AnyEvent]] = {}
    for number in range(2):
        world = World(ballots_shown_from=3)
        reacted(world, 14, 14, seed=number)
        logs[f"d{number}"] = world.events
    found = audit_reactions(logs, VotingModel(BagOfWords(), WEIGHTS), seed=1, effort=QUICK)
    assert found is not None
    structure = found.figures[0]
    assert (structure.members, structure.statements) == (28, 28)
    assert structure.p is not None
    assert structure.p <= 0.05


def test_drafts_are_what_the_drafter_wrote_and_the_checks_let_pass() -> None:
    world = World()
    opinion = world.say("ada", "The bins should stand behind the house, out of sight.")
    world.do(c.StartDraft, seed=7, moderator="mod")
    job = draft_job(world.state)
    result = drafted(job, drafts=1)
    written = DraftedCandidate(id="draft0", origin="drafted", text="Bins belong behind the house. Yes.", seed=0)
    result = result.model_copy(update={"candidates": (written, *result.candidates[1:])})
    world.do(c.RecordDraft, result=result)
    found = drafted_sentences("one", world.events)
    assert found.sentences == ("Bins belong behind the house.",)
    assert found.said == ("The bins should stand behind the house, out of sight.",)
    world.do(c.WithdrawOpinion, opinion=opinion, member="ada")
    assert drafted_sentences("one", world.events).said == ()


def test_polls_are_told_only_from_k_ballots_on_and_three_statements() -> None:
    few, points = poll_figures({"one": poll(voters=4, grade=7).events}, seed=1)
    assert few[0].verdict == TOO_FEW
    assert points.shape == (0, 3)
    logs = {
        f"d{at}": poll(voters=8, grade=7 if at % 2 else 1, predicted=0.9 if at % 2 else 0.1).events for at in range(8)
    }
    (near,), points = poll_figures(logs, seed=1)
    assert len(points) >= 8
    assert near.verdict == "ballots_near"
    assert near.value == pytest.approx(float(np.abs(points[:, 0] - points[:, 1]).mean()), abs=0.02)
    wrong = {
        f"d{at}": poll(voters=8, grade=1 if at % 2 else 7, predicted=0.9 if at % 2 else 0.1).events for at in range(8)
    }
    assert poll_figures(wrong, seed=1)[0][0].verdict == "ballots_unrelated"


def test_an_exported_log_without_reactions_still_has_its_polls() -> None:
    logs = {f"d{at}": poll(voters=8, grade=7).events for at in range(3)}
    tropes, votes = audit_deliberations(logs, BagOfWords(), seed=1, effort=QUICK)
    assert (tropes.name, tropes.verdict) == ("A5", TOO_FEW)
    assert (votes.name, votes.figures[0].name) == ("A6", "ballots_apart")
    assert votes.data["calibration"]


def test_a_group_is_told_of_predictions_and_minorities_only_after_the_close() -> None:
    world = World()
    for number in range(6):
        world.say(f"m{number}", f"The bins should stand behind house number {number}.")
    world.draft()
    assert [figure.verdict for figure in audit_group(world.events, seed=1).figures[1:]] == [AFTER_CLOSE] * 2
    world.open_poll()
    before = audit_group(world.events, seed=1)
    for number in range(6):
        world.vote(f"v{number}", *[7] * len(world.statements()))
    assert audit_group(world.events, seed=1) == before, "ballots show in nothing before the close"
    world.close_poll()
    assert audit_group(world.events, seed=1).figures[2].value is not None


@pytest.mark.parametrize(
    ("grade", "predicted", "verdict"), [(1, 0.9, "predicted_high"), (7, 0.2, "predicted_low"), (7, 1.0, "ballots_near")]
)
def test_a_group_reads_how_far_predictions_were_from_the_ballots(grade: int, predicted: float, verdict: str) -> None:
    found = audit_group(poll(voters=8, grade=grade, predicted=predicted).events, seed=1)
    assert found.figures[2].verdict == verdict


def test_a_group_below_k_is_told_nothing() -> None:
    found = audit_group(poll(voters=3, grade=7, members=3).events, seed=1)
    assert [figure.value for figure in found.figures] == [None, None, None]


def test_a_group_reads_whose_words_the_statement_rests_on() -> None:
    world = World()
    ids = [world.say(f"m{number}", f"The bins should stand behind house number {number}.") for number in range(6)]
    world.do(c.StartDraft, seed=7, moderator="mod")
    result = drafted(draft_job(world.state), drafts=1)
    sources = tuple(Source(candidate="draft0", sentence=0, opinion=opinion, similarity=0.8) for opinion in ids[:4])
    first, *others = result.candidates
    two = first.model_copy(update={"text": "Bins stand behind the houses. Nobody said this.", "sources": sources})
    world.do(c.RecordDraft, result=result.model_copy(update={"candidates": (two, *others)}))
    words = audit_group(world.events, seed=1).figures[0]
    assert (words.value, words.members, words.statements) == (pytest.approx(4 / 6), 6, 2)
    assert (words.verdict, words.about) == ("words_bare", "1")
