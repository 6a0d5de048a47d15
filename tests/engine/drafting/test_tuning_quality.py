from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.drafting.points import QUALITY
from engine.drafting.tuning.examples import ExampleError, read_examples
from engine.drafting.tuning.quality import fit, held_out, parts_of, read_judged
from engine.drafting.tuning.worth import concordance
from engine.models.llama import LanguageModel
from tests.engine.models.loaded import embedder, models


def test_judged_clauses_are_of_dev_topics_alone() -> None:
    judged = read_judged(read_examples())
    assert {one.entry.split for one in judged} == {"dev"}
    assert len(judged) >= 1500
    assert {one.good for one in judged} == {0, 1, 2, 3}


@pytest.mark.model
def test_the_weights_tell_the_better_of_two_clauses() -> None:
    judged = read_judged(read_examples())[::5]
    model = models().tuned
    assert isinstance(model, LanguageModel)
    found = parts_of(judged, model, embedder())
    assert found.shape == (len(judged), len(QUALITY))
    assert concordance(found @ np.array(QUALITY), np.array([float(one.good) for one in judged])) > 0.67


def test_a_fit_finds_the_weights_and_the_constant() -> None:
    random = np.random.default_rng(1)
    parts = random.normal(size=(200, 3))
    good = parts @ np.array([1.0, -2.0, 0.5]) + 3
    assert fit(parts, good) == pytest.approx([1.0, -2.0, 0.5, 3.0])
    assert held_out(parts, good, [str(at % 20) for at in range(200)]) == pytest.approx(good)


@pytest.mark.parametrize(
    "line",
    [
        '{"example": 1, "opinion": 0, "clause": "a", "good": 4}',
        '{"example": 1, "opinion": 99, "clause": "a", "good": 1}',
        '{"example": 9999, "opinion": 0, "clause": "a", "good": 1}',
    ],
)
def test_a_line_that_judges_nothing_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "club.jsonl").write_text(f"{line}\n")
    with pytest.raises(ExampleError, match=r"club\.jsonl:1"):
        read_judged(read_examples(), tmp_path)
