"""Learn the reward model's weights from real votes: `python -m engine.reward.train --data DIR [--out FILE]`.

DIR holds tidy Polis data (`comments.csv.gz`, `votes.csv.gz`). What a statement's text says is a ridge regression of its
mean vote, about the conversation's, on its embedding; conversations are centred, so that none is learnt by
its base rate. The link's slopes are then fitted to conversations that the regression did not see. The lines printed are
from the same cross-validation: each conversation scored by weights that were learnt without it (and without those that
share its name up to the first dot, which share a topic).

The same data and embeddings give the same weights to the bit on one machine: there is no randomness but a fixed seed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from engine.drafting.sources import TextEmbedder
from engine.models.bundled import bundled_embedder
from engine.models.cache import cache_folder
from engine.models.embedding import Embedder
from engine.reward.crowd import Crowd, Seen, fit_crowd
from engine.reward.kept_embedder import KeptEmbedder
from engine.reward.link import chance
from engine.reward.polis import FACILITATOR, Conversation, Voter, read_polis
from engine.reward.scoring import area_under_curve, area_within, calibration_error, log_loss
from engine.reward.text_prior import Read, read_statements
from engine.reward.voting_model import prior_of, same
from engine.reward.weights import FILE, Sizes, TextWeights, Weights

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RIDGE = 10.0
HALF_TRUSTED = 8.0
"""A statement's mean vote weighs n / (n + this), n being its votes."""
LEAST_VOTES, MOST_HISTORY = 15, 10
HISTORIES = (0, 5, 10)
SLOPES = tuple(round(0.8 * 1.1**step, 3) for step in range(25))


def learn_text(conversations: Sequence[Conversation], embedder: TextEmbedder) -> TextWeights:
    """What statements' texts say, learnt from English conversations, which count by the root of their size."""
    left, right, vectors = 0.0, 0.0, cast("list[Floats]", [])
    for conversation in conversations:
        if conversation.language != "en" or not conversation.voters:
            continue
        raw = embedder.embed(conversation.texts).astype(np.float64)
        count, mean = _mean_votes(conversation)
        weight = count / (count + HALF_TRUSTED)
        if weight.sum() <= 1.0:
            continue
        about = raw - weight @ raw / weight.sum()
        target = mean - weight @ mean / weight.sum()
        scale = np.sqrt(200.0 / weight.sum())
        left = left + scale * (about * weight[:, None]).T @ about
        right = right + scale * about.T @ (weight * target)
        vectors.append(raw)
    everything = np.concatenate(vectors)
    welcome = np.linalg.solve(np.asarray(left) + RIDGE * np.eye(everything.shape[1]), np.asarray(right))
    return TextWeights(welcome.astype(np.float64), everything.mean(axis=0))


def _mean_votes(conversation: Conversation) -> tuple[Floats, Floats]:
    """Votes per statement and their mean, without the one that authors cast on their own."""
    size = len(conversation.ids)
    count, total = np.zeros(size), np.zeros(size)
    for voter in conversation.voters:
        others = np.array([conversation.authors[int(at)] != voter.name for at in voter.statements], dtype=bool)
        np.add.at(count, voter.statements[others], 1.0)
        np.add.at(total, voter.statements[others], voter.votes[others])
    return count, total / np.maximum(count, 1.0)


@dataclass(frozen=True)
class Examinee:
    """A member as the exam asks: what they wrote, ten votes that may be shown, and the votes to be predicted."""

    own: Ints
    history: Ints
    history_votes: Floats
    targets: Ints
    votes: Floats


def examinees(conversation: Conversation, seed: int = 7) -> tuple[list[Examinee], list[Voter]]:
    """The members of a conversation, and the others, whose votes are the crowd's."""
    random = np.random.default_rng(seed)
    written: dict[str, list[int]] = {}
    for index, author in enumerate(conversation.authors):
        if author != FACILITATOR:
            written.setdefault(author, []).append(index)
    members: list[Examinee] = []
    crowd: list[Voter] = []
    for voter in conversation.voters:
        own = written.get(voter.name, [])
        mine = {same(conversation.texts[index]) for index in own}
        others = np.array([same(conversation.texts[int(at)]) not in mine for at in voter.statements], dtype=bool)
        at, votes = voter.statements[others], voter.votes[others]
        decided = np.flatnonzero(votes)
        if not own or len(decided) < LEAST_VOTES:
            crowd.append(voter)
            continue
        shown = random.permutation(decided)[:MOST_HISTORY]
        asked = np.setdiff1d(np.arange(len(at)), shown)
        members.append(Examinee(np.array(own), at[shown], votes[shown], at[asked], votes[asked]))
    return members, crowd


@dataclass(frozen=True)
class Answers:
    """Utilities predicted for one conversation: all (pairs,); `votes` are the truth."""

    mean: Floats
    variance: Floats
    votes: Floats
    member: Ints
    statement: Ints


