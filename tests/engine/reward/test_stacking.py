"""The drafting model's reading of members' words counts only where the group's own votes show that it helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
import pytest

from engine.models.agreement import Asked, LikelihoodReader
from engine.models.errors import CancelledError
from engine.reward.interface import MemberWords, Prediction, StatementVote
from engine.reward.stacking import Evidence, Floats, Stacking, learn_weight, stack
from engine.reward.voting_model import VotingModel
from engine.reward.weights import Sizes, TextWeights, Weights
from tests.engine.models.loaded import BagOfWords, language_model

AGREE: Literal[1] = 1
DISAGREE: Literal[-1] = -1
STATEMENTS = [f"Statement number {n} about the street" for n in range(12)]
CANDIDATES = ["Close the street on Sundays", "Keep the parking spaces"]


def taste(member: str, statement: str) -> bool:
    """Whether a member agrees; nothing in the words or in other votes tells it."""
    return bool(np.random.default_rng([*member.encode(), *statement.encode()]).random() < 0.6)


def group(members: int, votes: int, agrees: Callable[[str, str], bool] = taste) -> dict[str, MemberWords]:
    return {
        name: MemberWords(
            (f"The words of {name}",),
            votes=tuple(
                StatementVote(text, AGREE if agrees(name, text) else DISAGREE)
                for text in np.random.default_rng(at).permutation(STATEMENTS)[:votes].tolist()
            ),
        )
        for at, name in enumerate(f"m{n}" for n in range(members))
    }


class Planted:
    """A reader who knows what the members think, with the probability `knows`; the words are only their name."""

    def __init__(self, knows: float, *, tokens: int = 10, sign: float = 1.0) -> None:
        self.knows, self.tokens, self.sign = knows, tokens, sign
        self.read: list[tuple[str, str]] = []

    def cost(self, asked: Sequence[Asked]) -> int:
        return self.tokens * sum(len(one.statements) for one in asked)

    def log_odds(self, asked: Sequence[Asked], *, cancelled: Callable[[], bool] = lambda: False) -> list[Floats]:
        if cancelled():
            raise CancelledError
        return [np.array([self._guess(one.words[0], text) for text in one.statements]) for one in asked]

    def _guess(self, words: str, statement: str) -> float:
        self.read.append((words, statement))
        random = np.random.default_rng([*statement.encode(), *words.encode(), 5])
        truth = taste(words.rpartition(" ")[2], statement)
        answer = truth if random.random() < self.knows else random.random() < 0.5
        return self.sign * (2.0 if answer else -2.0) + random.normal(0.0, 0.3) - 1.0


def model() -> VotingModel:
    return VotingModel(BagOfWords(), Weights(TextWeights(np.zeros(256), np.zeros(256)), Sizes()))


def stacked(
    members: Mapping[str, MemberWords], reader: Planted | LikelihoodReader, most_tokens: int = 100_000
) -> tuple[Prediction, Stacking]:
    before = model().predict(members, CANDIDATES)
    return before, stack(before, model(), reader, members, CANDIDATES, most_tokens=most_tokens)


def test_a_reader_who_knows_what_members_think_is_switched_on_and_moves_the_predictions_the_right_way() -> None:
    members = group(16, 6)
    before, found = stacked(members, Planted(0.9))
    assert found.helped
    agrees = np.array([[taste(name, text) for text in CANDIDATES] for name in members])
    assert found.prediction.mean[agrees].mean() > before.mean[agrees].mean() + 0.05
    assert found.prediction.mean[~agrees].mean() < before.mean[~agrees].mean() - 0.05
    assert np.all((found.prediction.spread > 0) & (found.prediction.spread <= 0.5))


def test_a_reader_who_guesses_is_switched_off_and_the_predictions_stay_as_they_are() -> None:
    before, found = stacked(group(16, 6), Planted(0.0))
    assert not found.helped
    assert found.prediction is before


def test_readers_who_guess_are_hardly_ever_believed_by_chance() -> None:
    random = np.random.default_rng(0)
    believed = 0
    for _ in range(100):
        chance, member = random.uniform(0.3, 0.95, 48), np.repeat(np.arange(8), 6)
        agreed = (random.random(48) < chance).astype(float)
        believed += learn_weight(Evidence(chance, random.normal(size=48), agreed, member)) is not None
    assert believed <= 4


def test_a_reader_who_reads_people_upside_down_is_no_use() -> None:
    random = np.random.default_rng(1)
    agreed, member = random.integers(0, 2, 120).astype(float), np.repeat(np.arange(20), 6)
    assert learn_weight(Evidence(np.full(120, 0.5), 1.0 - 2.0 * agreed, agreed, member)) is None
    assert learn_weight(Evidence(np.full(120, 0.5), 2.0 * agreed - 1.0, agreed, member)) is not None


@pytest.mark.parametrize(("members", "votes"), [(5, 12), (7, 4), (40, 0)], ids=["few members", "few votes", "none"])
def test_few_votes_show_nothing_so_nothing_is_read(members: int, votes: int) -> None:
    reader = Planted(1.0)
    before, found = stacked(group(members, votes), reader)
    assert found.prediction is before
    assert not reader.read
    assert found.tokens == 0


def test_what_all_the_candidates_would_cost_too_much_for_is_not_begun() -> None:
    reader = Planted(1.0)
    _, found = stacked(group(16, 6), reader, most_tokens=10 * (16 * len(CANDIDATES) + 8 * 5) - 1)
    assert not found.helped
    assert not reader.read


def test_a_bad_reader_costs_no_more_than_the_first_look() -> None:
    reader = Planted(1.0, sign=-1.0)
    _, found = stacked(group(30, 10), reader)
    assert not found.helped
    assert len(reader.read) == 8 * 5
    assert found.tokens == 10 * 8 * 5


def test_nothing_is_read_twice() -> None:
    reader = Planted(1.0)
    _, found = stacked(group(30, 10), reader)
    assert found.helped
    assert len(reader.read) == len(set(reader.read)) == 24 * 5 + 30 * len(CANDIDATES)
    assert found.tokens == 10 * len(reader.read)


def test_a_candidate_that_a_member_voted_on_stays_as_the_vote_made_it() -> None:
    members = group(16, 6)
    members["m0"] = MemberWords(
        members["m0"].opinions, votes=(*members["m0"].votes, StatementVote(CANDIDATES[0].upper(), AGREE))
    )
    before, found = stacked(members, Planted(0.9))
    assert found.helped
    assert found.prediction.mean[0, 0] == before.mean[0, 0]
    assert found.prediction.mean[0, 1] != before.mean[0, 1]


def test_who_only_reacted_is_predicted_from_votes_alone() -> None:
    members = {**group(16, 6), "silent": MemberWords((), votes=(StatementVote(STATEMENTS[0], AGREE),))}
    before, found = stacked(members, Planted(0.9))
    assert found.helped
    assert found.prediction.mean[-1].tolist() == pytest.approx(before.mean[-1].tolist(), abs=1e-12)


def test_whoever_no_longer_wants_the_draft_need_not_wait_for_the_reading() -> None:
    members = group(16, 6)
    before = model().predict(members, CANDIDATES)
    with pytest.raises(CancelledError):
        stack(before, model(), Planted(1.0), members, CANDIDATES, most_tokens=100_000, cancelled=lambda: True)


@pytest.mark.model
def test_the_bundled_model_switches_itself_off() -> None:
    """Votes follow from words alone here, so that a capable reader would be believed; this one is not."""
    topics = ("trams", "dogs", "fountains", "markets", "benches", "murals", "scooters", "concerts")
    liked = {f"m{n}": np.random.default_rng(n).permutation(topics).tolist() for n in range(8)}
    members = {
        name: MemberWords(
            (f"I love {', '.join(own[:4])}. I cannot stand {', '.join(own[4:])}.",),
            votes=tuple(
                StatementVote(f"The town needs {topic}.", AGREE if topic in own[:4] else DISAGREE) for topic in own[1:7]
            ),
        )
        for name, own in liked.items()
    }

    class Capable(Planted):
        def _guess(self, words: str, statement: str) -> float:
            loved = words.partition("I cannot stand")[0]
            return 1.0 if statement.rpartition(" ")[2].rstrip(".") in loved else -1.0

    assert stacked(members, Capable(1.0))[1].helped
    before, found = stacked(members, LikelihoodReader(language_model()))
    assert found.tokens > 0
    assert not found.helped
    assert found.prediction is before
