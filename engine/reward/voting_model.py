"""The reward model: one Gaussian process over statements, from text alone to a whole crowd's votes.

A member's utility of a statement is what the group thinks of it, plus the member's leaning, plus what the member thinks
of statements like it. "Like it" starts as the likeness of texts and becomes, vote by vote, who voted alike on both. So
with no votes the model knows little and says so; a handful of a member's own votes place the member; others' votes on
the statements place the statements. What is not known keeps its prior variance and comes out wide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import Leaning
from engine.drafting.sentences import one_line, sentences
from engine.drafting.sources import TextEmbedder
from engine.reward.crowd import MOST_VOTES, Crowd, Prior, Seen, fit_crowd
from engine.reward.interface import MemberWords, Prediction
from engine.reward.link import chance, chance_spread
from engine.reward.text_prior import Read, language_is_known, read_statements
from engine.reward.weights import Sizes, Weights, bundled_weights

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_SENTENCES = 12
"""Sentences of one member that count as said; a long speech is no more agreement than a short one."""
MOST_STATEMENTS = 512
"""Statements that one fit holds besides the candidates; further sentences of members are not read."""


@dataclass(frozen=True)
class Belief:
    """What is believed of one group: `statements` (their texts), the crowd behind them, each member's answers.

    `voted`: the statements that each member voted on or graded, without what they only said.
    """

    statements: tuple[str, ...]
    crowd: Crowd
    members: Mapping[str, Seen]
    voted: Mapping[str, tuple[int, ...]]
    slope: float
    vote_noise: float
    reads_text: bool

    def places(self, statements: Sequence[str]) -> Ints:
        """The indices of statements that are held. Raises `KeyError` for others."""
        held = {same(text): index for index, text in enumerate(self.statements)}
        return np.array([held[same(statement)] for statement in statements], dtype=np.int64)

    def profile(self, targets: Ints) -> tuple[Floats, Floats]:
        """Everybody's utilities of the statements `targets`: mean and variance, both (members, targets)."""
        mean, variance = np.zeros((len(self.members), len(targets))), np.zeros((len(self.members), len(targets)))
        for row, seen in enumerate(self.members.values()):
            mean[row], covariance = self.crowd.member(seen, targets)
            variance[row] = np.maximum(np.diag(covariance), 0.0)
        return mean, variance

    def utilities(self, member: str, targets: Ints) -> tuple[Floats, Floats]:
        """A member's utilities of the statements `targets`: mean (targets,) and covariance (targets, targets)."""
        return self.crowd.member(self.members[member], targets)

    def reach(self, member: str, targets: Ints, asked: Ints) -> tuple[Floats, Floats, Floats]:
        """How far a vote of `member` on each of `asked` reaches (`Crowd.reach`)."""
        return self.crowd.reach(self.members[member], targets, asked)


class VotingModel:
    """Implements `RewardModel` with the bundled weights, or with others."""

    def __init__(self, embedder: TextEmbedder, weights: Weights | None = None) -> None:
        self._embedder = embedder
        self._weights = weights or bundled_weights()

    def predict(
        self, members: Mapping[str, MemberWords], statements: Sequence[str], leaning: Leaning | None = None
    ) -> Prediction:
        """Implement `RewardModel.predict`: everybody's votes place the statements, each member's own the member."""
        shape = (len(members), len(statements))
        if 0 in shape:
            return Prediction(np.zeros(shape), np.zeros(shape))
        belief = self.believe(members, statements, leaning)
        targets = belief.places(statements)
        mean, variance = belief.profile(targets)
        return Prediction(
            chance(mean, variance, belief.slope), chance_spread(mean, variance, belief.slope), belief.reads_text
        )

    def believe(
        self, members: Mapping[str, MemberWords], statements: Sequence[str], leaning: Leaning | None = None
    ) -> Belief:
        """Fit the group: what is thought of `statements` and of everything that members voted on or said."""
        sizes = self._weights.sizes
        if leaning is not None:
            sizes = replace(sizes, base=leaning.level, group_level=leaning.variance)
        texts = _held(members.values(), statements)
        places = {same(text): index for index, text in enumerate(texts)}
        known = language_is_known([*statements, *(text for words in members.values() for text in words.opinions)])
        prior = prior_of(read_statements(texts, self._embedder, self._weights.text, known=known), sizes)
        voted = [_voted(words, places, sizes) for words in members.values()]
        crowd = fit_crowd(prior, [Seen.of(*answers) for answers in voted])
        # Words that cannot be read only count where somebody voted on the same words.
        readable = None if known else {at for answers in voted for at in answers[0]}
        seen = {
            member: Seen.of(*_joined(_spoken(words, places, sizes, readable), answers))
            for (member, words), answers in zip(members.items(), voted, strict=True)
        }
        voters = sum(1 for answers in voted if answers[0])
        return Belief(
            statements=tuple(texts),
            crowd=crowd,
            members=seen,
            voted={member: tuple(answers[0]) for member, answers in zip(members, voted, strict=True)},
            slope=slope_of(sizes, voters),
            vote_noise=sizes.vote_noise,
            reads_text=known,
        )


