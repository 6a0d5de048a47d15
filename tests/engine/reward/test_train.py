from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np

from engine.reward.train import area_under_curve, fit, read_conversations
from tests.engine.models.loaded import BagOfWords


def write_data(folder: Path) -> None:
    """Two English conversations in which members agree with statements that use their own word, and a German one."""
    random = np.random.default_rng(0)
    comments: list[list[str]] = []
    votes: list[list[str]] = []
    for name in ("one", "two", "drei"):
        for author in range(12):
            word = "trees" if author % 2 else "parking"
            comments.append([name, str(author), f"we need {word} number {author}", str(author + 1)])
            for statement in range(12):
                agrees = statement % 2 == author % 2
                if random.random() < 0.1:
                    agrees = not agrees
                votes.append([name, str(statement), str(author + 1), "1" if agrees else "-1"])
    with (folder / "conversations.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["conversation", "lang"], ["one", "en"], ["two", "en"], ["drei", "de"]])
    for file_name, header, rows in (
        ("comments.csv.gz", ["conversation", "statement", "text", "author"], comments),
        ("votes.csv.gz", ["conversation", "statement", "participant", "vote"], votes),
    ):
        with gzip.open(folder / file_name, "wt", newline="") as file:
            csv.writer(file).writerows([header, *rows])


def test_a_fit_on_one_conversation_ranks_the_votes_of_another(tmp_path: Path) -> None:
    write_data(tmp_path)
    first, second = read_conversations(tmp_path, BagOfWords())
    trained = fit([first])
    assert area_under_curve(trained.probability(second.features, second.statements), second.votes) > 0.7
    assert 0 < trained.spread < 1


def test_nobody_votes_on_their_own_comment(tmp_path: Path) -> None:
    write_data(tmp_path)
    for conversation in read_conversations(tmp_path, BagOfWords()):
        assert len(conversation.votes) == 12 * 11


def test_the_area_under_the_curve_of_known_rankings() -> None:
    votes = np.array([0.0, 0.0, 1.0, 1.0, 0.5])
    assert area_under_curve(np.array([0.1, 0.2, 0.3, 0.4, 0.0]), votes) == 1.0
    assert area_under_curve(np.array([0.4, 0.3, 0.2, 0.1, 0.0]), votes) == 0.0
    assert area_under_curve(np.array([0.1, 0.4, 0.2, 0.3, 0.0]), votes) == 0.5
