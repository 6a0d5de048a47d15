"""The drafting model's own reading of members' words, stacked onto the predictions where the group shows that it helps.

A language model says how likely somebody with these words agrees with a statement (`engine.models.agreement`). Small
ones say nothing true, large ones may. The group's own quick votes decide: the reward model predicts votes that it was
not shown, once with and once without the reading, whose weight was learnt from other members. Only where the log-score
is clearly better, member by member, does the reading move the predictions; else they stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import Leaning
from engine.models.agreement import AgreementReader, Asked
from engine.reward.interface import MemberWords, PastBallot, Prediction, RewardModel, StatementVote
from engine.reward.voting_model import same

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_VOTES, LEAST_MEMBERS = 30, 6
"""Fewer votes, or votes of fewer members who spoke, show nothing."""
CLEARLY = 2.5
"""How many standard errors the log-score must gain, members being the sample."""
FIRST_MEMBERS, MOST_MEMBERS = 8, 24
"""Whose votes are looked at; where the score does not rise on the first of them, nothing more is read."""
MOST_VOTES = 5
"""Votes of each of them."""
FOLDS = 5
_WEIGHT_DEVIATION = 0.5
"""Of the weight's normal prior about zero, in log-odds for each standard deviation of the reading."""
_FARTHEST = 3.0
"""No reading counts for more than so many standard deviations."""
_GRADED_AGREES = 2.0 / 3.0
"""`PastBallot.agreement` of a grade of 5."""


@dataclass(frozen=True)
class Evidence:
    """Votes that were predicted without being shown; all (votes,). `member` numbers whose vote it is."""

    chance: Floats
    reading: Floats
    agreed: Floats
    member: Ints


@dataclass(frozen=True)
class Weight:
    """How far a reading counts: `weight` log-odds, known to `deviation`, for each `scale` of it about `centre`."""

    weight: float
    deviation: float
    centre: float
    scale: float

    def applied(self, mean: Floats, spread: Floats, reading: Floats) -> tuple[Floats, Floats]:
        """Chances and their spreads with the reading, elementwise; a reading that is NaN changes nothing."""
        about = np.nan_to_num(_standard(reading, self.centre, self.scale))
        moved = _chance(_log_odds(mean) + self.weight * about)
        # What was unsure in log-odds stays as unsure, and how far the reading counts comes on top.
        carried = spread * (moved * (1.0 - moved)) / np.maximum(mean * (1.0 - mean), 1e-9)
        return moved, np.minimum(np.hypot(carried, self.deviation * np.abs(about) * moved * (1.0 - moved)), 0.5)


def learn_weight(evidence: Evidence) -> Weight | None:
    """The reading's weight where it clearly helps to predict the group's own votes, else None.

    Each member is predicted with a weight learnt from the others; members are the sample, since one member's votes
    hang together.
    """
    people = np.unique(evidence.member)
    if len(evidence.chance) < LEAST_VOTES or len(people) < LEAST_MEMBERS or np.ptp(evidence.reading) == 0.0:
        return None
    gains = np.array([_gain(evidence, evidence.member == person) for person in people])
    error = gains.std(ddof=1) * np.sqrt(len(gains))
    return _fitted(evidence) if gains.sum() > CLEARLY * error else None


@dataclass(frozen=True)
class Stacking:
    """`prediction`: with the reading where it `helped`, else as it was. `tokens`: what was read for it."""

    prediction: Prediction
    helped: bool
    tokens: int


def stack(
    prediction: Prediction,
    model: RewardModel,
    reader: AgreementReader,
    members: Mapping[str, MemberWords],
    statements: Sequence[str],
    leaning: Leaning | None = None,
    *,
    most_tokens: int,
    cancelled: Callable[[], bool] = lambda: False,
) -> Stacking:
    """Let the reading move what `model` predicted of `members` and `statements`, if it earned that.

    What a member voted on stays as their vote made it. Nothing is read where there are too few votes, or where all
    the candidates could not be read for everybody within `most_tokens`. Raises what the reader does.
    """
    none = Stacking(prediction, False, 0)
    voted = _decided(members)
    if sum(map(len, voted.values())) < LEAST_VOTES or len(voted) < LEAST_MEMBERS:
        return none
    asked = {
        member: Asked(words.opinions, tuple(text for text in statements if not _knows(words, text)))
        for member, words in members.items()
        if words.opinions
    }
    later = reader.cost(list(asked.values()))
    looked_at = list(voted.items())
    chosen: dict[str, list[tuple[str, bool]]] = {}
    readings: list[Floats] = []
    spent = 0
    weight = None
    for some in filter(None, (looked_at[:FIRST_MEMBERS], looked_at[FIRST_MEMBERS:MOST_MEMBERS])):
        look = [
            Asked(members[member].opinions, tuple(text for text, _ in votes[:MOST_VOTES])) for member, votes in some
        ]
        cost = reader.cost(look)
        if spent + cost + later > most_tokens:
            return replace(none, tokens=spent)
        spent += cost
        readings += reader.log_odds(look, cancelled=cancelled)
        chosen |= {member: votes[:MOST_VOTES] for member, votes in some}
        evidence = _evidence(model, members, leaning, chosen, readings)
        if not _may_help(evidence):
            return replace(none, tokens=spent)
        weight = learn_weight(evidence)
    if weight is None:
        return replace(none, tokens=spent)
    reading = np.full(prediction.mean.shape, np.nan)
    rows, columns = {name: row for row, name in enumerate(members)}, {text: at for at, text in enumerate(statements)}
    for (member, one), odds in zip(
        asked.items(), reader.log_odds(list(asked.values()), cancelled=cancelled), strict=True
    ):
        reading[rows[member], [columns[text] for text in one.statements]] = odds
    mean, spread = weight.applied(prediction.mean, prediction.spread, reading)
    return Stacking(replace(prediction, mean=mean, spread=spread), True, spent + later)


