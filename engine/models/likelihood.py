"""How likely a language model finds one continuation after many prompts that have most of their words in common.

For leave-one-out the prompts are grown by halves: what all of a half's members' prompts share, the lines of the other
half, is evaluated once and its KV cells are used by all of them. n prompts of n lines cost about n log2 n lines
instead of n squared. What goes on from different places is evaluated in one batch, which the weights are read once for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import llama_cpp.llama_cpp as native
import numpy as np
from numpy.typing import NDArray

from engine.models.errors import ContextTooSmallError, DecodingError
from engine.models.llama import EVALUATED_TOGETHER, CancelledError, LanguageModel, common_length

api: Any = native

Floats = NDArray[np.float64]


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
    with Reading(model, len(parted.head) + 2 * lines + ends, 2 * count.bit_length() + 6) as reading:
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
            with Reading(model, len(whole), 1) as reading:
                (found[member],) = reading.read([Piece(0, whole, parted.continuation)])
                evaluated += reading.evaluated
    return LeftOut(included, left_out, evaluated)


def next_chances(
    model: LanguageModel,
    groups: Sequence[Sequence[Sequence[int]]],
    choices: Sequence[int],
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Floats]:
    """The log P of each of the tokens `choices` after each prompt: (prompts, choices) for each group of prompts.

    Prompts are token ids. What all begin with in common is read once, then what a group has in common once, and the
    rest of its prompts together; `shared_tokens` says how many that is. Raises `ContextTooSmallError`, `DecodingError`,
    and `CancelledError` within one group of `cancelled()`.
    """
    everything = [prompt for prompts in groups for prompt in prompts]
    if not everything:
        return []
    longest = max(map(len, everything))
    if longest > model.context_limit:
        raise ContextTooSmallError("context_too_small", needed=longest, limit=model.context_limit)
    head = common_length(everything)
    room = head + max(shared_tokens([prompts]) for prompts in groups)
    with Reading(model, room, 2 + max(map(len, groups))) as reading:
        reading.read([Piece(0, everything[0][:head])])
        found: list[Floats] = []
        for prompts in groups:
            if cancelled():
                raise CancelledError
            common = common_length(prompts)
            with reading.branches(0, 1) as (beginning,):
                reading.read([Piece(beginning, prompts[0][head:common])])
                with reading.branches(beginning, len(prompts)) as branches:
                    found.append(reading.choose(branches, [prompt[common:] for prompt in prompts], choices))
        return found


def shared_tokens(groups: Sequence[Sequence[Sequence[int]]]) -> int:
    """How many tokens `next_chances` reads for these prompts.

    >>> shared_tokens([[[1, 2, 3], [1, 2, 4]], [[1, 5, 6]]])
    6
    """
    everything = [prompt for prompts in groups for prompt in prompts]
    head = common_length(everything) if everything else 0
    total = head
    for prompts in groups:
        common = common_length(prompts)
        total += common - head + sum(len(prompt) - common for prompt in prompts)
    return total


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
    """A llama.cpp context in which sequences are read; sequence 0 is the beginning, others branch from it."""

    def __init__(self, model: LanguageModel, tokens: int, sequences: int) -> None:
        """With room for so many tokens (what sequences share counts once) and sequences at a time."""
        parameters = api.llama_context_default_params()
        parameters.n_ctx = tokens + 256
        parameters.n_batch = parameters.n_ubatch = EVALUATED_TOGETHER
        parameters.n_seq_max = sequences
        parameters.n_outputs_max = EVALUATED_TOGETHER
        parameters.n_threads = parameters.n_threads_batch = model.threads
        parameters.kv_unified = True
        parameters.no_perf = True
        self._context = api.llama_init_from_model(model.weights, parameters)
        if not self._context:
            raise DecodingError("context_not_created", tokens=int(parameters.n_ctx))
        self._memory = api.llama_get_memory(self._context)
        self._batch = api.llama_batch_init(EVALUATED_TOGETHER, 0, 1)
        self._vocabulary_size: int = api.llama_vocab_n_tokens(api.llama_model_get_vocab(model.weights))
        self._length = {0: 0}
        self._free = list(range(1, sequences))
        self.evaluated = 0

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *_: object) -> None:
        api.llama_batch_free(self._batch)
        api.llama_free(self._context)

    @contextlib.contextmanager
    def branches(self, sequence: int, count: int = 2) -> Generator[list[int]]:
        """Sequences that go on from `sequence`, for the length of a `with`; they share its cells."""
        numbers = [self._free.pop() for _ in range(count)]
        for number in numbers:
            api.llama_memory_seq_cp(self._memory, sequence, number, -1, -1)
            self._length[number] = self._length[sequence]
        try:
            yield numbers
        finally:
            for number in numbers:
                api.llama_memory_seq_rm(self._memory, number, -1, -1)
                del self._length[number]
                self._free.append(number)

    def read(self, pieces: Iterable[Piece]) -> list[float]:
        """Let sequences read on, all together; the log-probability of what each wanted, in nats."""
        given = list(pieces)
        rows: list[_Row] = []
        places: list[int] = []
        for place, piece in enumerate(given):
            unwanted = len(piece.tokens) - len(piece.wanted)
            asked = [*[()] * unwanted, *((token,) for token in piece.wanted)]
            rows += [(piece.sequence, *row) for row in zip(piece.tokens, asked, strict=True)]
            places += [place] * len(piece.wanted)
        totals = [0.0] * len(given)
        for place, found in zip(places, self._decode(rows), strict=True):
            totals[place] += float(found[0])
        return totals

    def choose(self, sequences: Sequence[int], rests: Sequence[Sequence[int]], choices: Sequence[int]) -> Floats:
        """Let each sequence read its rest; the log-probability of each choice after it: (sequences, choices)."""
        rows: list[_Row] = []
        for sequence, rest in zip(sequences, rests, strict=True):
            rows += [(sequence, token, ()) for token in rest[:-1]]
            rows.append((sequence, rest[-1], tuple(choices)))
        return np.array(self._decode(rows)).reshape(len(rests), len(choices))

    def _decode(self, rows: Sequence[_Row]) -> list[Floats]:
        """Evaluate rows; the log-probabilities of what was asked, for each row where anything was."""
        batch = self._batch
        found: list[Floats] = []
        for start in range(0, len(rows), EVALUATED_TOGETHER):
            together = rows[start : start + EVALUATED_TOGETHER]
            for index, (sequence, token, asked) in enumerate(together):
                batch.token[index] = token
                batch.pos[index] = self._length[sequence]
                batch.n_seq_id[index] = 1
                batch.seq_id[index][0] = sequence
                batch.logits[index] = bool(asked)
                self._length[sequence] += 1
            batch.n_tokens = len(together)
            status = api.llama_decode(self._context, batch)
            if status != 0:
                raise DecodingError("decode_failed", status=int(status))
            self.evaluated += len(together)
            wanted = [list(asked) for _, _, asked in together if asked]
            if wanted:
                # Rows of wanted outputs lie one after the other, in the order of the batch.
                table = np.ctypeslib.as_array(
                    api.llama_get_logits(self._context), shape=(len(wanted), self._vocabulary_size)
                )
                found += [_log_chances(logits)[asked] for logits, asked in zip(table, wanted, strict=True)]
        return found


_Row = tuple[int, int, tuple[int, ...]]
"""A sequence, its next token, and the tokens after it whose chances are asked for."""


def _log_chances(logits: NDArray[np.float32]) -> Floats:
    about = (logits - logits.max()).astype(np.float64)
    return about - np.log(np.exp(about).sum())
