"""One language model in llama.cpp, and many sequences decoded together in one context.

The prompts' common beginning is evaluated once, each prompt's rest once, and every sequence then continues from a
copy of its prompt's KV cells (llama.cpp shares the cells of a unified cache, it does not copy them). One batch
advances all unfinished sequences by a token, so the weights are read once per step, not once per candidate.
"""

from __future__ import annotations

import contextlib
import copy
import ctypes
import logging
import os
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import jinja2
import llama_cpp.llama_cpp as native
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from engine.models.adapter import load_adapter, put_on
from engine.models.context import EVALUATED_TOGETHER, Context, Entry
from engine.models.errors import CancelledError, ContextTooSmallError, ModelFileError

logger = logging.getLogger("accord.models")

api: Any = native

SEQUENCES_AT_ONCE = 128
"""Sequences in one context (llama.cpp allows 256); more requests run in waves."""


@dataclass(frozen=True)
class Sampling:
    """How tokens are drawn: the usual chain repetition penalty -> top-k -> min-p -> temperature -> draw."""

    temperature: float = 0.8
    top_k: int = 40
    min_p: float = 0.05
    repetition_penalty: float = 1.05
    penalised_tokens: int = 64


@dataclass(frozen=True)
class Request:
    """One sequence to decode: it continues prompt number `prompt` with its own random stream."""

    prompt: int
    seed: int
    sampling: Sampling = Sampling()


@dataclass(frozen=True)
class Completion:
    """What a sequence became. `ended` says why it stopped: the model ended it, `stop` did, or the limit cut it."""

    text: str
    tokens: int
    ended: Literal["model", "stop", "limit"]


