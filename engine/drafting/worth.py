"""How much a group would want an opinion's point in the sentence that it puts its name to, as far as its text tells.

A proposal that meets the other side's worry is worth most; a bare vote, somebody's own story and what is off the topic
hardly anything. Ridge regression on the opinion's embedding, learned from the examples
(`engine.drafting.tuning.worth`). With what else tells a clause's quality it decides which points are joined and
which drafts compete; members' own sentences compete without it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from engine.drafting.sources import TextEmbedder

Floats = NDArray[np.float64]

FILE = "worth.json"


@dataclass(frozen=True)
class WorthWeights:
    """`weights`: (dimensions,); `mean`: the worth of a text whose embedding lies at 0."""

    weights: Floats
    mean: float

    def to_json(self) -> str:
        """One JSON object; floats rounded to what matters, so that the file stays small."""
        return json.dumps({"mean": round(self.mean, 6), "weights": [round(float(x), 5) for x in self.weights]}) + "\n"


@cache
def bundled_worth() -> WorthWeights:
    """The weights that come with Accord."""
    raw = json.loads(resources.files("engine.drafting").joinpath(FILE).read_text())
    return WorthWeights(np.array(raw["weights"], dtype=np.float64), float(raw["mean"]))


def worth_of(texts: Sequence[str], embedder: TextEmbedder, weights: WorthWeights | None = None) -> Floats:
    """The worth of each text: (texts,), on a scale that readers gave from 0 to 3."""
    weights = weights or bundled_worth()
    return embedder.embed(texts).astype(np.float64) @ weights.weights + weights.mean
