"""What training rests on. Rebuilding the model and a step of training need the extra `train` (docs/tuning.md)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.deliberation.drafts import DraftJob, GivenOpinion
from engine.drafting.points import point_prompts
from engine.drafting.templates import NO_POINT
from engine.drafting.tuning.examples import read_examples
from engine.drafting.tuning.joins import read_joins
from engine.drafting.tuning.lessons import Lesson, lesson_of, taught_by, taught_of
from engine.drafting.tuning.points import read_points
from engine.drafting.tuning.prefer import Mended, margins, preference_loss
from engine.drafting.tuning.torch_model import (
    UnfitModelError,
    end_token,
    llama_name,
    load,
    rows_for_llama,
    rows_for_transformers,
    transformers_name,
)
from engine.drafting.tuning.trainer import Plan, Trainer, batch_of, batches, share_of_rate
from engine.models.bundled import bundled_embedder, shipped_drafter
from engine.models.cache import sha256
from engine.models.encoding import reencode
from engine.models.llama import LanguageModel
from engine.models.next_token import read_next
from tests.engine.models.loaded import THREADS, language_model

needs_torch = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("torch", "transformers", "peft")),
    reason="NOT CHECKED: training and the rebuilt model, which need torch, transformers and peft (extra `train`)",
)


def test_rows_come_back_from_llama_cpps_order() -> None:
    rows = np.arange(2 * 6 * 3, dtype=np.float32).reshape(12, 3)
    assert np.array_equal(rows_for_transformers(rows_for_llama(rows, 2), 2), rows)
    # Of a head's six rows, llama.cpp keeps rotated pairs together: first of the first half, first of the second, ...
    assert rows_for_llama(rows, 2)[:6, 0].tolist() == [0, 9, 3, 12, 6, 15]


def test_names_of_tensors_go_both_ways() -> None:
    assert transformers_name("blk.3.ffn_up.weight") == "model.layers.3.mlp.up_proj.weight"
    assert llama_name("model.layers.3.mlp.up_proj") == "blk.3.ffn_up.weight"
    assert transformers_name("output_norm.weight") == "model.norm.weight"
    with pytest.raises(UnfitModelError):
        transformers_name("blk.0.ffn_gate_exps.weight")


def test_the_rate_rises_stays_and_falls() -> None:
    rates = [share_of_rate(step, 100) for step in range(100)]
    assert rates[0] < rates[4] == rates[50] == 1.0
    assert rates[60:] == sorted(rates[60:], reverse=True)
    assert 0 < rates[-1] < 0.1


def test_an_epoch_takes_every_lesson_once_and_the_next_in_another_order() -> None:
    lessons = [Lesson(str(at), tuple(range(at + 2)), (1, 2)) for at in range(20)]
    plan = Plan(batch=4)
    epochs = [
        [lesson.where for step in range(5) for lesson in batch_of(5 * epoch + step, lessons, plan)] for epoch in (0, 1)
    ]
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted(str(at) for at in range(20))
    assert epochs[0] != epochs[1]
    assert len(batches(lessons, 3)) == 7


@pytest.mark.model
def test_a_lesson_is_one_sentence_after_the_opinions_that_it_joins_in_the_words_of_a_round() -> None:
    model = language_model()
    entries = read_examples()
    join = read_joins(entries)[0]
    lesson = lesson_of(taught_by(join), model, end=end_token(shipped_drafter()))
    assert model.text(lesson.answer) == join.sentence
    assert model.ends_generation(lesson.answer[-1])
    read = model.text(lesson.prompt)
    assert [line.removeprefix("- ") for line in read.splitlines() if line.startswith("- ")] == list(join.texts)


@pytest.mark.model
def test_a_lesson_in_points_is_what_a_round_sends_and_a_clause_or_that_there_is_none() -> None:
    model = language_model()
    end = end_token(shipped_drafter())
    points = read_points(read_examples())
    said = next(point for point in points if point.clause is not None)
    lesson = lesson_of(taught_of(said), model, end=end)
    opinion = GivenOpinion(id="o1", member="p1", text=said.opinion.text)
    asked = DraftJob(
        draft="r1", round=1, question=said.entry.example.question, opinions=(opinion,), candidates=1, seed=1
    )
    assert point_prompts(asked, [0], model).tokens == (lesson.prompt,)
    assert model.text(lesson.answer) == said.clause
    none = next(point for point in points if point.clause is None)
    assert model.text(lesson_of(taught_of(none), model, end=end).answer) == NO_POINT


def test_an_encoder_is_no_model_to_tune() -> None:
    with pytest.raises((UnfitModelError, ImportError), match=r"only Llama|training needs"):
        load(bundled_embedder())


@needs_torch
@pytest.mark.filterwarnings("ignore::FutureWarning")  # peft asks transformers by a name of old
@pytest.mark.model
def test_the_rebuilt_model_gives_llama_cpps_chances_with_and_without_an_adapter(tmp_path: Path) -> None:
    """Measured on 53 tokens: at most 0.054 apart where logits have a standard deviation of 7.28."""
    torch: Any = importlib.import_module("torch")
    plain = tmp_path / "f32.gguf"
    reencode(shipped_drafter(), plain, "F32")
    model = LanguageModel(plain, threads=THREADS)
    prompt = model.chat("A group discusses this question: more trees?\n", ["- yes, along the road\n", "- no!\n"])
    answer = [*model.tokens("We want trees along the road."), end_token(plain)]
    trainer = Trainer(plain, Plan(rank=2, steps=4, rate=0.01))
    lesson = Lesson("", tuple(prompt), tuple(answer))

    def rebuilt(by: Trainer) -> NDArray[np.float64]:
        with torch.no_grad():
            return torch.log_softmax(by.logits([lesson])[0], dim=-1).numpy()

    before = rebuilt(trainer)
    assert np.abs(before - chances(model, prompt, answer)).max() < 0.2
    losses = [trainer.learn(trainer.loss([lesson])) for _ in range(4)]
    assert losses[-1] < losses[0]
    trainer.save(tmp_path, sha256(plain))
    learned = rebuilt(trainer)
    assert np.abs(learned - before).max() > 1
    adapted = model.with_adapter(tmp_path / "adapter.gguf")
    assert np.abs(learned - chances(adapted, prompt, answer)).max() < 0.3

    again = Trainer(plain, Plan(rank=2, steps=4, rate=0.01))
    again.resume(tmp_path)
    assert again.step == 4
    assert np.abs(rebuilt(again) - learned).max() < 1e-3


@needs_torch
@pytest.mark.filterwarnings("ignore::FutureWarning")  # peft asks transformers by a name of old
@pytest.mark.model
def test_a_preferred_sentence_becomes_likelier_than_the_draft_that_it_replaced() -> None:
    model, end = language_model(), end_token(shipped_drafter())
    prompt = tuple(model.chat("A group discusses this question: more trees?\n", ["- yes, if the city pays\n"]))
    told, draft = "We want trees if the city pays.", "The city pays, and if we want trees."
    pair = Mended("here", prompt, (*model.tokens(told), end), (*model.tokens(draft), end))
    trainer = Trainer(shipped_drafter(), Plan(rank=2, steps=3, rate=0.01))
    before = margins(trainer, [pair], size=1)
    losses = [trainer.learn(preference_loss(trainer, [pair], before)) for _ in range(3)]
    own_loss = trainer.measure([pair])
    assert losses[-1] < losses[0]
    assert margins(trainer, [pair], size=1)["here"] > before["here"]
    # Nothing gained yet: the first loss is the sentence's own and the logarithm of two.
    fresh = Trainer(shipped_drafter(), Plan(rank=2, steps=3, rate=0.01))
    assert losses[0] == pytest.approx(fresh.measure([pair]) + np.log(2), abs=1e-3)
    assert own_loss < fresh.measure([pair])


def chances(model: LanguageModel, prompt: list[int], answer: list[int]) -> NDArray[np.float64]:
    """Log-probabilities that llama.cpp gives for each token of the answer: (answer, vocabulary)."""
    prefixes = [[*prompt, *answer[:length]] for length in range(len(answer))]
    return np.array(read_next(model, prefixes, np.copy))
