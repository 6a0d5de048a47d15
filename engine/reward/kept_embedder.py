"""Embeddings kept in a file that somebody named, for texts that are embedded again and again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.drafting.sources import TextEmbedder


class KeptEmbedder:
    """An embedder that is made when the first unknown text comes, and whose vectors go into a file if one is named.

    The file holds SHA-256 digests and vectors, no text. It is written by `keep`, whole or not at all. With `most`, what
    was embedded first is forgotten beyond so many texts.
    """

    def __init__(self, made: Callable[[], TextEmbedder], path: Path | None = None, *, most: int | None = None) -> None:
        self._made = made
        self._path = path
        self._most = most
        self._embedder: TextEmbedder | None = None
        self._known: dict[str, NDArray[np.float32]] = {}
        self._fresh = False
        if path is not None and path.exists():
            with np.load(path) as stored:
                self._known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows: (texts, dimensions)."""
        keys = [hashlib.sha256(text.encode(errors="replace")).hexdigest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if missing:
            self._embedder = self._embedder or self._made()
            self._known.update(zip(missing, self._embedder.embed(list(missing.values())), strict=True))
            self._fresh = True
        found = np.stack([self._known[key] for key in keys])
        while self._most is not None and len(self._known) > self._most:
            del self._known[next(iter(self._known))]
        return found

    def keep(self) -> None:
        """Write what was learnt since, if a file was named. Raises `OSError`."""
        if self._path is None or not self._fresh:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".part.npz")
        np.savez(unfinished, keys=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
        unfinished.replace(self._path)
        self._fresh = False
