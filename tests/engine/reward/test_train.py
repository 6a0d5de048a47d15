from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.reward.crowd import Seen, fit_crowd
from engine.reward.polis import read_polis
from engine.reward.text_prior import read_statements
from engine.reward.train import Examinee, answer, examinees, learn_text, trials
from engine.reward.voting_model import prior_of
from engine.reward.weights import Sizes, TextWeights, Weights, bundled_weights, read_weights
from tests.engine.models.loaded import BagOfWords


def learn_no_text() -> TextWeights:
    return TextWeights(np.zeros(256), np.zeros(256))


def examinee_of(votes: NDArray[np.float64], order: NDArray[np.int64]) -> Examinee:
    none = np.zeros(0, dtype=np.int64)
    return Examinee(none, order[:10], votes[order[:10]], order[10:], votes[order[10:]])


def write_data(folder: Path) -> None:
    """Two English conversations in which people like statements about trees, and one German one."""
    random = np.random.default_rng(0)
    comments: list[list[str]] = []
    votes: list[list[str]] = []
    for name in ("one", "two", "drei"):
        for author in range(24):
            word = "trees" if author % 2 else "parking"
            language = "de" if name == "drei" else "en"
            comments.append([name, language, str(author), f"we need {word} number {author}", str(author)])
            for voter in range(1, 30):
                agrees = random.random() < (0.9 if author % 2 else 0.3)
                votes.append([name, str(author), str(voter), "1" if agrees else "-1"])
    for file_name, header, rows in (
        ("comments.csv.gz", ["conversation", "lang", "statement", "text", "author"], comments),
        ("votes.csv.gz", ["conversation", "statement", "participant", "vote"], votes),
    ):
        with gzip.open(folder / file_name, "wt", newline="") as file:
            csv.writer(file).writerows([header, *rows])


def test_the_text_prior_learns_what_is_welcome_and_carries_it_to_another_conversation(tmp_path: Path) -> None:
    write_data(tmp_path)
    conversations = read_polis(tmp_path)
    first = [conversation for conversation in conversations if conversation.name == "one"]
    weights = learn_text(first, BagOfWords())
    read = read_statements(["we need trees today", "we need parking today"], BagOfWords(), weights)
    assert read.welcome[0] > read.welcome[1] + 0.2


def test_members_are_never_examined_on_their_own_comments(tmp_path: Path) -> None:
    write_data(tmp_path)
    for conversation in read_polis(tmp_path):
        members, crowd = examinees(conversation)
        assert len(members) == 23  # author 0 is the facilitator
        assert len(crowd) == 6  # who wrote nothing
        for member in members:
            assert not set(member.own) & (set(member.targets) | set(member.history))
            assert not set(member.history) & set(member.targets)


def test_a_conversation_is_read_by_weights_that_were_learnt_without_it(tmp_path: Path) -> None:
    write_data(tmp_path)
    conversations = read_polis(tmp_path)
    of_one = next(trial for trial in trials(conversations, BagOfWords()) if trial.conversation.name == "one")
    without = learn_text([c for c in conversations if c.name != "one"], BagOfWords())
    expected = read_statements(of_one.conversation.texts, BagOfWords(), without).welcome
    assert np.array_equal(of_one.read.welcome, expected)


def test_more_of_a_members_votes_predict_the_rest_better() -> None:
    """Members are of two kinds; only their votes tell which."""
    random = np.random.default_rng(1)
    kinds = random.integers(0, 2, 40)
    statements = random.integers(0, 2, 30)
    sizes = Sizes()
    votes = np.where(kinds[:, None] == statements[None, :], 1.0, -1.0)
    everything = np.arange(30)
    group = [Seen.of(everything.tolist(), row.tolist(), [sizes.vote_noise] * 30) for row in votes]
    read = read_statements([""] * 30, BagOfWords(), learn_no_text())
    crowd = fit_crowd(prior_of(read, sizes), group)
    examined = [
        examinee_of(row, random.permutation(30)) for row in np.where(np.arange(2)[:, None] == statements, 1.0, -1.0)
    ]
    errors = [
        float(np.abs(found.mean - found.votes).mean())
        for found in (answer(examined, crowd, history, sizes) for history in (0, 2, 10))
    ]
    assert errors[0] > errors[1] > errors[2]


def test_weights_survive_their_file() -> None:
    weights = bundled_weights()
    again: Weights = read_weights(json.loads(weights.to_json()))
    assert again.sizes == weights.sizes
    assert np.allclose(again.text.welcome, weights.text.welcome)
    assert weights.text.centre.shape == (384,)