class LanguageModel:
    """A GGUF loaded once; `complete` may be called any number of times, from one thread at a time."""

    continues = True

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        """Load the weights, onto the GPU as far as llama.cpp was built for one.

        Raises `ModelFileError` if llama.cpp cannot load the file.
        """
        parameters = api.llama_model_default_params()
        parameters.n_gpu_layers = 999 if api.llama_supports_gpu_offload() else 0
        self.threads = threads or len(os.sched_getaffinity(0))
        self._model = api.llama_model_load_from_file(os.fsencode(path), parameters)
        if not self._model:
            raise ModelFileError("model_not_loadable", path=str(path))
        self._adapter: Any = None
        self._vocabulary = api.llama_model_get_vocab(self._model)
        self.context_limit: int = api.llama_model_n_ctx_train(self._model)

    def with_adapter(self, path: Path) -> LanguageModel:
        """The same loaded weights with a LoRA adapter, for as long as this is not closed.

        Raises `ModelFileError` where it does not fit.
        """
        adapted = copy.copy(self)
        adapted._adapter = load_adapter(self._model, path)
        return adapted

    def context(self, *, tokens: int, sequences: int, outputs: int, owners: int = 1) -> Context:
        """A `Context` on these weights, with the adapter on where this model has one."""
        context = Context(
            self._model, tokens=tokens, sequences=sequences, outputs=outputs, threads=self.threads, owners=owners
        )
        if self._adapter is not None:
            put_on(context.handle, self._adapter)
        return context

    def close(self) -> None:
        """Give the memory back. The model cannot be used afterwards."""
        if self._model:
            api.llama_model_free(self._model)
            self._model = None

    def tokens(self, text: str, *, special: bool = False) -> list[int]:
        """Token ids of `text`. Unless `special`, control tokens written in it (`<|im_end|>`) stay plain text."""
        data = text.encode(errors="replace")
        room = len(data) + 8
        buffer = (ctypes.c_int32 * room)()
        count = api.llama_tokenize(self._vocabulary, data, len(data), buffer, room, False, special)
        return list(buffer[:count])

    def text(self, tokens: Sequence[int]) -> str:
        """The text of token ids; control tokens are left out, an unfinished UTF-8 sequence at the end is dropped."""
        return b"".join(self._piece(token) for token in tokens).decode(errors="ignore")

    def chat(self, instruction: str, content: Sequence[str], *, answer_begins: str = "") -> list[int]:
        """Tokens of one user turn and the beginning of the answer, in the chat template that the GGUF carries.

        `content` follows the instruction; it is members' text and is tokenized with control tokens off, so no text
        can close the turn. A model without a template gets plain text.
        """
        before, after = self._turn
        tokens = self.tokens(before, special=True) + self.tokens(instruction)
        for part in content:
            tokens += self.tokens(part)
        tokens += self.tokens(after, special=True) + self.tokens(answer_begins)
        first = api.llama_vocab_bos(self._vocabulary)
        if api.llama_vocab_get_add_bos(self._vocabulary) and tokens[0] != first:
            tokens.insert(0, first)
        return tokens

    @cached_property
    def _turn(self) -> tuple[str, str]:
        """The template's text around a user's message, up to where the answer begins."""
        template = api.llama_model_chat_template(self._model, None)
        if template is None:
            return "", "\n\n"
        mark = "\x00message\x00"
        eos = self._control_text(api.llama_vocab_eos(self._vocabulary))
        bos = self._control_text(api.llama_vocab_bos(self._vocabulary))
        try:
            formatter = Jinja2ChatFormatter(template.decode(), eos_token=eos, bos_token=bos)
            prompt = formatter(messages=[{"role": "user", "content": mark}]).prompt
        except (jinja2.TemplateError, UnicodeDecodeError, TypeError) as problem:
            logger.warning("the model's chat template cannot be used, so it gets plain text: %s", problem)
            return "", "\n\n"
        before, found, after = prompt.partition(mark)
        return (before, after) if found else ("", "\n\n")

    def _control_text(self, token: int) -> str:
        return "" if token < 0 else self._piece(token, special=True).decode(errors="ignore")

    def _piece(self, token: int, *, special: bool = False) -> bytes:
        room = 128
        buffer = ctypes.create_string_buffer(room)
        length = api.llama_token_to_piece(self._vocabulary, token, buffer, room, 0, special)
        if length < 0:
            room = -length
            buffer = ctypes.create_string_buffer(room)
            length = api.llama_token_to_piece(self._vocabulary, token, buffer, room, 0, special)
        return buffer.raw[:length]

    def complete(
        self,
        prompts: Sequence[Sequence[int]],
        requests: Sequence[Request],
        *,
        max_tokens: int,
        stop: Callable[[str], bool] = lambda _: False,
        cancelled: Callable[[], bool] = lambda: False,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> list[Completion]:
        """Continue the prompts, all requests together; completions come back in the order of the requests.

        `stop(text so far)` ends a sequence; `progress(finished, all)` is called whenever one ends. The result depends
        on the arguments, the weights and the number of threads alone. Raises `ContextTooSmallError` if a prompt and
        `max_tokens` exceed what the model was trained for, `CancelledError` within one decode step of `cancelled()`,
        and `DecodingError` if llama.cpp fails.
        """
        longest = max(len(prompt) for prompt in prompts) + max_tokens
        if longest > self.context_limit:
            raise ContextTooSmallError("context_too_small", needed=longest, limit=self.context_limit)
        finished: list[Completion] = []
        for start in range(0, len(requests), SEQUENCES_AT_ONCE):
            wave = requests[start : start + SEQUENCES_AT_ONCE]
            sequences = len(prompts) + len(wave)
            room = sum(map(len, prompts)) + len(wave) * max_tokens
            with self.context(tokens=room, sequences=sequences, outputs=sequences) as context:
                decoding = _Wave(self, context, wave, max_tokens, stop)
                finished += decoding.run(
                    prompts, cancelled, lambda done, first=start: progress(first + done, len(requests))
                )
        return finished

    def ends_generation(self, token: int) -> bool:
        """Whether the model ends its answer with this token."""
        return bool(api.llama_vocab_is_eog(self._vocabulary, token))

    def piece(self, token: int) -> bytes:
        """The bytes that a token stands for; none for control tokens."""
        return self._piece(token)


class _Wave:
    """The sequences of one context on their way: state that lives for one call of `complete`."""

    def __init__(
        self,
        model: LanguageModel,
        context: Context,
        requests: Sequence[Request],
        max_tokens: int,
        stop: Callable[[str], bool],
    ) -> None:
        self.model = model
        self.context = context
        self.requests = requests
        self.max_tokens = max_tokens
        self.stop = stop
        self.produced: list[bytearray] = [bytearray() for _ in requests]
        self.counts = [0] * len(requests)
        self.ended: list[Literal["model", "stop", "limit"] | None] = [None] * len(requests)

    def run(
        self, prompts: Sequence[Sequence[int]], cancelled: Callable[[], bool], progress: Callable[[int], None]
    ) -> list[Completion]:
        """Evaluate the prompts, then advance every unfinished sequence by one token per decode call."""
        samplings = [request.sampling for request in self.requests]
        seeds = [request.seed for request in self.requests]
        with _samplers(samplings, seeds, self.context.vocabulary_size) as samplers:
            positions = [len(prompts[request.prompt]) for request in self.requests]
            next_token = self._first_tokens(prompts, samplers, cancelled)
            active = list(range(len(self.requests)))
            while True:
                before = len(active)
                active = [index for index in active if self._take(index, next_token[index])]
                if len(active) < before:
                    progress(len(self.requests) - len(active))
                if not active:
                    break
                if cancelled():
                    raise CancelledError
                self.context.decode(
                    [(next_token[index], positions[index], (len(prompts) + index,), True) for index in active]
                )
                for row, index in enumerate(active):
                    next_token[index] = api.llama_sampler_sample(samplers[index], self.context.handle, row)
                    positions[index] += 1
        return [
            Completion(bytes(data).decode(errors="ignore"), count, ended or "limit")
            for data, count, ended in zip(self.produced, self.counts, self.ended, strict=True)
        ]

    def _first_tokens(
        self, prompts: Sequence[Sequence[int]], samplers: Sequence[Any], cancelled: Callable[[], bool]
    ) -> list[int]:
        """Evaluate each prompt once, let its sequences share it, and draw each sequence's first token."""
        common = common_length(prompts)
        self._evaluate(
            [(token, position, (0,), False) for position, token in enumerate(prompts[0][:common])], cancelled
        )
        for number in range(1, len(prompts)):
            self.context.share(0, number)
        first = [0] * len(self.requests)
        for number, prompt in enumerate(prompts):
            rest: list[Entry] = [
                (prompt[position], position, (number,), False) for position in range(common, len(prompt) - 1)
            ]
            self._evaluate(rest, cancelled)
        for number, prompt in enumerate(prompts):
            self.context.decode([(prompt[-1], len(prompt) - 1, (number,), True)])
            for index, request in enumerate(self.requests):
                if request.prompt == number:
                    first[index] = api.llama_sampler_sample(samplers[index], self.context.handle, 0)
                    self.context.share(number, len(prompts) + index)
        return first

    def _evaluate(self, entries: Sequence[Entry], cancelled: Callable[[], bool]) -> None:
        for start in range(0, len(entries), EVALUATED_TOGETHER):
            if cancelled():
                raise CancelledError
            self.context.decode(entries[start : start + EVALUATED_TOGETHER])

    def _take(self, index: int, token: int) -> bool:
        """Add a drawn token to its sequence; whether the sequence goes on."""
        if self.model.ends_generation(token):
            self.ended[index] = "model"
            return False
        self.produced[index] += self.model.piece(token)
        self.counts[index] += 1
        if self.stop(bytes(self.produced[index]).decode(errors="ignore")):
            self.ended[index] = "stop"
            return False
        if self.counts[index] >= self.max_tokens:
            self.ended[index] = "limit"
            return False
        return True


def common_length(prompts: Sequence[Sequence[int]]) -> int:
    """How many tokens all prompts begin with, leaving each at least one of its own."""
    shortest = min(len(prompt) for prompt in prompts)
    for position in range(shortest - 1):
        if len({prompt[position] for prompt in prompts}) > 1:
            return position
    return shortest - 1


@contextlib.contextmanager
def _samplers(samplings: Sequence[Sampling], seeds: Sequence[int], vocabulary_size: int) -> Generator[list[Any]]:
    """A sampler chain per sequence, freed at the end."""
    chains: list[Any] = []
    try:
        for sampling, seed in zip(samplings, seeds, strict=True):
            chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
            chains.append(chain)
            links = [
                api.llama_sampler_init_top_k(sampling.top_k),
                api.llama_sampler_init_penalties(
                    vocabulary_size, sampling.penalised_tokens, sampling.repetition_penalty, 0.0, 0.0
                ),
                api.llama_sampler_init_min_p(sampling.min_p, 1),
                api.llama_sampler_init_temp(sampling.temperature),
                api.llama_sampler_init_dist(seed & 0xFFFFFFFF),
            ]
            for link in links:
                api.llama_sampler_chain_add(chain, link)
        yield chains
    finally:
        for chain in chains:
            api.llama_sampler_free(chain)
