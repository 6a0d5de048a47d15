"""From a model's name to loaded models."""

from __future__ import annotations

from engine.deliberation.events import Model
from engine.drafting.options import Progress, no_progress
from engine.drafting.round import Models
from engine.models.agreement import LikelihoodReader
from engine.models.bundled import DRAFTER_LANGUAGES, bundled_embedder
from engine.models.cache import sha256
from engine.models.embedding import Embedder
from engine.models.llama import LanguageModel
from engine.models.remote import RemoteModel, is_address
from engine.models.resolve import resolve
from engine.models.writer import Writer
from engine.reward.voting_model import VotingModel
from engine.reward.weakest_sentence import WeakestSentence

UNKNOWN = ""
"""In place of a hash that cannot be had."""


def load_models(name: str = "bundled", *, threads: int | None = None, progress: Progress = no_progress) -> Models:
    """Load the drafter that `name` means ("bundled", a path, "hf:owner/repo/file.gguf", an address) and the embedder.

    Raises the errors of `engine.models.errors`.
    """
    progress("loading", 0, 2)
    drafter, fingerprint = _drafter(name, threads, progress)
    progress("loading", 1, 2)
    embedding_file = bundled_embedder()
    embedder = Embedder(embedding_file, threads=threads)
    progress("loading", 2, 2)
    return Models(
        drafter=drafter,
        embedder=embedder,
        reward=WeakestSentence(VotingModel(embedder)),
        fingerprints=(
            fingerprint,
            Model(name=embedding_file.name, sha256=sha256(embedding_file), encoding="F32"),
        ),
        languages=DRAFTER_LANGUAGES if name == "bundled" else None,
        reader=LikelihoodReader(drafter) if isinstance(drafter, LanguageModel) else None,
    )


def _drafter(name: str, threads: int | None, progress: Progress) -> tuple[Writer, Model]:
    if is_address(name):
        remote = RemoteModel(name)
        # Nobody can hash weights on another machine: the log says what the server says that they are.
        return remote, Model(name=remote.name, sha256=UNKNOWN, encoding="as served")
    weights = resolve(name, lambda done, of: progress("downloading", done, of))
    model = LanguageModel(weights.path, threads=threads)
    return model, Model(name=weights.name, sha256=weights.sha256, encoding=weights.encoding)
