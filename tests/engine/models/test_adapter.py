from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.drafting.loading import load_models
from engine.drafting.options import DraftingOptions
from engine.drafting.round import draft_round
from engine.drafting.tuning.adapter_file import LowRank, write_adapter
from engine.drafting.tuning.claim import claim
from engine.models.adapter import find_adapter
from engine.models.adapter_wish import DEFAULT, NONE, adapter_wish
from engine.models.bundled import bundled_adapter, bundled_embedder, shipped_drafter
from engine.models.cache import sha256
from engine.models.errors import CODES, ModelFileError
from engine.models.likelihood import likelihoods
from engine.models.llama import LanguageModel, Request, Sampling
from engine.models.next_token import read_next
from tests.engine.models.loaded import STREET, THREADS, job, language_model

COLD = Sampling(temperature=0.0, repetition_penalty=1.0)
HEADS, KEY_HEADS, WIDTH = 9, 3, 576


def adapter(path: Path, *, base: str | None = None, strength: float = 0.05) -> Path:
    """An adapter of rank 1 on one layer's output, which says nothing but changes what is written."""
    random = np.random.default_rng(1)
    layer = LowRank(
        random.normal(size=(1, WIDTH)).astype(np.float32),
        (strength * random.normal(size=(WIDTH, 1))).astype(np.float32),
    )
    write_adapter(
        path,
        {"model.layers.20.self_attn.o_proj": layer},
        alpha=1.0,
        base_sha256=sha256(shipped_drafter()) if base is None else base,
        heads=HEADS,
        key_heads=KEY_HEADS,
    )
    return path


def refused(wish: str, model: str, digest: str) -> str:
    with pytest.raises(ModelFileError) as caught:
        find_adapter(wish, model, digest)
    assert set(caught.value.parameters) == set(CODES[caught.value.code])
    return caught.value.code


def test_options_mean_none_before_a_path_and_a_path_before_the_default() -> None:
    assert adapter_wish("a.gguf", off=True) == NONE
    assert adapter_wish("a.gguf", off=False) == "a.gguf"
    assert adapter_wish(None, off=False) == DEFAULT


def test_what_comes_with_accord_is_for_the_bundled_model_alone() -> None:
    digest = sha256(shipped_drafter())
    assert find_adapter(DEFAULT, "other.gguf", "0" * 64) is None
    assert find_adapter(NONE, "bundled", digest) is None
    found = find_adapter(DEFAULT, "bundled", digest)
    assert (found.path if found else None) == bundled_adapter()


def test_an_adapter_for_another_model_is_refused(tmp_path: Path) -> None:
    path = adapter(tmp_path / "a.gguf")
    assert refused(str(path), "other.gguf", "0" * 64) == "adapter_for_other_model"
    assert refused(str(path), "http://127.0.0.1:1", "") == "adapter_for_other_model"
    nameless = adapter(tmp_path / "nameless.gguf", base="")
    assert refused(str(nameless), "http://127.0.0.1:1", "") == "adapter_for_other_model"


def test_a_file_that_is_no_adapter_is_refused(tmp_path: Path) -> None:
    assert refused(str(shipped_drafter()), "bundled", sha256(shipped_drafter())) == "adapter_not_one"
    assert refused(str(tmp_path / "nothing.gguf"), "bundled", "") == "model_missing"


@pytest.mark.model
def test_layers_that_the_model_has_not_are_refused(tmp_path: Path) -> None:
    layer = LowRank(np.ones((1, 8), dtype=np.float32), np.ones((8, 1), dtype=np.float32))
    layers = {"model.layers.0.self_attn.o_proj": layer}
    write_adapter(tmp_path / "a.gguf", layers, alpha=1.0, base_sha256="", heads=HEADS, key_heads=KEY_HEADS)
    with pytest.raises(ModelFileError) as caught:
        language_model().with_adapter(tmp_path / "a.gguf")
    assert caught.value.code == "adapter_not_loadable"


@pytest.mark.model
def test_an_adapter_changes_what_is_written_and_leaves_the_model_as_it_is(tmp_path: Path) -> None:
    model = language_model()
    prompts = [model.chat("Write about the sea.", [end]) for end in ("- Salt.\n", "- Waves and fish.\n")]
    requests = [Request(prompt=at % 2, seed=at, sampling=COLD) for at in range(2)]
    before = model.complete(prompts, requests, max_tokens=12)
    idle = model.with_adapter(adapter(tmp_path / "idle.gguf", strength=0.0)).complete(prompts, requests, max_tokens=12)
    adapted = model.with_adapter(adapter(tmp_path / "a.gguf", strength=2.0)).complete(prompts, requests, max_tokens=12)
    assert idle == before
    assert adapted != before
    assert model.complete(prompts, requests, max_tokens=12) == before


@pytest.mark.model
def test_an_adapter_is_on_in_what_is_read_as_well_so_that_an_audit_can_ask_with_it(tmp_path: Path) -> None:
    model = language_model()
    adapted = model.with_adapter(adapter(tmp_path / "a.gguf", strength=2.0))
    prompt = model.chat("Is the sea salty?", ["Yes or no?"])

    def said(which: LanguageModel) -> tuple[float, float]:
        (next_token,) = read_next(which, [prompt], lambda chances: float(chances.max()))
        (likelihood,) = likelihoods(which, prompt, [model.tokens("Yes.")])
        return next_token, float(likelihood)

    before = said(model)
    assert all(one != other for one, other in zip(before, said(adapted), strict=True))
    assert said(model) == before


@pytest.mark.model
def test_a_log_names_the_adapter_and_its_hash_between_drafter_and_embedder(tmp_path: Path) -> None:
    path = adapter(tmp_path / "street.gguf")
    models = load_models(adapter=str(path), threads=THREADS)
    result = draft_round(job(STREET, candidates=2), models, options=DraftingOptions(waves=1, max_tokens=8))
    assert [model.sha256 for model in result.models][:2] == [sha256(shipped_drafter()), sha256(path)]
    assert [model.name for model in result.models][1] == "street"
    assert len(result.models) == 3
    alone = draft_round(job(STREET[:1], candidates=1), models, options=DraftingOptions(waves=1, max_tokens=8))
    assert next(one.ordering for one in alone.candidates if one.origin == "drafted") == 0  # nothing to join: no adapter
    plain = load_models(adapter=NONE, threads=THREADS)
    assert len(plain.fingerprints) == 2
    assert plain.tuned is None


@pytest.mark.model
def test_an_adapter_that_names_no_model_can_be_given_one_and_says_the_same(tmp_path: Path) -> None:
    nameless, claimed = adapter(tmp_path / "nameless.gguf", base="", strength=2.0), tmp_path / "claimed.gguf"
    claim(nameless, shipped_drafter(), claimed)
    assert find_adapter(str(claimed), "bundled", sha256(shipped_drafter())) is not None
    prompt = language_model().chat("Write about the sea.", ["- Salt.\n"])
    first, second = (
        language_model().with_adapter(path).complete([prompt], [Request(0, 0, COLD)], max_tokens=12)
        for path in (nameless, claimed)
    )
    assert first == second
    for one, other in ((shipped_drafter(), shipped_drafter()), (claimed, bundled_embedder())):
        with pytest.raises(ModelFileError):
            claim(one, other, tmp_path / "no.gguf")
    assert not (tmp_path / "no.gguf").exists()
