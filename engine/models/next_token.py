"""What a language model would say next, for many prompts that begin alike: one context, no text drawn.

Sorted prompts form a tree. What a whole wave shares is its trunk and stays in the cache from wave to wave; inside a
wave a token that several prompts share is evaluated once and belongs to all their sequences. So a question costs about
its own words, however long the instruction before it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from engine.models.context import EVALUATED_TOGETHER, Context, Entry, Floats
from engine.models.errors import CancelledError, ContextTooSmallError
from engine.models.llama import LanguageModel

Read = TypeVar("Read")

SEQUENCES_AT_ONCE = 96
"""Prompts in one wave; llama.cpp allows 256 sequences."""


@dataclass(frozen=True)
class _Wave:
    """Prompts `first` up to `until` of the sorted list, all of which begin with `trunk` tokens."""

    first: int
    until: int
    trunk: int

    @property
    def numbers(self) -> range:
        return range(self.first, self.until)

    def begins(self, number: int, shared: Sequence[int]) -> int:
        """From which position on prompt `number` is read in this wave."""
        return max(self.trunk, shared[number]) if number > self.first else self.trunk

    def tokens(self, prompts: Sequence[Sequence[int]], shared: Sequence[int]) -> int:
        """The tokens that are read besides the trunk's."""
        return sum(len(prompts[number]) - self.begins(number, shared) for number in self.numbers)


def read_next(
    model: LanguageModel,
    prompts: Sequence[Sequence[int]],
    read: Callable[[Floats], Read],
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Read]:
    """`read` of each prompt's log-probabilities of the next token, (vocabulary,) in nats; in the order of `prompts`.

    A prompt that occurs twice is read once. Raises `ContextTooSmallError` for one that the model cannot hold,
    `CancelledError` within one wave of `cancelled()`, and `DecodingError` where llama.cpp fails.
    """
    distinct, shared, waves = _planned(prompts)
    if not distinct:
        return []
    longest = max(map(len, distinct))
    if longest > model.context_limit:
        raise ContextTooSmallError("context_too_small", needed=longest, limit=model.context_limit)
    widest = max(len(wave.numbers) for wave in waves)
    room = max(wave.trunk + wave.tokens(distinct, shared) for wave in waves)
    found: dict[tuple[int, ...], Read] = {}
    with model.context(tokens=room, sequences=widest + 1, outputs=widest + 1, owners=widest + 1) as context:
        tree = _Tree(context, distinct, shared)
        for wave in waves:
            if cancelled():
                raise CancelledError
            tree.go_on(wave)
            for number, chances in zip(wave.numbers, tree.branch(wave), strict=True):
                found[distinct[number]] = read(chances)
            progress(len(found), len(distinct))
    return [found[tuple(prompt)] for prompt in prompts]


def tokens_read(prompts: Sequence[Sequence[int]]) -> int:
    """How many tokens `read_next` reads for these prompts.

    >>> tokens_read([[1, 2, 3], [1, 2, 4], [1, 5, 6], [1, 2, 3]])
    6
    """
    distinct, shared, waves = _planned(prompts)
    trunks = [(), *(distinct[wave.first][: wave.trunk] for wave in waves)]
    once = sum(len(trunk) - _kept(last, trunk) for last, trunk in itertools.pairwise(trunks))
    return once + sum(wave.tokens(distinct, shared) for wave in waves)


def read_one_by_one(
    model: LanguageModel, prompts: Sequence[Sequence[int]], read: Callable[[Floats], Read]
) -> list[Read]:
    """The same, one call and one evaluation of the whole prompt for each: what `read_next` is measured against."""
    return [read_next(model, [prompt], read)[0] for prompt in prompts]


def _planned(prompts: Sequence[Sequence[int]]) -> tuple[list[tuple[int, ...]], list[int], list[_Wave]]:
    """The distinct prompts in order, what each has in common with the one before, and the waves to read them in."""
    distinct = sorted({tuple(prompt) for prompt in prompts})
    shared = [0, *(_common(one, other) for one, other in itertools.pairwise(distinct))]
    return distinct, shared, _waves(distinct, shared)


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


class _Tree:
    """Sorted prompts in a context: sequence 0 is the trunk, the others are a wave's prompts."""

    def __init__(self, context: Context, prompts: Sequence[Sequence[int]], shared: Sequence[int]) -> None:
        self._context = context
        self._prompts = prompts
        self._shared = shared
        self._trunk: Sequence[int] = ()

    def go_on(self, wave: _Wave) -> None:
        """Let the trunk be what the wave begins with; what it has in common with the last one stays as it is."""
        trunk = self._prompts[wave.first][: wave.trunk]
        kept = _kept(self._trunk, trunk)
        self._context.forget(0, kept)
        entries: list[Entry] = [(trunk[position], position, (0,), False) for position in range(kept, len(trunk))]
        for _ in self._context.log_chances(entries):
            pass
        self._trunk = trunk

    def branch(self, wave: _Wave) -> Iterator[Floats]:
        """Read a wave's prompts on from the trunk: the log-probabilities (vocabulary,) after each."""
        sequence = {number: place for place, number in enumerate(wave.numbers, start=1)}
        for place in sequence.values():
            self._context.share(0, place)
        entries: list[Entry] = []
        for number in wave.numbers:
            prompt = self._prompts[number]
            for position in range(wave.begins(number, self._shared), len(prompt)):
                owners = [sequence[number]]
                following = number + 1
                while following < wave.until and self._shared[following] > position:
                    owners.append(sequence[following])
                    following += 1
                entries.append((prompt[position], position, owners, position == len(prompt) - 1))
        yield from self._context.log_chances(entries)
        for place in sequence.values():
            self._context.forget(place)


def _kept(trunk: Sequence[int], following: Sequence[int]) -> int:
    """How many tokens of one trunk the next one begins with."""
    most = min(len(trunk), len(following))
    return next((at for at in range(most) if trunk[at] != following[at]), most)
