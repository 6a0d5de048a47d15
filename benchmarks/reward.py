"""How fast the reward model is, on made-up members and votes: `python -m benchmarks.reward`.

Texts are embedded by a stand-in, since embedding has its own cost and is done once per text; what is measured is
the model. The targets: 1,000 members, 64 candidates and 20,000 votes fitted and predicted within 2 s and 1 GiB on two
cores, the next question for one member within 50 ms, and 2,000 answers to requests a second.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.reward.interface import MemberWords, StatementVote
from engine.reward.questions import next_question, standing
from engine.reward.requests import Answerer, Request
from engine.reward.voting_model import VotingModel

AGREE: Literal[1] = 1
DISAGREE: Literal[-1] = -1


class RandomVectors:
    """Every text has a vector of its own, made of its characters."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [np.random.default_rng(list(text.encode())).standard_normal(384) for text in texts]
        unit = np.array(rows) / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit.astype(np.float32)


class Remembered:
    """An embedder whose texts were all embedded before."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._known = dict(zip(texts, RandomVectors().embed(texts), strict=True))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._known[text] for text in texts])


def group(members: int, candidates: int, votes: int) -> tuple[dict[str, MemberWords], list[str]]:
    """Members of four kinds; each votes on as many candidates as falls to them."""
    random = np.random.default_rng(0)
    statements = [f"Candidate number {n} of the benchmark." for n in range(candidates)]
    liked = random.random((4, candidates))
    each = votes // members
    words: dict[str, MemberWords] = {}
    for number in range(members):
        asked = random.permutation(candidates)[:each]
        cast = (
            StatementVote(statements[at], AGREE if random.random() < liked[number % 4, at] else DISAGREE)
            for at in (int(place) for place in asked)
        )
        words[f"m{number}"] = MemberWords((), votes=tuple(cast))
    return words, statements


def requests(count: int) -> Iterator[Request]:
    for number in range(count):
        person = number // 50
        yield Request(
            id=f"c|{person}|{number}",
            conversation="c",
            participant=str(person),
            opinions=(f"What {person} said.",),
            history=tuple((f"Statement {(person + n) % 300}.", 1.0 if n % 2 else -1.0) for n in range(10)),
            statement=f"Statement {number % 300}.",
            language="en",
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--candidates", type=int, default=64)
    parser.add_argument("--votes", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=20_000)
    arguments = parser.parse_args()

    words, statements = group(arguments.members, arguments.candidates, arguments.votes)
    model = VotingModel(Remembered(statements))
    start = time.perf_counter()
    model.predict(words, statements)
    seconds = time.perf_counter() - start
    size = f"{arguments.members} members x {arguments.candidates} candidates, {arguments.votes} votes"
    print(f"fit and predict, {size}: {seconds:.2f} s")

    belief = model.believe(words, statements)
    candidates = belief.places(statements)
    start = time.perf_counter()
    stands = standing(belief, candidates, "nash")
    print(f"how the candidates stand, once per change of the group: {1000 * (time.perf_counter() - start):.0f} ms")
    start = time.perf_counter()
    asked = list(words)[:50]
    for member in asked:
        next_question(belief, stands, member, candidates.tolist())
    print(f"next question for one member: {1000 * (time.perf_counter() - start) / len(asked):.1f} ms")

    given = list(requests(arguments.requests))
    texts = {text for request in given for text in (request.statement, *request.opinions, *dict(request.history))}
    answerer = Answerer(Remembered(sorted(texts)))
    start = time.perf_counter()
    answered = sum(1 for _ in answerer.answer(given))
    print(f"requests answered, once embedded: {answered / (time.perf_counter() - start):,.0f} a second")
    print(f"memory at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


if __name__ == "__main__":
    main()