def _decided(members: Mapping[str, MemberWords]) -> dict[str, list[tuple[str, bool]]]:
    """Statements that members who spoke agreed or disagreed with, without their own; who decided most comes first."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for member, words in members.items():
        own = {same(text) for text in words.opinions}
        given = [(ballot.statement, ballot.agreement >= _GRADED_AGREES) for ballot in words.ballots]
        given += [(vote.statement, vote.vote > 0) for vote in words.votes if vote.vote]
        decided = [(text, agreed) for text, agreed in given if same(text) not in own]
        if decided and words.opinions:
            found[member] = decided
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def _knows(words: MemberWords, text: str) -> bool:
    return any(same(given.statement) == same(text) for given in (*words.ballots, *words.votes))


def _evidence(
    model: RewardModel,
    members: Mapping[str, MemberWords],
    leaning: Leaning | None,
    chosen: Mapping[str, Sequence[tuple[str, bool]]],
    readings: Sequence[Floats],
) -> Evidence:
    """The chosen votes, each predicted without it: a fold of them is hidden at a time, all others are shown."""
    pairs = [(member, text, agreed) for member, votes in chosen.items() for text, agreed in votes]
    rows = {name: row for row, name in enumerate(members)}
    chance = np.zeros(len(pairs))
    for fold in range(FOLDS):
        hidden = [(place, *pairs[place][:2]) for place in range(fold, len(pairs), FOLDS)]
        texts = list(dict.fromkeys(text for _, _, text in hidden))
        without = {
            member: _without(words, {same(text) for _, whose, text in hidden if whose == member})
            for member, words in members.items()
        }
        mean = model.predict(without, texts, leaning).mean
        for place, member, text in hidden:
            chance[place] = mean[rows[member], texts.index(text)]
    number = {member: at for at, member in enumerate(chosen)}
    return Evidence(
        chance,
        np.concatenate(readings),
        np.array([float(agreed) for _, _, agreed in pairs]),
        np.array([number[member] for member, _, _ in pairs], dtype=np.int64),
    )


def _without(words: MemberWords, hidden: set[str]) -> MemberWords:
    if not hidden:
        return words

    def kept(given: PastBallot | StatementVote) -> bool:
        return same(given.statement) not in hidden

    return replace(words, ballots=tuple(filter(kept, words.ballots)), votes=tuple(filter(kept, words.votes)))


def _may_help(evidence: Evidence) -> bool:
    """Whether the log-score rises at all, which on a few votes is as much as can be asked."""
    people = np.unique(evidence.member)
    return sum(_gain(evidence, evidence.member == person) for person in people) > 0.0


def _gain(evidence: Evidence, mine: NDArray[np.bool_]) -> float:
    """By how much the log-score of one member's votes rises with a weight that was learnt from the others."""
    weight = _fitted(_where(evidence, ~mine))
    if weight.weight == 0.0:
        return 0.0
    own = _where(evidence, mine)
    moved, _ = weight.applied(own.chance, np.zeros(len(own.chance)), own.reading)
    return float((_log_score(moved, own.agreed) - _log_score(own.chance, own.agreed)).sum())


def _where(evidence: Evidence, kept: NDArray[np.bool_]) -> Evidence:
    return Evidence(evidence.chance[kept], evidence.reading[kept], evidence.agreed[kept], evidence.member[kept])


def _fitted(evidence: Evidence) -> Weight:
    """Logistic regression on the reading beside the prediction, by Newton's method.

    A weight below zero would say that the model reads people upside down; it is noise, and zero.
    """
    centre, scale = float(evidence.reading.mean()), float(max(evidence.reading.std(), 1e-9))
    about, before = _standard(evidence.reading, centre, scale), _log_odds(evidence.chance)
    weight, bend = 0.0, _WEIGHT_DEVIATION**-2
    for _ in range(20):
        chance = _chance(before + weight * about)
        bend = float((about**2 * chance * (1.0 - chance)).sum()) + _WEIGHT_DEVIATION**-2
        weight += (float((about * (evidence.agreed - chance)).sum()) - weight * _WEIGHT_DEVIATION**-2) / bend
    return Weight(max(weight, 0.0), float(bend**-0.5), centre, scale)


def _standard(reading: Floats, centre: float, scale: float) -> Floats:
    return np.clip((reading - centre) / scale, -_FARTHEST, _FARTHEST)


def _log_odds(chance: Floats) -> Floats:
    safe = np.clip(chance, 1e-4, 1.0 - 1e-4)
    return np.log(safe / (1.0 - safe))


def _chance(log_odds: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-log_odds))


def _log_score(chance: Floats, agreed: Floats) -> Floats:
    safe = np.clip(chance, 1e-4, 1.0 - 1e-4)
    return np.where(agreed > 0, np.log(safe), np.log(1.0 - safe))
