"""What a language model would say next, for many prompts that begin alike: one context, no text drawn.

Sorted prompts form a tree. What a whole wave shares is its trunk and stays in the cache from wave to wave; inside a
wave a token that several prompts share is evaluated once and belongs to all their sequences. So a question costs about
its own words, however long the instruction before it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import llama_cpp.llama_cpp as native
import numpy as np
from numpy.typing import NDArray

from engine.models.errors import ContextTooSmallError, DecodingError
from engine.models.llama import EVALUATED_TOGETHER, LanguageModel

api: Any = native

Floats = NDArray[np.float64]
Read = TypeVar("Read")

SEQUENCES_AT_ONCE = 96
"""Prompts in one wave; llama.cpp allows 256 sequences."""


@dataclass(frozen=True)
class _Wave:
    """Prompts `first` up to `until` of the sorted list, all of which begin with `trunk` tokens."""

    first: int
    until: int
    trunk: int


def read_next(
    model: LanguageModel,
    prompts: Sequence[Sequence[int]],
    read: Callable[[Floats], Read],
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Read]:
    """`read` of each prompt's log-probabilities of the next token, (vocabulary,) in nats; in the order of `prompts`.

    A prompt that occurs twice is read once. Raises `ContextTooSmallError` for one that the model cannot hold and
    `DecodingError` where llama.cpp fails.
    """
    distinct = sorted({tuple(prompt) for prompt in prompts})
    if not distinct:
        return []
    longest = max(map(len, distinct))
    if longest > model.context_limit:
        raise ContextTooSmallError("context_too_small", needed=longest, limit=model.context_limit)
    shared = [0, *(_common(one, other) for one, other in itertools.pairwise(distinct))]
    waves = _waves(distinct, shared)
    found: dict[tuple[int, ...], Read] = {}
    with _Context(model, waves, distinct, shared) as context:
        for wave in waves:
            context.go_on(distinct[wave.first][: wave.trunk])
            for number, chances in context.branch(distinct, shared, wave):
                found[distinct[number]] = read(chances)
            progress(len(found), len(distinct))
    return [found[tuple(prompt)] for prompt in prompts]


def read_one_by_one(
    model: LanguageModel, prompts: Sequence[Sequence[int]], read: Callable[[Floats], Read]
) -> list[Read]:
    """The same, one call and one evaluation of the whole prompt for each: what `read_next` is measured against."""
    return [read_next(model, [prompt], read)[0] for prompt in prompts]


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two prompts begin with in common; the last one of each stays its own."""
    most = min(len(one), len(other)) - 1
    return next((at for at in range(most) if one[at] != other[at]), most)


def _waves(prompts: Sequence[Sequence[int]], shared: Sequence[int]) -> list[_Wave]:
    """Cut the sorted prompts where a wave's own tokens would exceed one evaluation."""
    waves: list[_Wave] = []
    first = 0
    while first < len(prompts):
        trunk, until, own = len(prompts[first]) - 1, first + 1, 1
        while until < len(prompts) and until - first < SEQUENCES_AT_ONCE:
            shorter = min(trunk, shared[until])
            # A shorter trunk leaves more of the earlier prompts to be read within the wave.
            longer = own + (trunk - shorter) + len(prompts[until]) - shared[until]
            if longer > EVALUATED_TOGETHER or (until - first > 1 and trunk - shorter > longer / 4):
                break
            trunk, own, until = shorter, longer, until + 1
        waves.append(_Wave(first, until, trunk))
        first = until
    return waves