@lru_cache(maxsize=20_000)
def same(text: str) -> str:
    """What two copies of one statement have in common."""
    return one_line(text).casefold()


def prior_of(read: Read, sizes: Sizes) -> Prior:
    """The normal prior of a group's statements from what their texts say."""
    likeness = read.likeness()
    own = np.eye(len(likeness))
    return Prior(
        mean=sizes.base + sizes.welcome * read.welcome,
        mean_covariance=sizes.group_level + sizes.group_text * likeness + sizes.group_own * own,
        covariance=sizes.member_level + sizes.member_text * likeness + sizes.member_own * own,
        strength=sizes.strength,
    )


def slope_of(sizes: Sizes, voters: int) -> float:
    """The link's slope between one member alone and a crowd: it sharpens as others' votes come in."""
    share = voters / (voters + sizes.strength)
    return sizes.slope_alone + (sizes.slope_crowd - sizes.slope_alone) * share


Answers = tuple[list[int], list[float], list[float]]


def _voted(words: MemberWords, places: Mapping[str, int], sizes: Sizes) -> Answers:
    """A member's quick votes and past grades: statements, values and noise."""
    found: Answers = ([], [], [])
    for ballot in words.ballots:
        _add(found, places.get(same(ballot.statement)), 2.0 * ballot.agreement - 1.0, sizes.graded_noise)
    for vote in words.votes:
        _add(found, places.get(same(vote.statement)), float(vote.vote), sizes.vote_noise)
    return found


def _spoken(words: MemberWords, places: Mapping[str, int], sizes: Sizes, readable: Collection[int] | None) -> Answers:
    """A member's own words, as agreement with them; of the statements `readable` where not all are."""
    found: Answers = ([], [], [])
    for text in _said(words):
        place = places.get(same(text))
        if readable is None or place in readable:
            _add(found, place, 1.0, sizes.said_noise)
    return found


def _add(answers: Answers, place: int | None, value: float, noise: float) -> None:
    if place is not None:
        answers[0].append(place)
        answers[1].append(value)
        answers[2].append(noise)


def _joined(first: Answers, second: Answers) -> Answers:
    return first[0] + second[0], first[1] + second[1], first[2] + second[2]


def _said(words: MemberWords) -> list[str]:
    """Whole opinions and their sentences, bounded; an opinion of one sentence is there once."""
    found: dict[str, None] = {}
    for text in words.opinions:
        for part in (one_line(text), *sentences(text)):
            if part and len(found) < 2 * MOST_SENTENCES:
                found[part] = None
    return list(found)


def _held(members: Iterable[MemberWords], statements: Sequence[str]) -> list[str]:
    """The texts that a fit holds: the candidates, what was voted on (by most first), and then what members said, a
    sentence of each in turn, as far as there is room.
    """
    everybody = list(members)
    held = {same(text): text for text in statements}
    room = len(held) + MOST_STATEMENTS
    voted: dict[str, tuple[int, str]] = {}
    for words in everybody:
        for given in (*words.ballots, *words.votes)[-MOST_VOTES:]:
            count, text = voted.get(same(given.statement), (0, given.statement))
            voted[same(given.statement)] = count + 1, text
    for key, (_, text) in sorted(voted.items(), key=lambda item: -item[1][0]):
        if len(held) < room:
            held.setdefault(key, text)
    said = [[part for text in words.opinions for part in sentences(text)][:MOST_SENTENCES] for words in everybody]
    for turn in range(MOST_SENTENCES):
        for own in said:
            if turn < len(own) and len(held) < room:
                held.setdefault(same(own[turn]), own[turn])
    return list(held.values())
