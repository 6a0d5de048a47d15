"""What votes are worth when the right ones are asked for: `python -m benchmarks.reward_questions --data DIR`.

Groups of real people (tidy Polis data, as `engine.reward.train` takes) choose one of 8 to 16 statements that all of
them voted on. Nothing is known at first; then every member is asked for one vote after the other, chosen by us, at
random, or by Polis' routing of statements by priority. After each round the statement that the rule puts first is
looked up in the real votes (agree 1, pass 0.5, disagree 0). The figure is the share of the way from a random choice
(0) to knowing all votes (1). Each conversation is read by weights that were learnt without it.

`--crowd` lets the model know the votes of everybody outside the groups as well. `--ask` says which statements may be
asked about: the candidates, others, or both.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.models.bundled import bundled_embedder
from engine.models.cache import cache_folder
from engine.models.embedding import Embedder
from engine.reward.crowd import Crowd, Seen, fit_crowd
from engine.reward.kept_embedder import KeptEmbedder
from engine.reward.link import chance
from engine.reward.polis import read_polis
from engine.reward.questions import next_question, standing
from engine.reward.train import trials
from engine.reward.voting_model import Belief, prior_of, slope_of
from engine.reward.weights import bundled_weights
from welfare import rank

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_OTHERS = 24


@dataclass(frozen=True)
class Group:
    """`truth`: (members, statements), real votes, NaN where there is none; all voted on the first `candidates`."""

    truth: Floats
    places: Ints
    candidates: int


def groups(members: Sequence[Mapping[int, float]], count: int, random: np.random.Generator) -> list[Group]:
    """Up to `count` groups of 4, 5 and 8 with at least 8 statements in common."""
    found: list[Group] = []
    for _ in range(20 * count):
        if len(found) == count or len(members) < 4:
            break
        size = min(int(random.choice([4, 5, 8])), len(members))
        first = int(random.integers(len(members)))
        chosen, common = [first], set(members[first])
        pool = [int(at) for at in random.permutation(len(members))[:25] if at != first]
        while len(chosen) < size and pool and len(common) >= 8:
            best = max(pool, key=lambda at: len(common & set(members[at])))
            pool.remove(best)
            chosen.append(best)
            common &= set(members[best])
        if len(chosen) < size or len(common) < 8:
            continue
        candidates = random.permutation(sorted(common))[:16]
        rest = sorted({at for member in chosen for at in members[member]} - set(candidates.tolist()))
        others = random.permutation(rest)[:MOST_OTHERS] if rest else np.zeros(0, dtype=np.int64)
        places = np.concatenate([candidates, others]).astype(np.int64)
        truth = np.array([[members[member].get(int(at), np.nan) for at in places] for member in chosen])
        found.append(Group(truth, places, len(candidates)))
    return found


Choose = Callable[[Belief, Group, int, list[int], np.random.Generator], int]


def ours(belief: Belief, group: Group, row: int, open_ones: list[int], random: np.random.Generator) -> int:
    del random
    stands = standing(belief, np.arange(group.candidates), "utilitarian")
    question = next_question(belief, stands, str(row), open_ones)
    assert question is not None
    return question.statement


def at_random(belief: Belief, group: Group, row: int, open_ones: list[int], random: np.random.Generator) -> int:
    del belief, group, row
    return int(random.choice(open_ones))


def by_priority(belief: Belief, group: Group, row: int, open_ones: list[int], random: np.random.Generator) -> int:
    """Polis draws a statement with a chance that grows with how often it was agreed with, how seldom passed, and how
    new it is (github.com/compdemocracy/polis, math/src/polismath/math/conversation.clj: importance-metric and
    priority-metric; the extremity is 0 while there are too few votes for a projection).
    """
    del group, row
    votes = [
        (at, value) for seen in belief.members.values() for at, value in zip(seen.statements, seen.values, strict=True)
    ]
    weight: list[float] = []
    for statement in open_ones:
        own = [value for at, value in votes if at == statement]
        passed, agreed, shown = own.count(0.0), own.count(1.0), len(own)
        importance = (1 - (passed + 1) / (shown + 2)) * (agreed + 1) / (shown + 2)
        weight.append((importance * (1 + 8 * 2 ** (-shown / 5))) ** 2)
    share = np.array(weight) / np.sum(weight)
    return int(random.choice(open_ones, p=share))


STRATEGIES: dict[str, Choose] = {"ours": ours, "random": at_random, "Polis' priority": by_priority}


def captured(
    group: Group, crowd_of: Callable[[Sequence[Seen]], Crowd], slope: float, choose: Choose, most: int, ask: str
) -> list[tuple[float, float, float]]:
    """After 0, 1, ... `most` votes of each member: the real welfare of the choice, of a random one and the best."""
    sizes = bundled_weights().sizes
    random = np.random.default_rng(3)
    welfare = ((group.truth[:, : group.candidates] + 1) / 2).mean(axis=0)
    cast: list[list[int]] = [[] for _ in group.truth]
    outcome: list[tuple[float, float, float]] = []
    askable = range(
        group.candidates if ask == "others" else 0, group.candidates if ask == "candidates" else len(group.places)
    )
    for asked in range(most + 1):
        seen = [
            Seen.of(own, [float(group.truth[row, at]) for at in own], [sizes.vote_noise] * len(own))
            for row, own in enumerate(cast)
        ]
        crowd = crowd_of(seen)
        members = {str(row): own for row, own in enumerate(seen)}
        voted = {str(row): tuple(own) for row, own in enumerate(cast)}
        texts = tuple(map(str, range(len(group.places))))
        belief = Belief(texts, crowd, members, voted, slope, sizes.vote_noise, reads_text=True)
        mean, variance = belief.profile(np.arange(group.candidates))
        winners = list(rank(chance(mean, variance, slope), "utilitarian", seed=0).winners)
        outcome.append((float(welfare[winners].mean()), float(welfare.mean()), float(welfare.max())))
        if asked == most:
            break
        for row, own in enumerate(cast):
            open_ones = [at for at in askable if at not in own and group.truth[row, at] == group.truth[row, at]]
            if open_ones:
                own.append(choose(belief, group, row, open_ones, random))
    return outcome


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--groups", type=int, default=12, help="groups per conversation")
    parser.add_argument("--votes", type=int, default=8, help="votes asked of each member")
    parser.add_argument("--crowd", action="store_true")
    parser.add_argument("--ask", choices=("both", "candidates", "others"), default="both")
    arguments = parser.parse_args()
    if arguments.data is None:
        print("needs --data with tidy Polis data; see docs/reward.md")
        return
    sizes = bundled_weights().sizes
    embedder = KeptEmbedder(lambda: Embedder(bundled_embedder()), cache_folder() / "training-embeddings.npz")
    totals = {name: np.zeros((arguments.votes + 1, 3)) for name in STRATEGIES}
    count = 0
    for trial in trials(read_polis(arguments.data), embedder):
        prior = prior_of(trial.read, sizes)
        outside = [
            Seen.of(v.statements.tolist(), v.votes.tolist(), [sizes.vote_noise] * len(v.votes)) for v in trial.crowd
        ]
        whole = (
            fit_crowd(prior, outside) if arguments.crowd else Crowd(prior.mean, prior.mean_covariance, prior.covariance)
        )
        slope = slope_of(sizes, len(outside) if arguments.crowd else 0)
        answers = [
            dict(
                zip(
                    [*m.history.tolist(), *m.targets.tolist()],
                    [*m.history_votes.tolist(), *m.votes.tolist()],
                    strict=True,
                )
            )
            for m in trial.members
        ]
        for group in groups(answers, arguments.groups, np.random.default_rng(11)):
            at = np.ix_(group.places, group.places)
            start = type(prior)(
                whole.mean[group.places],
                whole.mean_covariance[at],
                whole.covariance[at],
                1e9 if arguments.crowd else prior.strength,
            )
            count += 1
            for name, choose in STRATEGIES.items():
                rounds = 0 if arguments.crowd else 3
                found = captured(
                    group,
                    lambda seen, start=start, rounds=rounds: fit_crowd(start, seen, rounds),
                    slope,
                    choose,
                    arguments.votes,
                    arguments.ask,
                )
                totals[name] += np.array(found)
        print(f"{trial.conversation.name}: {count} groups so far", file=sys.stderr, flush=True)
    print(f"{count} groups; share of the way from a random choice to knowing all votes, by votes asked of each member")
    print(f"{'':16} " + " ".join(f"{asked:5}" for asked in range(arguments.votes + 1)))
    for name, total in totals.items():
        shares = (total[:, 0] - total[:, 1]) / (total[:, 2] - total[:, 1])
        print(f"{name:16} " + " ".join(f"{share:5.2f}" for share in shares))


if __name__ == "__main__":
    main()
