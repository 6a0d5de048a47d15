"""Sentences as vectors: a BERT-like GGUF in llama.cpp, many texts in one call."""

from __future__ import annotations

import ctypes
import os
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as native
import numpy as np
from numpy.typing import NDArray

from engine.models import native_log
from engine.models.errors import DecodingError, ModelFileError

api: Any = native
native_log.send_to_logging()

TOKENS_AT_ONCE = 2048
TEXTS_AT_ONCE = 64
REMEMBERED = 20_000


class Embedder:
    """Texts to unit vectors. One thread at a time; what was embedded before is remembered."""

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        """Load an embedding GGUF. Raises `ModelFileError` if llama.cpp cannot."""
        model_parameters = api.llama_model_default_params()
        model_parameters.n_gpu_layers = 999 if api.llama_supports_gpu_offload() else 0
        self._model = api.llama_model_load_from_file(os.fsencode(path), model_parameters)
        if not self._model:
            raise ModelFileError("model_not_loadable", path=str(path))
        self._window: int = min(api.llama_model_n_ctx_train(self._model), TOKENS_AT_ONCE)
        self.dimensions: int = api.llama_model_n_embd(self._model)
        self._vocabulary = api.llama_model_get_vocab(self._model)
        parameters = api.llama_context_default_params()
        # An encoder keeps no cache, so this bounds one text, not the batch; more than it was trained for is warned of.
        parameters.n_ctx = self._window
        # It must see a text whole, so a batch is never split.
        parameters.n_batch = parameters.n_ubatch = TOKENS_AT_ONCE
        parameters.n_seq_max = TEXTS_AT_ONCE
        parameters.kv_unified = True
        parameters.embeddings = True
        parameters.pooling_type = api.LLAMA_POOLING_TYPE_MEAN
        parameters.n_threads = parameters.n_threads_batch = threads or len(os.sched_getaffinity(0))
        self._context = api.llama_init_from_model(self._model, parameters)
        if not self._context:
            raise DecodingError("context_not_created", tokens=TOKENS_AT_ONCE)
        self._batch = api.llama_batch_init(TOKENS_AT_ONCE, 0, 1)
        self._remembered: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def close(self) -> None:
        """Give the memory back."""
        if self._model:
            api.llama_batch_free(self._batch)
            api.llama_free(self._context)
            api.llama_model_free(self._model)
            self._model = None

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows: (texts, dimensions). The same text always gives the same row.

        A text longer than the model's window is cut into windows whose vectors are averaged by length. A text without
        any token (which callers should not send) gets the vector of an empty sentence.
        """
        unknown = [text for text in dict.fromkeys(texts) if text not in self._remembered]
        fresh = self._embed_new(unknown)
        rows = [fresh[text] if text in fresh else self._remembered[text] for text in texts]
        for text, row in fresh.items():
            self._remembered[text] = row
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), dtype=np.float32)

    def _embed_new(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        windows = [(index, window) for index, text in enumerate(texts) for window in self._windows(text)]
        # Texts of like length together waste the least; the order has no influence on a text's own vector.
        windows.sort(key=lambda item: len(item[1]))
        sums = np.zeros((len(texts), self.dimensions), dtype=np.float64)
        pending: list[tuple[int, list[int]]] = []
        used = 0
        for index, window in windows:
            if pending and (used + len(window) > TOKENS_AT_ONCE or len(pending) == TEXTS_AT_ONCE):
                self._encode(pending, sums)
                pending, used = [], 0
            pending.append((index, window))
            used += len(window)
        if pending:
            self._encode(pending, sums)
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        unit = np.divide(sums, norms, out=sums, where=norms > 0).astype(np.float32)
        return dict(zip(texts, unit, strict=True))

    def _windows(self, text: str) -> list[list[int]]:
        """Token windows of a text, each between the start and end tokens; control tokens in it stay text."""
        data = text.encode(errors="replace")
        room = len(data) + 8
        buffer = (ctypes.c_int32 * room)()
        count = api.llama_tokenize(self._vocabulary, data, len(data), buffer, room, False, False)
        start, end = api.llama_vocab_bos(self._vocabulary), api.llama_vocab_sep(self._vocabulary)
        inside = self._window - 2
        tokens = list(buffer[:count])
        return [[start, *tokens[at : at + inside], end] for at in range(0, max(1, len(tokens)), inside)]

    def _encode(self, windows: Sequence[tuple[int, list[int]]], sums: NDArray[np.float64]) -> None:
        """Add each window's vector, weighted by its length, to its text's row of `sums`."""
        batch, at = self._batch, 0
        for sequence, (_, window) in enumerate(windows):
            for position, token in enumerate(window):
                batch.token[at] = token
                batch.pos[at] = position
                batch.n_seq_id[at] = 1
                batch.seq_id[at][0] = sequence
                batch.logits[at] = True
                at += 1
        batch.n_tokens = at
        status = api.llama_encode(self._context, batch)
        if status != 0:
            raise DecodingError("decode_failed", status=int(status))
        for sequence, (index, window) in enumerate(windows):
            pointer = api.llama_get_embeddings_seq(self._context, sequence)
            vector = np.ctypeslib.as_array(pointer, shape=(self.dimensions,)).astype(np.float64)
            norm = float(np.linalg.norm(vector))
            if norm:
                sums[index] += len(window) * vector / norm
