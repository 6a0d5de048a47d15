"""A llama.cpp context: KV cells that sequences share, and the batches in which tokens are evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import llama_cpp.llama_cpp as native
import numpy as np
from numpy.typing import NDArray

from engine.models import native_log
from engine.models.errors import DecodingError

api: Any = native
"""llama.cpp's C API; its stubs do not describe ctypes arrays well enough to be checked."""
native_log.send_to_logging()

Floats = NDArray[np.float64]

EVALUATED_TOGETHER = 512
"""Tokens per decode call: cancelling waits for at most one such call."""

Entry = tuple[int, int, Sequence[int], bool]
"""A token, its position, the sequences that it belongs to, and whether what comes after it is asked for."""


class Context:
    """The state of sequences that one model reads. A cell that several sequences share is there once."""

    def __init__(
        self, weights: Any, *, tokens: int, sequences: int, outputs: int, threads: int, owners: int = 1
    ) -> None:
        """With room for so many tokens and sequences, and `outputs` answers in one call.

        `owners`: the most sequences that one token belongs to. Raises `DecodingError` where llama.cpp has no memory.
        """
        parameters = api.llama_context_default_params()
        # llama.cpp pads the cache; a little room keeps a full batch from failing to find cells.
        parameters.n_ctx = tokens + 256
        parameters.n_batch = parameters.n_ubatch = EVALUATED_TOGETHER
        parameters.n_seq_max = sequences
        parameters.n_outputs_max = outputs
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.kv_unified = True
        parameters.no_perf = True
        self.handle = api.llama_init_from_model(weights, parameters)
        if not self.handle:
            raise DecodingError("context_not_created", tokens=int(parameters.n_ctx))
        self._memory = api.llama_get_memory(self.handle)
        self._batch = api.llama_batch_init(EVALUATED_TOGETHER, 0, owners)
        self.vocabulary_size: int = api.llama_vocab_n_tokens(api.llama_model_get_vocab(weights))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        api.llama_batch_free(self._batch)
        api.llama_free(self.handle)

    def decode(self, entries: Sequence[Entry]) -> None:
        """Evaluate at most `EVALUATED_TOGETHER` tokens in one call. Raises `DecodingError` where llama.cpp fails."""
        batch = self._batch
        for index, (token, position, owners, wanted) in enumerate(entries):
            batch.token[index] = token
            batch.pos[index] = position
            batch.n_seq_id[index] = len(owners)
            for at, owner in enumerate(owners):
                batch.seq_id[index][at] = owner
            batch.logits[index] = wanted
        batch.n_tokens = len(entries)
        status = api.llama_decode(self.handle, batch)
        if status != 0:
            raise DecodingError("decode_failed", status=int(status))

    def log_chances(self, entries: Sequence[Entry]) -> Iterator[Floats]:
        """Evaluate any number of tokens; after each one that is asked about, log P of the next one: (vocabulary,)."""
        for start in range(0, len(entries), EVALUATED_TOGETHER):
            together = entries[start : start + EVALUATED_TOGETHER]
            self.decode(together)
            asked = sum(1 for *_, wanted in together if wanted)
            if asked:
                # Rows of wanted outputs lie one after the other, in the order of the batch.
                pointer = api.llama_get_logits(self.handle)
                for logits in np.ctypeslib.as_array(pointer, shape=(asked, self.vocabulary_size)):
                    about = (logits - logits.max()).astype(np.float64)
                    yield about - np.log(np.exp(about).sum())

    def share(self, source: int, target: int) -> None:
        """Let sequence `target` go on from all of `source`."""
        api.llama_memory_seq_cp(self._memory, source, target, -1, -1)

    def forget(self, sequence: int, start: int = 0) -> None:
        """Take a sequence out from position `start` on."""
        api.llama_memory_seq_rm(self._memory, sequence, start, -1)
