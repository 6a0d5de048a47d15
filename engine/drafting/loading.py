"""From a model's name to loaded models."""

from __future__ import annotations

from engine.deliberation.events import Model
from engine.drafting.options import Progress, no_progress
from engine.drafting.round import Models
from engine.models.bundled import DRAFTER_LANGUAGES, bundled_embedder
from engine.models.cache import sha256
from engine.models.embedding import Embedder
from engine.models.llama import LanguageModel
from engine.models.resolve import resolve
from engine.reward.voting_model import VotingModel


def load_models(name: str = "bundled", *, threads: int | None = None, progress: Progress = no_progress) -> Models:
    """Load the drafter that `name` means ("bundled", a path, "hf:owner/repo/file.gguf") and the bundled embedder.

    Raises the errors of `engine.models.errors`.
    """
    progress("loading", 0, 2)
    weights = resolve(name)
    drafter = LanguageModel(weights.path, threads=threads)
    progress("loading", 1, 2)
    embedding_file = bundled_embedder()
    embedder = Embedder(embedding_file, threads=threads)
    progress("loading", 2, 2)
    return Models(
        drafter=drafter,
        embedder=embedder,
        reward=VotingModel(embedder),
        fingerprints=(
            Model(name=weights.name, sha256=weights.sha256, encoding=weights.encoding),
            Model(name=embedding_file.name, sha256=sha256(embedding_file), encoding="F32"),
        ),
        languages=DRAFTER_LANGUAGES if name == "bundled" else None,
    )
