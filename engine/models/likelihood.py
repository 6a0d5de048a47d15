"""How likely a language model finds one continuation after many prompts that have most of their words in common, or
many answers after one prompt.

For leave-one-out the prompts are grown by halves: what all of a half's members' prompts share, the lines of the other
half, is evaluated once and its KV cells are used by all of them. n prompts of n lines cost about n log2 n lines
instead of n squared. What goes on from different places is evaluated in one batch, which the weights are read once for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from engine.models.context import EVALUATED_TOGETHER, Context, Entry, Floats
from engine.models.errors import ContextTooSmallError
from engine.models.llama import LanguageModel


@dataclass(frozen=True)
class Parted:
    """A prompt in parts, as tokens: `head`, the `parts` in any order, `tail`, and then the `continuation`."""

    head: tuple[int, ...]
    parts: tuple[tuple[int, ...], ...]
    tail: tuple[int, ...]
    continuation: tuple[int, ...]


@dataclass(frozen=True)
class LeftOut:
    """log P(continuation) with every part and that part last, and without it: both (parts,), in nats.

    `evaluated`: the tokens that the model read for it.
    """

    included: Floats
    left_out: Floats
    evaluated: int


def leave_one_out(
    model: LanguageModel,
    parted: Parted,
    order: Sequence[int],
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> LeftOut:
    """Leave out each part once; `order` (a permutation of the parts) is the order that prompts begin with.

    Raises `ContextTooSmallError` where the whole prompt exceeds what the model was trained for, `DecodingError` where
    llama.cpp fails.
    """
    count = len(parted.parts)
    included, left_out = np.zeros(count), np.zeros(count)
    # Along one path of the halving every line is there once, and once more for the half that waits beside it.
    lines = sum(map(len, parted.parts))
    ends = 4 * (len(parted.tail) + len(parted.continuation)) + 2 * max(map(len, parted.parts), default=0)
    _require_room(model, parted)
    with open_reading(model, len(parted.head) + 2 * lines + ends, 2 * count.bit_length() + 6) as reading:
        reading.read([Piece(0, parted.head)])
        done = 0

        def finish(grown: Sequence[tuple[int, int]]) -> None:
            """Pairs of a sequence that holds all others' lines and the member whose line it lacks."""
            nonlocal done
            with contextlib.ExitStack() as stack:
                pieces: list[Piece] = []
                for sequence, member in grown:
                    without, whole = stack.enter_context(reading.branches(sequence))
                    end = (*parted.tail, *parted.continuation[:-1])
                    pieces.append(Piece(without, end, parted.continuation))
                    pieces.append(Piece(whole, (*parted.parts[member], *end), parted.continuation))
                chances = iter(reading.read(pieces))
            for _, member in grown:
                left_out[member], included[member] = islice(chances, 2)
            done += len(grown)
            progress(done, count)

        def halve(sequence: int, members: Sequence[int]) -> None:
            if len(members) == 1:
                finish([(sequence, members[0])])
                return
            halves = members[: len(members) // 2], members[len(members) // 2 :]
            with reading.branches(sequence) as grown:
                reading.read(
                    Piece(branch, [token for other in others for token in parted.parts[other]])
                    for branch, others in zip(grown, reversed(halves), strict=True)
                )
                if len(members) == 2:
                    finish([(branch, half[0]) for branch, half in zip(grown, halves, strict=True)])
                else:
                    for branch, half in zip(grown, halves, strict=True):
                        halve(branch, half)

        if count:
            halve(0, list(order))
        return LeftOut(included, left_out, reading.evaluated)


def one_by_one(model: LanguageModel, parted: Parted, order: Sequence[int]) -> LeftOut:
    """The same figures with every prompt evaluated on its own: what `leave_one_out` is measured against."""
    _require_room(model, parted)
    count = len(parted.parts)
    included, left_out = np.zeros(count), np.zeros(count)
    evaluated = 0
    for member in range(count):
        others = [token for other in order if other != member for token in parted.parts[other]]
        for found, own in ((left_out, ()), (included, parted.parts[member])):
            whole = [*parted.head, *others, *own, *parted.tail, *parted.continuation[:-1]]
            with open_reading(model, len(whole), 1) as reading:
                (found[member],) = reading.read([Piece(0, whole, parted.continuation)])
                evaluated += reading.evaluated
    return LeftOut(included, left_out, evaluated)


def _require_room(model: LanguageModel, parted: Parted) -> None:
    whole = len(parted.head) + sum(map(len, parted.parts)) + len(parted.tail) + len(parted.continuation)
    if whole > model.context_limit:
        raise ContextTooSmallError("context_too_small", needed=whole, limit=model.context_limit)


@dataclass(frozen=True)
class Piece:
    """What a sequence reads next. `wanted` are the last of the `tokens` and one more, shifted by one: their chances,
    each given everything before it, are what is asked for.
    """

    sequence: int
    tokens: Sequence[int]
    wanted: Sequence[int] = ()


class Reading:
    """A context in which sequences are read; sequence 0 is the beginning, others branch from it."""

    def __init__(self, context: Context, sequences: int) -> None:
        self._context = context
        self._length = {0: 0}
        self._free = list(range(1, sequences))
        self.evaluated = 0

    @contextlib.contextmanager
    def branches(self, sequence: int, count: int = 2) -> Generator[list[int]]:
        """Sequences that go on from `sequence`, for the length of a `with`; they share its cells."""
        numbers = [self._free.pop() for _ in range(count)]
        for number in numbers:
            self._context.share(sequence, number)
            self._length[number] = self._length[sequence]
        try:
            yield numbers
        finally:
            for number in numbers:
                self._context.forget(number)
                del self._length[number]
                self._free.append(number)

    def read(self, pieces: Iterable[Piece]) -> list[float]:
        """Let sequences read on, all together; the log-probability of what each wanted, in nats."""
        given = list(pieces)
        entries: list[Entry] = []
        wanted: list[tuple[int, int]] = []
        for place, piece in enumerate(given):
            start, unwanted = self._length[piece.sequence], len(piece.tokens) - len(piece.wanted)
            for at, token in enumerate(piece.tokens):
                entries.append((token, start + at, (piece.sequence,), at >= unwanted))
            wanted += [(place, token) for token in piece.wanted]
            self._length[piece.sequence] = start + len(piece.tokens)
        totals = [0.0] * len(given)
        for (place, token), chances in zip(wanted, self._context.log_chances(entries), strict=True):
            totals[place] += float(chances[token])
        self.evaluated += len(entries)
        return totals


@contextlib.contextmanager
def open_reading(model: LanguageModel, tokens: int, sequences: int) -> Generator[Reading]:
    """With room for so many tokens (what sequences share counts once) and sequences at a time."""
    with model.context(tokens=tokens, sequences=sequences, outputs=EVALUATED_TOGETHER) as context:
        yield Reading(context, sequences)


READ_AT_ONCE = 16
"""Answers that are read together."""


def likelihoods(model: LanguageModel, prompt: Sequence[int], answers: Sequence[Sequence[int]]) -> Floats:
    """Log P(answer | prompt) in nats per token: (answers,). The prompt is evaluated once."""
    found: list[float] = []
    room = len(prompt) + sum(map(len, answers)) + 8
    with open_reading(model, room, READ_AT_ONCE + 1) as reading:
        reading.read([Piece(0, prompt[:-1])])
        for start in range(0, len(answers), READ_AT_ONCE):
            some = answers[start : start + READ_AT_ONCE]
            with reading.branches(0, len(some)) as branches:
                totals = reading.read(
                    Piece(branch, (prompt[-1], *answer[:-1]), answer)
                    for branch, answer in zip(branches, some, strict=True)
                )
            found += [total / len(answer) for total, answer in zip(totals, some, strict=True)]
    return np.array(found)