class _Context:
    """A llama.cpp context: sequence 0 is the trunk, the others are a wave's prompts."""

    def __init__(
        self,
        model: LanguageModel,
        waves: Sequence[_Wave],
        prompts: Sequence[Sequence[int]],
        shared: Sequence[int],
    ) -> None:
        widest = max(wave.until - wave.first for wave in waves)
        cells = max(
            wave.trunk
            + sum(len(prompts[at]) - max(wave.trunk, shared[at] if at > wave.first else 0) for at in _range(wave))
            for wave in waves
        )
        parameters = api.llama_context_default_params()
        parameters.n_ctx = cells + 256
        parameters.n_batch = parameters.n_ubatch = EVALUATED_TOGETHER
        parameters.n_seq_max = widest + 1
        parameters.n_outputs_max = widest + 1
        parameters.n_threads = parameters.n_threads_batch = model.threads
        parameters.kv_unified = True
        parameters.no_perf = True
        self._handle = api.llama_init_from_model(model.weights, parameters)
        if not self._handle:
            raise DecodingError("context_not_created", tokens=int(parameters.n_ctx))
        self._memory = api.llama_get_memory(self._handle)
        self._batch = api.llama_batch_init(EVALUATED_TOGETHER, 0, widest + 1)
        self._vocabulary: int = api.llama_vocab_n_tokens(api.llama_model_get_vocab(model.weights))
        self._trunk: tuple[int, ...] = ()

    def __enter__(self) -> _Context:
        return self

    def __exit__(self, *_: object) -> None:
        api.llama_batch_free(self._batch)
        api.llama_free(self._handle)

    def go_on(self, trunk: Sequence[int]) -> None:
        """Let the trunk be these tokens; what it has in common with the last one stays as it is."""
        most = min(len(trunk), len(self._trunk))
        kept = next((at for at in range(most) if trunk[at] != self._trunk[at]), most)
        api.llama_memory_seq_rm(self._memory, 0, kept, -1)
        self._evaluate([(trunk[position], position, (0,), False) for position in range(kept, len(trunk))])
        self._trunk = tuple(trunk)

    def branch(self, prompts: Sequence[Sequence[int]], shared: Sequence[int], wave: _Wave) -> list[tuple[int, Floats]]:
        """Read a wave's prompts on from the trunk: each one's number and its log-probabilities (vocabulary,)."""
        sequence = {number: place for place, number in enumerate(_range(wave), start=1)}
        for place in sequence.values():
            api.llama_memory_seq_cp(self._memory, 0, place, -1, -1)
        entries: list[tuple[int, int, tuple[int, ...], bool]] = []
        ends: list[int] = []
        for number in _range(wave):
            begins = max(wave.trunk, shared[number] if number > wave.first else 0)
            for position in range(begins, len(prompts[number])):
                last = position == len(prompts[number]) - 1
                owners = [sequence[number]]
                following = number + 1
                while following < wave.until and shared[following] > position:
                    owners.append(sequence[following])
                    following += 1
                entries.append((prompts[number][position], position, tuple(owners), last))
            ends.append(number)
        rows = self._evaluate(entries)
        for place in sequence.values():
            api.llama_memory_seq_rm(self._memory, place, -1, -1)
        return list(zip(ends, rows, strict=True))

    def _evaluate(self, entries: Sequence[tuple[int, int, tuple[int, ...], bool]]) -> list[Floats]:
        """Evaluate (token, position, sequences, wants an answer); the answers in that order."""
        found: list[Floats] = []
        batch = self._batch
        for start in range(0, len(entries), EVALUATED_TOGETHER):
            piece = entries[start : start + EVALUATED_TOGETHER]
            for index, (token, position, owners, wanted) in enumerate(piece):
                batch.token[index] = token
                batch.pos[index] = position
                batch.n_seq_id[index] = len(owners)
                for at, owner in enumerate(owners):
                    batch.seq_id[index][at] = owner
                batch.logits[index] = wanted
            batch.n_tokens = len(piece)
            status = api.llama_decode(self._handle, batch)
            if status != 0:
                raise DecodingError("decode_failed", status=int(status))
            outputs = sum(1 for *_, wanted in piece if wanted)
            if outputs:
                pointer = api.llama_get_logits(self._handle)
                table = np.ctypeslib.as_array(pointer, shape=(outputs * self._vocabulary,))
                found += [_normalised(row) for row in table.reshape(outputs, self._vocabulary)]
        return found


def _range(wave: _Wave) -> range:
    return range(wave.first, wave.until)


def _normalised(logits: NDArray[np.float32]) -> Floats:
    values = logits.astype(np.float64)
    values -= values.max()
    return values - np.log(np.exp(values).sum())
