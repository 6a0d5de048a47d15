"""From a model's name to loaded models."""

from __future__ import annotations

from engine.deliberation.events import Model
from engine.drafting.options import Progress, no_progress
from engine.drafting.round import Models
from engine.models.adapter import find_adapter
from engine.models.adapter_wish import DEFAULT
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


def load_models(
    name: str = "bundled",
    *,
    adapter: str = DEFAULT,
    threads: int | None = None,
    progress: Progress = no_progress,
) -> Models:
    """Load the drafter that `name` means ("bundled", a path, "hf:owner/repo/file.gguf", an address) and the embedder.

    `adapter`: what `engine.models.adapter.find_adapter` takes as a wish. Raises the errors of `engine.models.errors`.
    """
    progress("loading", 0, 2)
    drafter, tuned, fingerprints = _drafter(name, adapter, threads, progress)
    progress("loading", 1, 2)
    embedding_file = bundled_embedder()
    embedder = Embedder(embedding_file, threads=threads)
    progress("loading", 2, 2)
    return Models(
        drafter=drafter,
        embedder=embedder,
        reward=WeakestSentence(VotingModel(embedder)),
        fingerprints=(
            *fingerprints,
            Model(name=embedding_file.name, sha256=sha256(embedding_file), encoding="F32"),
        ),
        languages=DRAFTER_LANGUAGES if name == "bundled" else None,
        reader=LikelihoodReader(drafter) if isinstance(drafter, LanguageModel) else None,
        tuned=tuned,
    )


def _drafter(
    name: str, adapter: str, threads: int | None, progress: Progress
) -> tuple[Writer, Writer | None, list[Model]]:
    """The model that drafts, the same with its adapter if it has one, and what the log says of both."""
    if is_address(name):
        find_adapter(adapter, name, UNKNOWN)
        remote = RemoteModel(name)
        # Nobody can hash weights on another machine: the log says what the server says that they are.
        return remote, None, [Model(name=remote.name, sha256=UNKNOWN, encoding="as served")]
    weights = resolve(name, lambda done, of: progress("downloading", done, of))
    found = find_adapter(adapter, name, weights.sha256)
    model = LanguageModel(weights.path, threads=threads)
    fingerprints = [Model(name=weights.name, sha256=weights.sha256, encoding=weights.encoding)]
    if found is None:
        return model, None, fingerprints
    fingerprints.append(Model(name=found.path.stem, sha256=found.sha256, encoding="LoRA adapter"))
    return model, model.with_adapter(found.path), fingerprints
