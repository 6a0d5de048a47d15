"""How likely a language model finds one continuation after many prompts that have most of their words in common.

It is the model without an adapter: what is measured is the weights', and an adapter that drafted has no part in it.

For leave-one-out the prompts are grown by halves: what all of a half's members' prompts share, the lines of the other
half, is evaluated once and its KV cells are used by all of them. n prompts of n lines cost about n log2 n lines
instead of n squared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import llama_cpp.llama_cpp as native
import numpy as np
from numpy.typing import NDArray

from engine.models.errors import ContextTooSmallError, DecodingError
from engine.models.llama import EVALUATED_TOGETHER, LanguageModel

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
    with Reading(model, parted) as reading:
        count = len(parted.parts)
        included, left_out = np.zeros(count), np.zeros(count)
        reading.extend(0, list(parted.head))
        done = 0

        def halve(sequence: int, members: Sequence[int]) -> None:
            nonlocal done
            if len(members) == 1:
                (member,) = members
                without, whole = reading.end(sequence), reading.end(sequence, list(parted.parts[member]))
                left_out[member], included[member] = without, whole
                done += 1
                progress(done, count)
                return
            middle = len(members) // 2
            for inside, others in ((members[:middle], members[middle:]), (members[middle:], members[:middle])):
                with reading.branch(sequence) as longer:
                    reading.extend(longer, [token for other in others for token in parted.parts[other]])
                    halve(longer, inside)

        if count:
            halve(0, list(order))
        return LeftOut(included, left_out, reading.evaluated)


def one_by_one(model: LanguageModel, parted: Parted, order: Sequence[int]) -> LeftOut:
    """The same figures with every prompt evaluated on its own: what `leave_one_out` is measured against."""
    count = len(parted.parts)
    included, left_out = np.zeros(count), np.zeros(count)
    evaluated = 0
    for member in range(count):
        others = [token for other in order if other != member for token in parted.parts[other]]
        for found, own in ((left_out, ()), (included, parted.parts[member])):
            with Reading(model, parted) as reading:
                reading.extend(0, [*parted.head, *others])
                found[member] = reading.end(0, list(own))
                evaluated += reading.evaluated
    return LeftOut(included, left_out, evaluated)


class Reading:
    """A llama.cpp context that reads a parted prompt; sequence 0 is its beginning, others branch from it."""

    def __init__(self, model: LanguageModel, parted: Parted) -> None:
        whole = len(parted.head) + sum(map(len, parted.parts)) + len(parted.tail) + len(parted.continuation)
        if whole > model.context_limit:
            raise ContextTooSmallError("context_too_small", needed=whole, limit=model.context_limit)
        self._parted = parted
        depth = max(1, len(parted.parts)).bit_length() + 3
        parameters = api.llama_context_default_params()
        # Along one path of the halving the lines are there once; the ends of it come and go.
        parameters.n_ctx = 2 * whole + 256
        parameters.n_batch = parameters.n_ubatch = EVALUATED_TOGETHER
        parameters.n_seq_max = depth
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
        self._free = list(range(1, depth))
        self.evaluated = 0

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *_: object) -> None:
        api.llama_batch_free(self._batch)
        api.llama_free(self._context)

    def branch(self, sequence: int) -> _Branch:
        """A sequence that goes on from `sequence`, for the length of a `with`."""
        return _Branch(self, sequence)

    def fork(self, sequence: int) -> int:
        """Another sequence with the same beginning; it shares the cells."""
        number = self._free.pop()
        api.llama_memory_seq_cp(self._memory, sequence, number, -1, -1)
        self._length[number] = self._length[sequence]
        return number

    def drop(self, sequence: int) -> None:
        """Forget a sequence."""
        api.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        del self._length[sequence]
        self._free.append(sequence)

    def extend(self, sequence: int, tokens: Sequence[int], wanted: Sequence[int] = ()) -> float:
        """Read tokens on; the log-probability of those next tokens in `wanted` that follow the last ones, in nats.

        `wanted` are the last tokens and one more: the model's chance for each, given everything before it.
        """
        first = len(tokens) - len(wanted)
        total = 0.0
        for start in range(0, len(tokens), EVALUATED_TOGETHER):
            piece = tokens[start : start + EVALUATED_TOGETHER]
            rows = [index for index in range(len(piece)) if start + index >= first and wanted]
            self._decode(sequence, piece, set(rows))
            for output, index in enumerate(rows):
                total += self._log_chance(output, wanted[start + index - first])
        return total

    def end(self, sequence: int, own: Sequence[int] = ()) -> float:
        """The log P(continuation) after the sequence, `own` tokens and the tail; the sequence itself stays as it is."""
        with self.branch(sequence) as ending:
            continuation = self._parted.continuation
            tokens = [*own, *self._parted.tail, *continuation[:-1]]
            return self.extend(ending, tokens, continuation)

    def _decode(self, sequence: int, tokens: Sequence[int], wanted: set[int]) -> None:
        batch, position = self._batch, self._length[sequence]
        for index, token in enumerate(tokens):
            batch.token[index] = token
            batch.pos[index] = position + index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = sequence
            batch.logits[index] = index in wanted
        batch.n_tokens = len(tokens)
        if tokens:
            status = api.llama_decode(self._context, batch)
            if status != 0:
                raise DecodingError("decode_failed", status=int(status))
        self._length[sequence] += len(tokens)
        self.evaluated += len(tokens)

    def _log_chance(self, output: int, token: int) -> float:
        """The log P(token) at output row `output` of the last call."""
        # Rows of wanted outputs lie one after the other, in the order of the batch.
        pointer = api.llama_get_logits(self._context)
        table = np.ctypeslib.as_array(pointer, shape=((output + 1) * self._vocabulary_size,))
        logits = table[output * self._vocabulary_size :].astype(np.float64)
        highest = logits.max()
        return float(logits[token] - highest - np.log(np.exp(logits - highest).sum()))


class _Branch:
    def __init__(self, reading: Reading, sequence: int) -> None:
        self._reading = reading
        self._sequence = sequence

    def __enter__(self) -> int:
        self._branch = self._reading.fork(self._sequence)
        return self._branch

    def __exit__(self, *_: object) -> None:
        self._reading.drop(self._branch)
