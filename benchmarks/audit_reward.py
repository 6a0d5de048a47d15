"""What the audit of votes (A6) says of the reward model on real votes: `python -m benchmarks.audit_reward --data DIR`.

DIR holds tidy Polis data (`comments.csv.gz`, `votes.csv.gz`). Every conversation is predicted by weights that were
learnt without it and its kin (conversations of one organiser), and every vote without itself: from the conversation's
other votes with a fifth hidden at a time, and, for comparison, from the texts and what members wrote alone.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.audit.figure import Figure
from engine.audit.held_out import held_out
from engine.audit.votes import audit_votes
from engine.models.bundled import bundled_embedder
from engine.models.cache import cache_folder
from engine.models.embedding import Embedder
from engine.reward.interface import MemberWords
from engine.reward.kept_embedder import KeptEmbedder
from engine.reward.polis import Conversation, read_polis
from engine.reward.train import learn_text
from engine.reward.voting_model import VotingModel
from engine.reward.weights import Sizes, Weights

AUDITED = ("brexit-consensus", "london.youth.policing", "scoop-hivemind.ubi")
LEAST_VOTES = 10
COLUMNS = ("value", "interval", "null", "band", "ceiling", "p", "verdict")


def matrix(conversation: Conversation) -> tuple[NDArray[np.float64], list[tuple[str, ...]]]:
    """Votes (people, statements) in [0, 1] of those who voted often enough, and what each of them wrote."""
    voters = [voter for voter in conversation.voters if len(voter.votes) >= LEAST_VOTES]
    votes = np.full((len(voters), len(conversation.ids)), np.nan)
    for row, voter in enumerate(voters):
        votes[row, voter.statements] = (voter.votes + 1) / 2
        own = [at for at, author in enumerate(conversation.authors) if author == voter.name]
        votes[row, own] = np.nan  # a vote on one's own words is no news
    words = [
        tuple(
            text for text, author in zip(conversation.texts, conversation.authors, strict=True) if author == voter.name
        )
        for voter in voters
    ]
    return votes, words


def kin(name: str) -> str:
    return name.partition(".")[0].partition("-")[0]


def row(figure: Figure) -> str:
    cells: list[str] = []
    for name in COLUMNS:
        value = getattr(figure, name)
        if isinstance(value, tuple):
            cells.append(f"{value[0]:.2f} to {value[1]:.2f}")
        else:
            cells.append(
                ""
                if value is None
                else f"{value:.3f}"
                if name == "p"
                else f"{value:.2f}"
                if name != "verdict"
                else value
            )
    return f"| {figure.name} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    if arguments.data is None:
        print("needs --data with tidy Polis data; see docs/reward.md")
        return
    conversations = read_polis(arguments.data)
    embedder = KeptEmbedder(lambda: Embedder(bundled_embedder()), cache_folder() / "training-embeddings.npz")
    embedder.embed([text for conversation in conversations for text in conversation.texts])
    embedder.keep()
    for conversation in conversations:
        if conversation.name not in AUDITED:
            continue
        others = [other for other in conversations if kin(other.name) != kin(conversation.name)]
        model = VotingModel(embedder, Weights(learn_text(others, embedder), Sizes()))
        votes, words = matrix(conversation)
        unread = model.predict({str(at): MemberWords(said) for at, said in enumerate(words)}, conversation.texts).mean
        seen = held_out(votes, conversation.texts, model, seed=arguments.seed, words=words)
        for what, predicted in (("other votes and words", seen), ("words alone", unread)):
            start = time.perf_counter()
            found = audit_votes(predicted, votes, seed=arguments.seed, chances=True)
            first = found.figures[0]
            print(f"\n### {conversation.name}, {what}: {found.verdict} ({first.members} x {first.statements})\n")
            print(f"| figure | {' | '.join(COLUMNS)} |\n|{'---|' * (len(COLUMNS) + 1)}")
            print("\n".join(row(figure) for figure in found.figures), flush=True)
            print(f"\n{time.perf_counter() - start:.1f} s; calibration: {calibration(found.data['calibration'])}")


def calibration(rows: list[list[float | None]]) -> str:
    return ", ".join(f"{guess:.2f} -> {vote:.2f} ({count:.0f})" for guess, vote, count in rows if guess is not None)


if __name__ == "__main__":
    main()
