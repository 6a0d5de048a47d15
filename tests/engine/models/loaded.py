"""The bundled models, loaded once for all tests that need them, and what tests send to them."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.deliberation.drafts import DraftJob, GivenOpinion
from engine.drafting.loading import load_models
from engine.drafting.round import Models
from engine.models.bundled import bundled_drafter, bundled_embedder
from engine.models.embedding import Embedder
from engine.models.llama import LanguageModel

THREADS = 1
"""With more, ggml waits actively for threads that a busy machine does not run."""


@functools.cache
def models() -> Models:
    return load_models(threads=THREADS)


@functools.cache
def language_model() -> LanguageModel:
    return LanguageModel(bundled_drafter(), threads=THREADS)


@functools.cache
def embedder() -> Embedder:
    return Embedder(bundled_embedder(), threads=THREADS)


class BagOfWords:
    """An embedder that needs no weights: texts with the same words are alike, and nothing else is."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), 256), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                rows[row, sum(ord(char) * 31**at for at, char in enumerate(word)) % 256] += 1
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.where(norms > 0, norms, 1)).astype(np.float32)


def job(
    texts: Sequence[str], *, candidates: int = 4, seed: int = 1, language: str = "en", question: str = ""
) -> DraftJob:
    """A job in which every text is another member's."""
    return DraftJob(
        draft="d",
        round=1,
        question=question or "Should we close the main street to cars?",
        opinions=tuple(GivenOpinion(id=f"o{at}", member=f"m{at}", text=text) for at, text in enumerate(texts)),
        candidates=candidates,
        seed=seed,
        language=language,
    )


STREET = (
    "We should close the main street to cars on Saturdays so that children can play.",
    "Cars bring customers to my shop; without parking I would lose half of my income.",
    "Close the street to cars only in summer and only if the bus still runs.",
    "I use a wheelchair and need a car to get to the pharmacy at any time.",
    "The noise and the exhaust of the cars make me ill, fewer cars please.",
)