def answer(members: Sequence[Examinee], crowd: Crowd, history: int, sizes: Sizes) -> Answers:
    """Predict every target vote of every member from the first `history` votes shown."""
    parts: list[tuple[Floats, Floats]] = []
    for member in members:
        shown = member.history[:history]
        seen = Seen(
            np.concatenate([member.own, shown]),
            np.concatenate([np.ones(len(member.own)), member.history_votes[:history]]),
            np.concatenate([np.full(len(member.own), sizes.said_noise), np.full(len(shown), sizes.vote_noise)]),
        )
        mean, covariance = crowd.newcomer(seen, member.targets)
        parts.append((mean, np.maximum(np.diag(covariance), 0.0)))
    return Answers(
        np.concatenate([mean for mean, _ in parts]),
        np.concatenate([variance for _, variance in parts]),
        np.concatenate([member.votes for member in members]),
        np.repeat(np.arange(len(members)), [len(member.targets) for member in members]),
        np.concatenate([member.targets for member in members]),
    )


@dataclass(frozen=True)
class Trial:
    """One conversation, read by weights that were learnt without it."""

    conversation: Conversation
    read: Read
    members: list[Examinee]
    crowd: list[Voter]

    def heard(self, *, others: bool) -> list[Examinee]:
        """The members with the words of theirs that the model can use: where it cannot read them, those voted on."""
        if others or self.conversation.language == "en":
            return self.members
        return [replace(member, own=np.zeros(0, dtype=np.int64)) for member in self.members]

    def fitted(self, sizes: Sizes, *, others: bool) -> Crowd:
        """With the crowd's votes on the statements, or from text alone."""
        group = [Seen.of(*_answers(voter, sizes)) for voter in self.crowd] if others else []
        return fit_crowd(prior_of(self.read, sizes), group)


def _answers(voter: Voter, sizes: Sizes) -> tuple[list[int], list[float], list[float]]:
    return voter.statements.tolist(), voter.votes.tolist(), [sizes.vote_noise] * len(voter.votes)


def trials(conversations: Sequence[Conversation], embedder: TextEmbedder) -> list[Trial]:
    """Every conversation that has members, each read by weights learnt without its kin."""
    found: list[Trial] = []
    for conversation in conversations:
        members, crowd = examinees(conversation)
        if members:
            others = [other for other in conversations if _kin(other) != _kin(conversation)]
            weights = learn_text(others, embedder)
            known = conversation.language == "en"
            read = read_statements(conversation.texts, embedder, weights, known=known)
            found.append(Trial(conversation, read, members, crowd))
    return found


def _kin(conversation: Conversation) -> str:
    return conversation.name if not conversation.name.startswith("austria") else "austria"


def best_slope(answered: Iterable[Answers]) -> float:
    """The link's slope with the least mean log-loss over conversations."""
    given = list(answered)

    def loss(slope: float) -> float:
        return float(np.mean([log_loss(chance(a.mean, a.variance, slope), a.votes) for a in given]))

    return min(SLOPES, key=loss)


def report(trial: Trial, answered: Answers, slope: float, what: str) -> tuple[float, float, float, float]:
    """Print one conversation's scores; they are the area under the curve, within statements, log-loss and ECE."""
    predicted = chance(answered.mean, answered.variance, slope)
    scores = (
        area_under_curve(predicted, answered.votes),
        area_within(answered.statement, predicted, answered.votes),
        log_loss(predicted, answered.votes),
        calibration_error(predicted, answered.votes),
    )
    print(f"{what:9} {trial.conversation.name:40} " + " ".join(f"{score:.3f}" for score in scores), flush=True)  # noqa: T201
    return scores


def main() -> None:
    """Learn, cross-validate by conversation and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(FILE))
    arguments = parser.parse_args()
    conversations = read_polis(arguments.data)
    embedder = KeptEmbedder(lambda: Embedder(bundled_embedder()), cache_folder() / "training-embeddings.npz")
    embedder.embed([text for conversation in conversations for text in conversation.texts])
    embedder.keep()
    tried = trials(conversations, embedder)
    sizes = Sizes()
    found: dict[tuple[bool, int], list[Answers]] = {}
    for others in (False, True):
        crowds = [trial.fitted(sizes, others=others) for trial in tried]
        for history in HISTORIES:
            found[others, history] = [
                answer(trial.heard(others=others), crowd, history, sizes)
                for trial, crowd in zip(tried, crowds, strict=True)
            ]
    sizes = replace(
        sizes,
        slope_alone=best_slope(a for (others, _), answered in found.items() if not others for a in answered),
        slope_crowd=best_slope(a for (others, _), answered in found.items() if others for a in answered),
    )
    for (others, history), answered in found.items():
        what = f"{'crowd' if others else 'text'}+{history}"
        slope = sizes.slope_crowd if others else sizes.slope_alone
        scores = [report(trial, own, slope, what) for trial, own in zip(tried, answered, strict=True)]
        mean = np.array(scores).mean(axis=0)
        print(f"{what:9} {'mean':40} " + " ".join(f"{score:.3f}" for score in mean))  # noqa: T201
    arguments.out.write_text(Weights(learn_text(conversations, embedder), sizes).to_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
